package ui

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
)

// fakeController is a program that the tests tell what to answer, and that
// remembers what it was asked.
type fakeController struct {
	mu         sync.Mutex
	snapshot   core.Snapshot
	updates    chan core.Update
	scan       core.Scan
	scanErr    error
	result     func(sources []core.Source, o core.Options) (core.Submission, error)
	link       core.Link
	profiles   map[string]core.Profile
	current    string
	verbErr    error
	asked      []string
	history    []core.Transfer
	recoveries []core.Recovery
	historyErr error
	facts      core.CertificateFacts
	measured   core.Measurements
	steps      []core.Step
	attempts   map[core.TransferID][]core.Attempt
	serving    string // URL of the /metrics listener
	secrets    ProfileSecrets
	saveErr    func(sessionOnly bool) error
	bound      int // files queued for where each profile leads
	boundErr   error
	notReady   error // what SaveProfile says once all is saved
	factsErr   error
	caErr      error
	checkErr   error
	held       chan struct{} // a connection test waits for it; nil for none
	noSecret   bool
	changed    chan struct{}
	desktop    fakeDesktop
	dialogs    fakeDialogs
	imported   core.Profile // what a profile file holds, besides its name
}

func newFakeController() *fakeController {
	p := core.NewProfile("Production")
	return &fakeController{
		updates: make(chan core.Update, 16), profiles: map[string]core.Profile{p.Name: p}, current: p.Name,
		changed: make(chan struct{}, 64),
		link:    core.Link{State: core.LinkUp, TLSVersion: "TLS 1.3", MutualTLS: true, HTTP: "HTTP/2"},
	}
}

var _ Controller = (*fakeController)(nil)

func (f *fakeController) ask(format string, a ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, fmt.Sprintf(format, a...))
	select {
	case f.changed <- struct{}{}:
	default:
	}
	return f.verbErr
}

// calls are what was asked so far.
func (f *fakeController) calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.asked...)
}

func (f *fakeController) Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error) {
	if f.dialogs.scan != nil {
		return f.heldScan(ctx, progress)
	}
	progress(core.ScanProgress{Files: len(f.scan.Sources)})
	_ = f.ask("scan %q", paths)
	return f.scan, f.scanErr
}

func (f *fakeController) Submit(_ context.Context, s []core.Source, o core.Options) (core.Submission, error) {
	_ = f.ask("submit %d again=%v %s %s %d %q %q", len(s), o.Again, o.Profile, o.Retention, o.TTLDays, o.Tags, o.Description)
	if f.result != nil {
		return f.result(s, o)
	}
	var out core.Submission
	for i := range s {
		out.Queued = append(out.Queued, core.TransferID(fmt.Sprint("new", i)))
	}
	return out, f.verbErr
}

func (f *fakeController) Pause(_ context.Context, ids ...core.TransferID) error {
	return f.ask("pause %v", ids)
}
func (f *fakeController) Resume(_ context.Context, ids ...core.TransferID) error {
	return f.ask("resume %v", ids)
}
func (f *fakeController) Retry(_ context.Context, ids ...core.TransferID) error {
	return f.ask("retry %v", ids)
}
func (f *fakeController) Cancel(_ context.Context, ids ...core.TransferID) error {
	return f.ask("cancel %v", ids)
}
func (f *fakeController) Remove(_ context.Context, ids ...core.TransferID) error {
	return f.ask("remove %v", ids)
}
func (f *fakeController) PauseAll(context.Context) error  { return f.ask("pause all") }
func (f *fakeController) ResumeAll(context.Context) error { return f.ask("resume all") }

func (f *fakeController) Subscribe() (core.Snapshot, core.Feed) { return f.snapshot, fakeFeed{f} }

type fakeFeed struct{ f *fakeController }

func (f fakeFeed) Next(ctx context.Context) (core.Update, error) {
	select {
	case u, ok := <-f.f.updates:
		if !ok {
			return core.Update{}, io.EOF
		}
		return u, nil
	case <-ctx.Done():
		return core.Update{}, ctx.Err()
	}
}
func (f fakeFeed) Close() { _ = f.f.ask("feed closed") }

func (f *fakeController) Recoveries(context.Context) ([]core.Recovery, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]core.Recovery(nil), f.recoveries...), nil
}

func (f *fakeController) Acknowledge(_ context.Context, path string) error {
	if err := f.ask("acknowledge %s", path); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.recoveries = slices.DeleteFunc(f.recoveries, func(r core.Recovery) bool { return r.Path == path })
	return nil
}

// remember changes what History says from now on.
func (f *fakeController) remember(history []core.Transfer, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.history, f.historyErr = history, err
}

func (f *fakeController) History(_ context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	_ = f.ask("history %q", q.Text)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.history, f.historyErr
}
func (f *fakeController) Profiles(context.Context) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for name := range f.profiles {
		names = append(names, name)
	}
	return names, nil
}
func (f *fakeController) Profile(_ context.Context, name string) (core.Profile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.profiles[name]
	if !ok {
		return core.Profile{}, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound}
	}
	return p, nil
}
func (f *fakeController) Current() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.current
}
func (f *fakeController) Use(_ context.Context, name string) error {
	f.mu.Lock()
	f.current = name
	f.mu.Unlock()
	return f.ask("use %s", name)
}
func (f *fakeController) Bound(_ context.Context, name string, p core.Profile) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.profiles[name].Destination() == p.Destination() {
		return 0, f.boundErr
	}
	return f.bound, f.boundErr
}
func (f *fakeController) SaveProfile(_ context.Context, previous string, p core.Profile, s ProfileSecrets, sessionOnly bool, q Queued) error {
	_ = f.ask("save %q as %q session=%v", previous, p.Name, sessionOnly)
	if f.bound > 0 {
		_ = f.ask("queued %d", q)
	}
	if f.saveErr != nil {
		if err := f.saveErr(sessionOnly); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for name := range f.profiles {
		if strings.EqualFold(name, p.Name) && !strings.EqualFold(previous, p.Name) {
			return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Err: fs.ErrExist} // as the real one
		}
	}
	if f.verbErr != nil {
		return f.verbErr // nothing is changed
	}
	delete(f.profiles, previous)
	f.profiles[p.Name], f.current, f.secrets = p, p.Name, s
	return f.notReady
}
func (f *fakeController) HasSecret(context.Context, string) (bool, error) { return !f.noSecret, nil }
func (f *fakeController) Certificate(_ context.Context, _ string, t core.TLSSettings, passphrase core.Secret) (core.CertificateFacts, error) {
	if !t.HasClientCertificate() {
		return core.CertificateFacts{}, f.caErr
	}
	return f.facts, errors.Join(f.factsErr, f.ask("certificate %s%s %v", t.CertFile, t.PKCS12File, !passphrase.IsZero()))
}
func (f *fakeController) Check(ctx context.Context, p core.Profile, _ ProfileSecrets, step func(core.Step)) error {
	for _, s := range f.steps {
		step(s)
	}
	if f.held != nil {
		select {
		case <-f.held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.Join(f.checkErr, f.ask("check %s", p.IngesterURL))
}
func (f *fakeController) StartSandbox(context.Context) error {
	f.mu.Lock()
	f.profiles["Sandbox"], f.current = core.NewProfile("Sandbox"), "Sandbox"
	f.mu.Unlock()
	return f.ask("sandbox")
}
func (f *fakeController) ImportProfile(_ context.Context, path string) (core.Profile, error) {
	p, err := core.NewProfile("Imported"), f.ask("import %s", filepath.Base(path))
	p.IngesterURL, p.AdminURL, p.Auth.ClientID = f.imported.IngesterURL, f.imported.AdminURL, f.imported.Auth.ClientID
	if err == nil {
		f.mu.Lock()
		f.profiles[p.Name] = p
		f.mu.Unlock()
	}
	return p, err
}
func (f *fakeController) ExportProfile(_ context.Context, name, path string) error {
	return f.ask("export %s to %s", name, filepath.Base(path))
}
func (f *fakeController) RemoveProfile(_ context.Context, name string) error {
	f.mu.Lock()
	delete(f.profiles, name)
	if f.current == name {
		f.current = ""
	}
	f.mu.Unlock()
	return f.ask("remove profile %s", name)
}
func (f *fakeController) ExportHistory(_ context.Context, w io.Writer, format core.HistoryFormat, q core.HistoryQuery) error {
	_, err := fmt.Fprintf(w, "%s %q\n", format, q.Text)
	return errors.Join(err, f.ask("export history %s %q %d", format, q.Text, q.Limit))
}
func (f *fakeController) Attempts(_ context.Context, id core.TransferID) ([]core.Attempt, error) {
	return f.attempts[id], f.ask("attempts %s", id)
}
func (f *fakeController) Link() core.Link {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.link
}
func (f *fakeController) Measurements(context.Context) (core.Measurements, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.measured, nil
}
func (f *fakeController) ServeMetrics(_ context.Context, addr string) (string, error) {
	err := f.ask("serve %s", addr)
	if err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.serving = "http://" + addr + "/metrics"
	return f.serving, nil
}
func (f *fakeController) StopMetrics(context.Context) error {
	f.mu.Lock()
	f.serving = ""
	f.mu.Unlock()
	return f.ask("stop metrics")
}
func (f *fakeController) MetricsURL() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.serving
}
