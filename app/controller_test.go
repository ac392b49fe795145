//go:build !headless

package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/ui/view"
)

// TestAnotherSandbox: a profile that has the embedded server's name by chance is not
// taken for it, and not overwritten.
func TestAnotherSandbox(t *testing.T) {
	dir := t.TempDir()
	p, err := openProgram(t.Context(), programConfig{folders: folders{config: dir, state: dir, data: dir}, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = p.run(t.Context(), func(ctx context.Context) error {
		other := core.NewProfile(sandboxName)
		other.AdminURL, other.IngesterURL, other.Auth.ClientID = "https://127.0.0.1:1", "https://127.0.0.1:1", "sa_other"
		other.TLS.CACertFile = "/elsewhere/sandbox/tls/ca.pem"
		if err := p.profiles.Save(other); err != nil {
			return err
		}
		c, err := newController(p)
		if err != nil {
			return err
		}
		if err := c.Use(ctx, other.Name); err != nil {
			t.Errorf("use: %v", err)
		}
		if err := c.wake(ctx); err != nil {
			t.Errorf("wake: %v", err)
		}
		if err := c.StartSandbox(ctx); core.CodeOf(err) != core.CodeProfileInvalid {
			t.Errorf("the sandbox started: %v", err)
		}
		got, err := p.profiles.Load(other.Name)
		if err != nil || got.IngesterURL != other.IngesterURL || got.TLS.CACertFile != other.TLS.CACertFile {
			t.Errorf("written over: %+v, %v", got, err)
		}
		return nil
	})
	if err = errors.Join(err, p.close()); err != nil {
		t.Error(err)
	}
}

// TestPauseAllIsRemembered: the next window is paused too, until everything is resumed.
func TestPauseAllIsRemembered(t *testing.T) {
	dir := t.TempDir()
	f := folders{config: dir, state: dir, data: dir}
	window := func(work func(ctx context.Context, c *controller) error) (paused bool) {
		t.Helper()
		p, err := openProgram(t.Context(), programConfig{folders: f, log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		err = p.run(t.Context(), func(ctx context.Context) error {
			p.services.start(p.engine.Run)
			<-p.engine.Ready()
			snapshot, feed := p.engine.Subscribe()
			feed.Close()
			paused = snapshot.Paused
			c, err := newController(p)
			return errors.Join(err, work(ctx, c))
		})
		if err = errors.Join(err, p.close()); err != nil {
			t.Fatal(err)
		}
		return paused
	}
	for i, step := range []struct {
		paused bool
		work   func(ctx context.Context, c *controller) error
	}{
		{false, func(ctx context.Context, c *controller) error { return c.PauseAll(ctx) }},
		{true, func(ctx context.Context, c *controller) error { return c.Lift(ctx) }},
		{true, func(ctx context.Context, c *controller) error { return c.ResumeAll(ctx) }},
		{false, func(ctx context.Context, c *controller) error { return c.PauseAllAfter(ctx) }},
		{true, func(ctx context.Context, c *controller) error { return c.ResumeAll(ctx) }},
		{false, func(ctx context.Context, c *controller) error { return c.ResumeAll(ctx) }},
	} {
		if got := window(step.work); got != step.paused {
			t.Errorf("start %d: paused %v, want %v", i+1, got, step.paused)
		}
	}
}

// TestTheFormRefusesWhatSavingWould: the certificate card and Save give the same answer,
// whichever profile is in use.
func TestTheFormRefusesWhatSavingWould(t *testing.T) {
	dir := t.TempDir()
	ca := coretest.NewCA(t, "CA")
	caFile := ca.WritePEM(t, dir)
	cert, key := coretest.WritePair(t, dir, "client", ca.Client(t, "client"))
	_, otherKey := coretest.WritePair(t, dir, "other", ca.Client(t, "other"))
	oldCert, oldKey := coretest.WritePair(t, dir, "old", ca.Issue(t, coretest.Leaf{NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().Add(-time.Hour)}))
	bundle := filepath.Join(dir, "client.p12")
	client := ca.Client(t, "bundle")
	sealed, err := pkcs12.Modern.Encode(client.PrivateKey, client.Leaf, nil, "open sesame")
	if err != nil {
		t.Fatal(err)
	}
	coretest.WriteFile(t, bundle, sealed)
	p, err := openProgram(t.Context(), programConfig{folders: folders{config: dir, state: dir, data: dir}, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = p.run(t.Context(), func(ctx context.Context) error {
		c, err := newController(p)
		if err != nil {
			return err
		}
		with := func(name string, tls core.TLSSettings) core.Profile {
			profile := core.NewProfile(name)
			profile.AdminURL, profile.IngesterURL, profile.Auth.ClientID = "https://127.0.0.1:1", "https://127.0.0.1:1", "sa"
			tls.Enabled = true
			profile.TLS = tls
			return profile
		}
		for name, passphrase := range map[string]string{"Kept": "open sesame", "Current": "another"} {
			if err := p.profiles.Save(with(name, core.TLSSettings{})); err != nil {
				return err
			}
			if err := p.secrets.Keep(ctx, name, keychain.ItemPassphrase, core.NewSecret(passphrase), true); err != nil {
				return err
			}
		}
		if err := c.Use(ctx, "Current"); err != nil {
			return err
		}
		for _, tt := range []struct {
			name, saved string
			tls         core.TLSSettings
			typed       string
			want        core.Code
		}{
			{"nothing", "", core.TLSSettings{}, "", ""},
			{"authority", "", core.TLSSettings{CACertFile: caFile}, "", ""},
			{"no authority", "", core.TLSSettings{CACertFile: cert}, "", core.CodeCAInvalid},
			{"pair", "", core.TLSSettings{CertFile: cert, KeyFile: key}, "", ""},
			{"mismatch", "", core.TLSSettings{CertFile: cert, KeyFile: otherKey}, "", core.CodeKeyMismatch},
			{"expired", "", core.TLSSettings{CertFile: oldCert, KeyFile: oldKey}, "", core.CodeCertificateExpired},
			{"missing", "", core.TLSSettings{CertFile: filepath.Join(dir, "none")}, "", core.CodeCertificateUnreadable},
			{"no passphrase", "", core.TLSSettings{PKCS12File: bundle}, "", core.CodePassphraseMissing},
			{"typed", "", core.TLSSettings{PKCS12File: bundle}, "open sesame", ""},
			{"wrong", "Kept", core.TLSSettings{PKCS12File: bundle}, "wrong", core.CodePassphraseWrong},
			{"kept with another profile", "Kept", core.TLSSettings{PKCS12File: bundle}, "", ""},
			{"kept and wrong", "Current", core.TLSSettings{PKCS12File: bundle}, "", core.CodePassphraseWrong},
		} {
			profile := with(tt.name, tt.tls)
			secrets := view.ProfileSecrets{Passphrase: core.NewSecret(tt.typed)}
			facts, err := c.Certificate(ctx, tt.saved, profile.TLS, secrets.Passphrase)
			saving := c.checkFiles(ctx, tt.saved, profile, secrets)
			if core.CodeOf(err) != tt.want || core.CodeOf(saving) != tt.want {
				t.Errorf("%s: the form says %v, saving %v, want %q", tt.name, err, saving, tt.want)
			}
			if known := facts.Fingerprint != ""; tt.want == "" && known != profile.TLS.HasClientCertificate() {
				t.Errorf("%s: the certificate was read: %v", tt.name, known)
			}
		}
		return nil
	})
	if err = errors.Join(err, p.close()); err != nil {
		t.Error(err)
	}
}

// A server that was not ready or could not be reached is asked again although nothing is
// to be uploaded, so that the window shows its present state. One that is ready is not
// asked.
func TestLinkIsLookedAtAgain(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := coretest.NewArtStore(t, ca)
	profile := s.Profile(t, ca)
	conns := connect.New(connect.Config{Load: func(string) (core.Profile, error) { return profile, nil }, Secrets: connect.NewSecrets(core.NewSecret("s3cret"), nil),
		Metrics: metrics.New(metrics.Build{}), Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(conns.Close)
	c := &controller{p: &program{conns: conns}, current: "shop"}
	say := func(status string) { s.Health.Store(new(`{"status":"` + status + `","checks":{}}`)) }
	say("fail")
	if err := conns.Ready(t.Context(), "shop"); core.CodeOf(err) != core.CodeNotReady {
		t.Fatalf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	tick, ended := make(chan time.Time), make(chan struct{})
	go func() { defer close(ended); c.watchLink(ctx, tick) }()
	for _, step := range []struct {
		says string
		want core.LinkState
	}{{"fail", core.LinkUnready}, {"ok", core.LinkUp}, {"fail", core.LinkUp}} {
		say(step.says)
		for range 2 { // the second is received once the first has been handled
			tick <- time.Time{}
		}
		if got := c.Link().State; got != step.want {
			t.Errorf("the server says %s: the link is %s, want %s", step.says, got, step.want)
		}
	}
	cancel()
	<-ended
}
