package viewtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Fake is a program that the tests tell what to answer, and that
// remembers what it was asked.
type Fake struct {
	Mu         sync.Mutex
	Snapshot   core.Snapshot
	Updates    chan core.Update
	Found      core.Scan
	ScanErr    error
	Result     func(sources []core.Source, o core.Options) (core.Submission, error)
	Connection core.Link
	Saved      map[string]core.Profile
	Used       string
	VerbErr    error
	asked      []string
	Stored     []core.Transfer
	Damage     []core.Recovery
	historyErr error
	Facts      core.CertificateFacts
	Measured   core.Measurements
	Steps      []core.Step
	Tried      map[core.TransferID][]core.Attempt
	Serving    string // URL of the /metrics listener
	Secrets    view.ProfileSecrets
	SaveErr    func(sessionOnly bool) error
	Waiting    int // files queued for where each profile leads
	BoundErr   error
	NotReady   error // what SaveProfile says once all is saved
	FactsErr   error
	CAErr      error
	CheckErr   error
	Gate       chan struct{} // a connection test waits for it; nil for none
	NoSecret   bool
	changed    chan struct{}
	Desktop    Desktop
	Dialogs    Dialogs
	InFile     core.Profile // what a profile file holds, besides its name
}

// NewFake is connected, has one profile, and does what it is asked.
func NewFake() *Fake {
	p := core.NewProfile("Production")
	return &Fake{
		Updates: make(chan core.Update, 16), Saved: map[string]core.Profile{p.Name: p}, Used: p.Name,
		changed:    make(chan struct{}, 64),
		Connection: core.Link{State: core.LinkUp, TLSVersion: "TLS 1.3", MutualTLS: true, HTTP: "HTTP/2"},
	}
}

var _ view.Controller = (*Fake)(nil)

func (f *Fake) ask(format string, a ...any) error {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	f.asked = append(f.asked, fmt.Sprintf(format, a...))
	select {
	case f.changed <- struct{}{}:
	default:
	}
	return f.VerbErr
}

// Calls are what was asked so far.
func (f *Fake) Calls() []string {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return append([]string(nil), f.asked...)
}

// Scan implements view.Controller.
func (f *Fake) Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error) {
	if f.Dialogs.Scan != nil {
		return f.heldScan(ctx, progress)
	}
	progress(core.ScanProgress{Files: len(f.Found.Sources)})
	_ = f.ask("scan %q", paths)
	return f.Found, f.ScanErr
}

// Submit implements view.Controller.
func (f *Fake) Submit(_ context.Context, s []core.Source, o core.Options) (core.Submission, error) {
	_ = f.ask("submit %d again=%v %s %s %d %q %q", len(s), o.Again, o.Profile, o.Retention, o.TTLDays, o.Tags, o.Description)
	if f.Result != nil {
		return f.Result(s, o)
	}
	var out core.Submission
	for i := range s {
		out.Queued = append(out.Queued, core.TransferID(fmt.Sprint("new", i)))
	}
	return out, f.VerbErr
}

// Pause implements view.Controller.
func (f *Fake) Pause(_ context.Context, ids ...core.TransferID) error {
	return f.ask("pause %v", ids)
}

// Resume implements view.Controller.
func (f *Fake) Resume(_ context.Context, ids ...core.TransferID) error {
	return f.ask("resume %v", ids)
}

// Retry implements view.Controller.
func (f *Fake) Retry(_ context.Context, ids ...core.TransferID) error {
	return f.ask("retry %v", ids)
}

// Cancel implements view.Controller.
func (f *Fake) Cancel(_ context.Context, ids ...core.TransferID) error {
	return f.ask("cancel %v", ids)
}

// Remove implements view.Controller.
func (f *Fake) Remove(_ context.Context, ids ...core.TransferID) error {
	return f.ask("remove %v", ids)
}

// PauseAll implements view.Controller.
func (f *Fake) PauseAll(context.Context) error { return f.ask("pause all") }

// ResumeAll implements view.Controller.
func (f *Fake) ResumeAll(context.Context) error { return f.ask("resume all") }

// Subscribe implements view.Controller.
func (f *Fake) Subscribe() (core.Snapshot, core.Feed) { return f.Snapshot, fakeFeed{f} }

type fakeFeed struct{ f *Fake }

func (f fakeFeed) Next(ctx context.Context) (core.Update, error) {
	select {
	case u, ok := <-f.f.Updates:
		if !ok {
			return core.Update{}, io.EOF
		}
		return u, nil
	case <-ctx.Done():
		return core.Update{}, ctx.Err()
	}
}
func (f fakeFeed) Close() { _ = f.f.ask("feed closed") }

// Recoveries implements view.Controller.
func (f *Fake) Recoveries(context.Context) ([]core.Recovery, error) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return append([]core.Recovery(nil), f.Damage...), nil
}

// Acknowledge implements view.Controller.
func (f *Fake) Acknowledge(_ context.Context, path string) error {
	if err := f.ask("acknowledge %s", path); err != nil {
		return err
	}
	f.Mu.Lock()
	defer f.Mu.Unlock()
	f.Damage = slices.DeleteFunc(f.Damage, func(r core.Recovery) bool { return r.Path == path })
	return nil
}

// Remember changes what History says from now on.
func (f *Fake) Remember(history []core.Transfer, err error) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	f.Stored, f.historyErr = history, err
}

// History implements view.Controller.
func (f *Fake) History(_ context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	_ = f.ask("history %q", q.Text)
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.Stored, f.historyErr
}

// Profiles implements view.Controller.
func (f *Fake) Profiles(context.Context) ([]string, error) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	var names []string
	for name := range f.Saved {
		names = append(names, name)
	}
	return names, nil
}

// Profile implements view.Controller.
func (f *Fake) Profile(_ context.Context, name string) (core.Profile, error) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	p, ok := f.Saved[name]
	if !ok {
		return core.Profile{}, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound}
	}
	return p, nil
}

// Current implements view.Controller.
func (f *Fake) Current() string {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.Used
}

// Use implements view.Controller.
func (f *Fake) Use(_ context.Context, name string) error {
	f.Mu.Lock()
	f.Used = name
	f.Mu.Unlock()
	return f.ask("use %s", name)
}

// Bound implements view.Controller.
func (f *Fake) Bound(_ context.Context, name string, p core.Profile) (int, error) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	if f.Saved[name].Destination() == p.Destination() {
		return 0, f.BoundErr
	}
	return f.Waiting, f.BoundErr
}

// SaveProfile implements view.Controller.
func (f *Fake) SaveProfile(_ context.Context, previous string, p core.Profile, s view.ProfileSecrets, sessionOnly bool, q view.Queued) error {
	_ = f.ask("save %q as %q session=%v", previous, p.Name, sessionOnly)
	if f.Waiting > 0 {
		_ = f.ask("queued %d", q)
	}
	if f.SaveErr != nil {
		if err := f.SaveErr(sessionOnly); err != nil {
			return err
		}
	}
	f.Mu.Lock()
	defer f.Mu.Unlock()
	for name := range f.Saved {
		if strings.EqualFold(name, p.Name) && !strings.EqualFold(previous, p.Name) {
			return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Err: fs.ErrExist} // as the real one
		}
	}
	if f.VerbErr != nil {
		return f.VerbErr // nothing is changed
	}
	delete(f.Saved, previous)
	f.Saved[p.Name], f.Used, f.Secrets = p, p.Name, s
	return f.NotReady
}

// HasSecret implements view.Controller.
func (f *Fake) HasSecret(context.Context, string) (bool, error) { return !f.NoSecret, nil }

// Certificate implements view.Controller.
func (f *Fake) Certificate(_ context.Context, _ string, t core.TLSSettings, passphrase core.Secret) (core.CertificateFacts, error) {
	if !t.HasClientCertificate() {
		return core.CertificateFacts{}, f.CAErr
	}
	return f.Facts, errors.Join(f.FactsErr, f.ask("certificate %s%s %v", t.CertFile, t.PKCS12File, !passphrase.IsZero()))
}

// Check implements view.Controller.
func (f *Fake) Check(ctx context.Context, p core.Profile, _ view.ProfileSecrets, step func(core.Step)) error {
	for _, s := range f.Steps {
		step(s)
	}
	if f.Gate != nil {
		select {
		case <-f.Gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.Join(f.CheckErr, f.ask("check %s", p.IngesterURL))
}

// StartSandbox implements view.Controller.
func (f *Fake) StartSandbox(context.Context) error {
	f.Mu.Lock()
	f.Saved["Sandbox"], f.Used = core.NewProfile("Sandbox"), "Sandbox"
	f.Mu.Unlock()
	return f.ask("sandbox")
}

// ImportProfile implements view.Controller.
func (f *Fake) ImportProfile(_ context.Context, path string) (core.Profile, error) {
	p, err := core.NewProfile("Imported"), f.ask("import %s", filepath.Base(path))
	p.IngesterURL, p.AdminURL, p.Auth.ClientID = f.InFile.IngesterURL, f.InFile.AdminURL, f.InFile.Auth.ClientID
	if err == nil {
		f.Mu.Lock()
		f.Saved[p.Name] = p
		f.Mu.Unlock()
	}
	return p, err
}

// ExportProfile implements view.Controller.
func (f *Fake) ExportProfile(_ context.Context, name, path string) error {
	return f.ask("export %s to %s", name, filepath.Base(path))
}

// RemoveProfile implements view.Controller.
func (f *Fake) RemoveProfile(_ context.Context, name string) error {
	f.Mu.Lock()
	delete(f.Saved, name)
	if f.Used == name {
		f.Used = ""
	}
	f.Mu.Unlock()
	return f.ask("remove profile %s", name)
}

// ExportHistory implements view.Controller.
func (f *Fake) ExportHistory(_ context.Context, w io.Writer, format core.HistoryFormat, q core.HistoryQuery) error {
	_, err := fmt.Fprintf(w, "%s %q\n", format, q.Text)
	return errors.Join(err, f.ask("export history %s %q %d", format, q.Text, q.Limit))
}

// Attempts implements view.Controller.
func (f *Fake) Attempts(_ context.Context, id core.TransferID) ([]core.Attempt, error) {
	return f.Tried[id], f.ask("attempts %s", id)
}

// Link implements view.Controller.
func (f *Fake) Link() core.Link {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.Connection
}

// Measurements implements view.Controller.
func (f *Fake) Measurements(context.Context) (core.Measurements, error) {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.Measured, nil
}

// ServeMetrics implements view.Controller.
func (f *Fake) ServeMetrics(_ context.Context, addr string) (string, error) {
	err := f.ask("serve %s", addr)
	if err != nil {
		return "", err
	}
	f.Mu.Lock()
	defer f.Mu.Unlock()
	f.Serving = "http://" + addr + "/metrics"
	return f.Serving, nil
}

// StopMetrics implements view.Controller.
func (f *Fake) StopMetrics(context.Context) error {
	f.Mu.Lock()
	f.Serving = ""
	f.Mu.Unlock()
	return f.ask("stop metrics")
}

// MetricsURL implements view.Controller.
func (f *Fake) MetricsURL() string {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.Serving
}
