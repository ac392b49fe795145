package viewtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Server takes the files of a Fake. No other server is to be reached.
type Server struct {
	Profile core.Profile
	Secret  core.Secret
	Limit   int64 // it refuses files of this size in bytes, and larger ones

	held      bool            // it does not answer
	permanent map[string]bool // by file ID
}

// Hold keeps the server from answering until release is called.
func (f *Fake) Hold() (release func()) {
	set := func(held bool) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.Server.held = held
		f.work()
	}
	set(true)
	return func() { set(false) }
}

// reaches reports whether a profile leads to the server.
func (s *Server) reaches(address string) bool {
	return s != nil && core.SameServer(address, s.Profile.IngesterURL)
}

// work sends what is in the queue, where there is a server. What is under way ends
// although everything is paused.
func (f *Fake) work() {
	q := f.begin()
	if f.Server == nil {
		return
	}
	for i := range q.list {
		t := &q.list[i]
		if was := t.State; was == core.StateQueued && !q.paused || was == core.StateSending {
			f.send(t)
			if t.State != was {
				f.tell(t.ID)
			}
		}
	}
}

// send makes an attempt, unless something keeps it back.
func (f *Fake) send(t *core.Transfer) {
	p, known := f.SavedProfiles[t.Options.Profile]
	now := Start()
	switch {
	case !known || f.queue.halts[p.Name] != nil:
	case !p.Destination().Takes(t.Destination()):
		t.State, t.Error = core.StateWaiting, refusal(core.KindConfig, core.CodeOtherServer, "connect")
	case !f.Server.reaches(t.Server):
		t.State, t.NotBefore, t.Error = core.StateWaiting, now.Add(time.Second), refusal(core.KindNetwork, core.CodeConnectionRefused, "upload")
		t.Attempts++
	case f.Server.held:
		t.State = core.StateSending
	case f.signIn(p.Name, core.Secret{}) != nil:
		f.queue.halts[p.Name] = f.signIn(p.Name, core.Secret{})
		t.State = core.StateQueued
		f.tellFlags()
	default:
		f.deliver(t, now)
	}
}

// signIn says why the server refuses a secret, or the one that is kept.
func (f *Fake) signIn(profile string, typed core.Secret) *core.Error {
	if typed.IsZero() {
		typed = f.kept[profile].Client
	}
	switch {
	case typed.IsZero():
		return refusal(core.KindConfig, core.CodeSecretMissing, "sign in")
	case typed.Reveal() != f.Server.Secret.Reveal():
		return refusal(core.KindAuth, core.CodeSignInRefused, "sign in")
	}
	return nil
}

// deliver ends an attempt with the server's answer.
func (f *Fake) deliver(t *core.Transfer, now time.Time) {
	t.Attempts++
	a := core.Attempt{Transfer: t.ID, Number: t.Attempts, Start: now, End: now, Status: 201, Sent: t.Source.Size}
	if t.Source.Size >= f.Server.Limit {
		t.State, t.Error = core.StateFailed, refusal(core.KindServer, core.CodeTooLarge, "upload")
		t.Error.Status, t.Error.Outcome = 413, core.OutcomeAnswered
		a.Status, a.Code, a.Outcome, a.Sent, a.Detail = 413, t.Error.Code, t.Error.Outcome, 0, t.Error.Error()
	} else {
		content, _ := os.ReadFile(t.Source.Path) // the suite's own files
		sum := sha256.Sum256(content)
		t.State, t.Error, t.FinishedAt = core.StateStored, nil, now
		t.Receipt = &core.Receipt{FileID: "file-" + string(t.ID), Name: t.Source.Name, Size: t.Source.Size, SHA256: core.NewChecksum(sum[:]), UploadedAt: now, Status: 201}
		f.StoredFiles = slices.Insert(f.StoredFiles, 0, *t)
	}
	if f.AttemptsOf == nil {
		f.AttemptsOf = map[core.TransferID][]core.Attempt{}
	}
	f.AttemptsOf[t.ID] = append(f.AttemptsOf[t.ID], a)
	f.measure(a)
	if t.State.Done() {
		f.Measured.Files[string(t.State)]++
	}
}

// measure counts an attempt.
func (f *Fake) measure(a core.Attempt) {
	m := &f.Measured
	if m.Uploads == nil {
		m.Files, m.Uploads, m.Errors = map[string]float64{}, map[string]float64{}, map[string]float64{}
	}
	m.BytesSent += float64(a.Sent)
	if a.Code == "" {
		m.Uploads["success"]++
		return
	}
	m.Uploads["error"]++
	m.Errors[string(a.Code)]++
}

// probe looks whether a profile's server is there.
func (f *Fake) probe(p core.Profile) {
	if f.Server.reaches(p.IngesterURL) {
		link := f.CurrentLink
		link.CertificateExpiry = time.Now().AddDate(1, 0, 0)
		f.links[p.Name] = link
		return
	}
	f.links[p.Name] = core.Link{State: core.LinkFailed, Err: refusal(core.KindNetwork, core.CodeConnectionRefused, "connect")}
}

// Link implements view.Controller.
func (f *Fake) Link() core.Link {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Server == nil {
		return f.CurrentLink
	}
	if link, tried := f.links[f.CurrentProfile]; tried {
		return link
	}
	return core.Link{State: core.LinkUnknown}
}

// Check implements view.Controller.
func (f *Fake) Check(ctx context.Context, p core.Profile, s view.ProfileSecrets, step func(core.Step)) error {
	for _, s := range f.CheckSteps {
		step(s)
	}
	if f.CheckGate != nil {
		select {
		case <-f.CheckGate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	asked := f.ask("check %s", p.IngesterURL)
	if f.Server == nil {
		return errors.Join(f.CheckErr, asked)
	}
	if ctx.Err() != nil {
		return stopped("test connection")
	}
	if failure := f.checked(p, s.Client); failure != nil {
		step(core.Step{Name: "token", Target: core.TargetAdmin, Status: core.StepFailed, Err: failure})
		return failure
	}
	step(core.Step{Name: "token", Target: core.TargetAdmin, Status: core.StepOK})
	step(core.Step{Name: "ready", Target: core.TargetIngester, Status: core.StepOK})
	return nil
}

// checked says why a profile does not work.
func (f *Fake) checked(p core.Profile, typed core.Secret) *core.Error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case p.IngesterURL == "":
		return refusal(core.KindConfig, core.CodeProfileInvalid, "test connection")
	case !f.Server.reaches(p.IngesterURL):
		return refusal(core.KindNetwork, core.CodeConnectionRefused, "test connection")
	}
	return f.signIn(p.Name, typed)
}

// Finalise implements view.Controller.
func (f *Fake) Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error {
	const op = "make file permanent"
	var id string
	if t.Receipt != nil {
		id = t.Receipt.FileID
	}
	failure := f.ask("finalise %s %s", t.ID, id)
	if err := o.Validate(); err != nil {
		return err
	}
	if !t.Temporary() {
		return refusal(core.KindUsage, core.CodeUsage, op)
	}
	switch {
	case f.Dialogs.Finalise != nil:
		return f.Dialogs.Finalise(ctx, t, step)
	case f.Server == nil:
		return failure
	}
	err := f.finalise(ctx, t, o, op)
	if err == nil {
		step(core.Finalisation{Status: "completed", Percent: 100})
	}
	return err
}

// finalise has the server make a file permanent.
func (f *Fake) finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, op string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, known := f.SavedProfiles[t.Options.Profile]
	switch {
	case !known:
		return refusal(core.KindConfig, core.CodeProfileNotFound, op)
	case !p.Destination().Takes(t.Destination()):
		return refusal(core.KindConfig, core.CodeOtherServer, op)
	case ctx.Err() != nil:
		return stopped(op)
	case f.Server.permanent[t.Receipt.FileID]:
		return refusal(core.KindServer, core.CodeFinalisedBefore, op)
	}
	if f.Server.permanent == nil {
		f.Server.permanent = map[string]bool{}
	}
	f.Server.permanent[t.Receipt.FileID] = true
	for _, list := range [][]core.Transfer{f.queue.list, f.StoredFiles} {
		for i := range list {
			if list[i].ID == t.ID {
				list[i] = list[i].MadePermanent(o)
			}
		}
	}
	f.tell(t.ID)
	return nil
}

// Measurements implements view.Controller.
func (f *Fake) Measurements(context.Context) (core.Measurements, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.Measured
	if f.Server != nil {
		m.At = Start()
		m.Files, m.Uploads, m.Errors = copied(m.Files), copied(m.Uploads), copied(m.Errors)
	}
	return m, nil
}

func copied(m map[string]float64) map[string]float64 {
	out := map[string]float64{}
	for key, n := range m {
		out[key] = n
	}
	return out
}

// ServeMetrics implements view.Controller.
func (f *Fake) ServeMetrics(_ context.Context, addr string) (string, error) {
	if err := f.ask("serve %s", addr); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.serve(addr)
}

// serve moves the listener to an address.
func (f *Fake) serve(addr string) (string, error) {
	const op = "serve metrics"
	f.Serving = ""
	switch {
	case !isAddress(addr):
		return "", refusal(core.KindUsage, core.CodeUsage, op)
	case f.taken[addr]:
		return "", refusal(core.KindUsage, core.CodePortBusy, op)
	}
	f.Serving = fmt.Sprintf("http://%s/metrics", addr)
	return f.Serving, nil
}

// StopMetrics implements view.Controller.
func (f *Fake) StopMetrics(context.Context) error {
	f.mu.Lock()
	f.Serving = ""
	f.mu.Unlock()
	return f.ask("stop metrics")
}

// MetricsURL implements view.Controller.
func (f *Fake) MetricsURL() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Serving
}

// MetricsAddress implements view.Controller.
func (f *Fake) MetricsAddress() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.TrimSuffix(strings.TrimPrefix(f.Serving, "http://"), "/metrics")
}
