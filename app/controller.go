//go:build !headless

package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/app/filedialog"
	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/smallfile"
	"github.com/artstore/ingester/core/tlsconfig"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// controller is what the window can ask of the program.
type controller struct {
	*engine.Engine
	p       *program
	dialogs *filedialog.Dialogs

	saving  sync.Mutex // one change of the saved profiles at a time
	mu      sync.Mutex
	current string
}

var _ view.Controller = (*controller)(nil)

func newController(p *program) (*controller, error) {
	name, err := readCurrent(p.folders)
	if err != nil {
		return nil, err
	}
	c := &controller{Engine: p.engine, p: p, dialogs: filedialog.New(p.log), current: name}
	if name != "" {
		if _, err := p.profiles.Load(name); core.CodeOf(err) == core.CodeProfileNotFound {
			c.current = ""
		}
	}
	if c.current == "" {
		c.adopt()
	}
	return c, nil
}

// adopt chooses the profile if none is chosen and only one is saved, as commands do:
// an administrator's script may have saved it. It returns how many are saved, without
// the embedded server's, which only the user starts.
func (c *controller) adopt() (saved int) {
	names, err := c.p.profiles.List()
	if err != nil {
		c.p.log.Warn("the saved profiles can't be listed", "error", err)
	}
	names = slices.DeleteFunc(names, c.isEmbedded)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == "" && len(names) == 1 {
		c.current = names[0]
	}
	return len(names)
}

// wake starts what the current profile needs: the embedded server if it is that
// server's, a first look at the link, and the metrics listener if it wants one.
func (c *controller) wake(ctx context.Context) error {
	name := c.Current()
	if name == "" {
		return nil
	}
	if c.isEmbedded(name) {
		if err := c.StartSandbox(ctx); err != nil {
			return err
		}
	}
	c.probe(name)
	p, err := c.p.profiles.Load(name)
	if err != nil || p.Metrics.Listen == "" {
		return err
	}
	_, err = c.ServeMetrics(ctx, p.Metrics.Listen)
	return err
}

// isEmbedded reports whether a saved profile is the embedded server's. The profile of
// a sandbox in a process of its own may have the same name.
func (c *controller) isEmbedded(name string) bool {
	p, err := c.p.profiles.Load(name)
	return err == nil && name == sandboxName && within(c.p.folders.sandbox(), p.TLS.CACertFile)
}

// within reports whether a file is below a folder.
func within(dir, file string) bool {
	rel, err := filepath.Rel(dir, file)
	return err == nil && filepath.IsLocal(rel)
}

// probe asks a profile's server whether it is there, so that the window can say so
// before the first upload. The answer shows as the state of the link.
func (c *controller) probe(name string) {
	c.p.services.start(func(ctx context.Context) error {
		if err := c.p.conns.Ready(ctx, name); err != nil {
			c.p.log.Warn("the server is not ready", "profile", name, "code", core.CodeOf(err))
		}
		return nil
	})
}

// linkEvery is how often a server that could not be reached is asked again.
const linkEvery = 30 * time.Second

// watchLink asks the current profile's server again at each tick, while its link is
// down or it takes no uploads: there may be no upload that would notice. It also finds
// a first profile that another process has saved.
func (c *controller) watchLink(ctx context.Context, tick <-chan time.Time) {
	none := c.Current() == "" && c.adopt() == 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		if none && c.Current() == "" {
			none = c.adopt() == 0
			if name := c.Current(); name != "" {
				c.probe(name)
			}
		}
		if state := c.Link().State; state == core.LinkFailed || state == core.LinkUnready {
			_ = c.p.conns.Ready(ctx, c.Current()) // the link shows the answer
		}
	}
}

// Pick implements view.Picker.
func (c *controller) Pick(ctx context.Context, q view.FileQuestion) ([]string, error) {
	return c.dialogs.Ask(ctx, filedialog.Question(q))
}

// PauseAll implements view.Controller.
func (c *controller) PauseAll(ctx context.Context) error { return c.p.shared.PauseAll(ctx) }

// PauseAllAfter implements view.Controller.
func (c *controller) PauseAllAfter(ctx context.Context) error { return c.p.shared.PauseAllAfter(ctx) }

// ResumeAll implements view.Controller.
func (c *controller) ResumeAll(ctx context.Context) error { return c.p.shared.ResumeAll(ctx) }

// Attempts returns the attempts of one transfer, oldest first.
func (c *controller) Attempts(ctx context.Context, id core.TransferID) ([]core.Attempt, error) {
	return c.p.store.Attempts(ctx, id)
}

// History implements view.Controller.
func (c *controller) History(ctx context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	return c.p.store.History(ctx, q)
}

// Recoveries implements view.Controller.
func (c *controller) Recoveries(ctx context.Context) ([]core.Recovery, error) {
	return c.p.store.Recoveries(ctx)
}

// Acknowledge implements view.Controller.
func (c *controller) Acknowledge(ctx context.Context, path string) error {
	return c.p.store.Acknowledge(ctx, path)
}

// ExportHistory implements view.Controller.
func (c *controller) ExportHistory(ctx context.Context, path string, f core.HistoryFormat, q core.HistoryQuery) error {
	rows, err := c.p.store.History(ctx, q)
	if err != nil {
		return err
	}
	return unwritten("export history", smallfile.Export(path, func(w io.Writer) error { return report.History(w, f, rows) }))
}

// Receipt implements view.Controller.
func (c *controller) Receipt(ctx context.Context, id core.DropID) (core.DropReport, error) {
	return c.p.store.Report(ctx, id)
}

// ExportReceipt implements view.Controller.
func (c *controller) ExportReceipt(ctx context.Context, path string, f core.HistoryFormat, id core.DropID, language string) error {
	r, err := c.p.store.Report(ctx, id)
	if err != nil {
		return err
	}
	text, err := wording.NewText(language)
	if err != nil {
		return err
	}
	return unwritten("export receipt", smallfile.Export(path, func(w io.Writer) error {
		if f == core.FormatHTML {
			return text.ReceiptPage(w, r)
		}
		return report.Receipt(w, f, r)
	}))
}

// unwritten is the error of an export that can't be written where the user
// wanted it: nothing of the program's own is wrong.
func unwritten(op string, err error) error {
	var known *core.Error
	if err == nil || errors.As(err, &known) && known.Code != core.CodeStoreFailed {
		return err
	}
	return &core.Error{Kind: core.KindFile, Code: core.CodeFileUnwritable, Op: op, Message: "The file can't be written.", Err: err}
}

// Profiles implements view.Controller.
func (c *controller) Profiles(context.Context) ([]string, error) { return c.p.profiles.List() }

// Profile implements view.Controller.
func (c *controller) Profile(_ context.Context, name string) (core.Profile, error) {
	return c.p.profiles.Load(name)
}

// Current implements view.Controller.
func (c *controller) Current() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// Use implements view.Controller.
func (c *controller) Use(ctx context.Context, name string) error {
	if _, err := c.p.profiles.Load(name); err != nil {
		return err
	}
	if err := c.choose(name); err != nil {
		return err
	}
	return c.wake(ctx)
}

// checkFiles refuses a profile whose certificate files can't be used.
func (c *controller) checkFiles(ctx context.Context, previous string, p core.Profile, s view.ProfileSecrets) error {
	passphrase, err := c.opening(ctx, previous, p.TLS, s.Passphrase)
	if err != nil {
		return err
	}
	_, err = tlsconfig.Build(p.TLS, passphrase, c.p.log)
	return err
}

// opening is the passphrase for the files of t: the given one or, if they need one
// and none is given, the one that is saved with a profile.
func (c *controller) opening(ctx context.Context, saved string, t core.TLSSettings, given core.Secret) (core.Secret, error) {
	_, err := tlsconfig.Inspect(t, given)
	if core.CodeOf(err) != core.CodePassphraseMissing || !t.Enabled || saved == "" {
		return given, nil
	}
	kept, err := c.p.secrets.Passphrase(ctx, saved)
	if core.CodeOf(err) == core.CodeSecretMissing {
		return given, nil
	}
	return kept, err
}

// HasSecret implements view.Controller.
func (c *controller) HasSecret(ctx context.Context, profile string) (bool, error) {
	_, err := c.p.secrets.Client(ctx, profile)
	if core.CodeOf(err) == core.CodeSecretMissing {
		return false, nil
	}
	return err == nil, err
}

// Certificate implements view.Controller.
func (c *controller) Certificate(ctx context.Context, saved string, t core.TLSSettings, given core.Secret) (core.CertificateFacts, error) {
	passphrase, openErr := c.opening(ctx, saved, t, given)
	if openErr != nil {
		passphrase = given
	}
	facts, err := tlsconfig.Inspect(t, passphrase)
	if openErr != nil {
		return facts, openErr
	}
	if err == nil {
		_, err = tlsconfig.Build(t, passphrase, nil)
	}
	return facts, err
}

// Check implements view.Controller.
func (c *controller) Check(ctx context.Context, p core.Profile, s view.ProfileSecrets, step func(core.Step)) error {
	return connect.Check(ctx, p, c.p.secrets.With(s.Client), s.Passphrase, step)
}

// StartSandbox implements view.Controller.
func (c *controller) StartSandbox(ctx context.Context) error {
	saved, err := c.p.profiles.Load(sandboxName)
	isSaved := err == nil
	if isSaved && !c.isEmbedded(sandboxName) { // before its secret is replaced
		return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: "start the sandbox server",
			Message: "The profile " + sandboxName + " is for another server; give it another name, then try again."}
	}
	p, err := c.p.startEmbedded(ctx)
	if err != nil {
		return err
	}
	if isSaved {
		p.Upload, p.Metrics = saved.Upload, saved.Metrics // the user's choices
	}
	if err := c.p.profiles.Save(p); err != nil {
		return err
	}
	c.p.conns.Forget(p.Name)
	if c.Current() == p.Name {
		return nil
	}
	return c.Use(ctx, p.Name)
}

// ImportProfile implements view.Controller.
func (c *controller) ImportProfile(_ context.Context, path string) (core.Profile, error) {
	return c.p.profiles.Import(path)
}

// ExportProfile writes a saved profile to a file; it holds no secret.
func (c *controller) ExportProfile(_ context.Context, name, path string) error {
	p, err := c.p.profiles.Load(name)
	if err != nil {
		return err
	}
	return unwritten("export profile", profiles.WriteFile(path, p))
}

// Link implements view.Controller.
func (c *controller) Link() core.Link { return c.p.conns.Link(c.Current()) }

// Measurements implements view.Controller.
func (c *controller) Measurements(context.Context) (core.Measurements, error) {
	return c.p.metrics.Measurements(time.Now())
}

// ServeMetrics implements view.Controller.
func (c *controller) ServeMetrics(ctx context.Context, addr string) (string, error) {
	return c.p.listener.on(ctx, c.p, addr)
}

// StopMetrics implements view.Controller.
func (c *controller) StopMetrics(context.Context) error {
	c.p.listener.off()
	return nil
}

// MetricsURL implements view.Controller.
func (c *controller) MetricsURL() string { return c.p.listener.address() }

// MetricsAddress implements view.Controller.
func (c *controller) MetricsAddress() string { return c.p.listener.bound() }
