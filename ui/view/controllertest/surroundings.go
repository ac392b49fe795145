package controllertest

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/ui/view"
)

func serverChecks() []check {
	return []check{
		{name: "link up", test: func(t *trial) {
			t.online()
			t.become("the link", func() bool { return t.Link().State == core.LinkUp })
			if link := t.Link(); link.Err != nil || !strings.HasPrefix(link.TLSVersion, "TLS ") || link.HTTP == "" || !link.MutualTLS || link.CertificateExpiry.Before(time.Now()) {
				t.Errorf("the link is %+v", link)
			}
		}},
		{name: "link down", test: func(t *trial) {
			t.offline("Away")
			t.become("the link", func() bool { return t.Link().State == core.LinkFailed })
			if link := t.Link(); link.Err == nil || link.Err.Code != core.CodeConnectionRefused {
				t.Errorf("the link is %+v", link)
			}
		}},
		{name: "link of the profile in use", test: func(t *trial) {
			t.online()
			t.become("the link", func() bool { return t.Link().State == core.LinkUp })
			t.offline("Away")
			t.become("the other link", func() bool { return t.Link().State == core.LinkFailed })
			t.must(t.RemoveProfile(t.Context(), "Away"))
			if link := t.Link(); link.State != core.LinkUnknown {
				t.Errorf("the link of no profile is %+v", link)
			}
		}},
		{name: "checked", test: func(t *trial) {
			p, secret := t.Server()
			steps := t.checked(p, secret, "")
			for _, s := range steps {
				if s.Status != core.StepOK && s.Status != core.StepWarning {
					t.Errorf("%s is %s: %v", s.Name, s.Status, s.Err)
				}
			}
			t.wantProfiles("") // nothing was saved
		}},
		{name: "checked with what is kept", test: func(t *trial) {
			p, secret := t.Server()
			t.save(p, typed(secret.Reveal()))
			t.checked(p, core.Secret{}, "")
			t.checked(p, core.NewSecret("typed, and wrong"), core.CodeSignInRefused)
			t.checked(p, core.Secret{}, "")
		}},
		{name: "checked, and not in order", test: func(t *trial) {
			p, secret := t.Server()
			t.checked(p, core.Secret{}, core.CodeSecretMissing)
			t.checked(nowhere("A"), core.NewSecret("x"), core.CodeConnectionRefused)
			p.IngesterURL = ""
			t.checked(p, secret, core.CodeProfileInvalid)
		}},
		{name: "check stopped", test: func(t *trial) {
			p, secret := t.Server()
			if err := t.Check(over(), p, view.ProfileSecrets{Client: secret}, func(core.Step) {}); core.CodeOf(err) != core.CodeCancelled {
				t.Errorf("stopped: %v", err)
			}
		}},
		{name: "certificate", test: func(t *trial) {
			dir := t.TempDir()
			ca := coretest.NewCA(t, "CA")
			cert, key := coretest.WritePair(t, dir, "client", ca.Client(t, "client"))
			_, other := coretest.WritePair(t, dir, "other", ca.Client(t, "other"))
			old, oldKey := coretest.WritePair(t, dir, "old", ca.Issue(t, coretest.Leaf{NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().Add(-time.Hour)}))
			missing := filepath.Join(dir, "none.pem")
			for _, tt := range []struct {
				tls   core.TLSSettings
				want  core.Code
				facts bool
			}{
				{core.TLSSettings{}, "", false},
				{core.TLSSettings{CACertFile: ca.WritePEM(t, dir)}, "", false},
				{core.TLSSettings{CACertFile: missing}, core.CodeCertificateUnreadable, false},
				{core.TLSSettings{CACertFile: cert}, core.CodeCAInvalid, false},
				{core.TLSSettings{CertFile: cert, KeyFile: key}, "", true},
				{core.TLSSettings{CertFile: cert, KeyFile: other}, core.CodeKeyMismatch, true},
				{core.TLSSettings{CertFile: old, KeyFile: oldKey}, core.CodeCertificateExpired, true},
				{core.TLSSettings{CertFile: missing, KeyFile: key}, core.CodeCertificateUnreadable, false},
				{core.TLSSettings{PKCS12File: missing}, core.CodeCertificateUnreadable, false},
			} {
				tt.tls.Enabled = true
				facts, err := t.Certificate(t.Context(), "", tt.tls, core.Secret{})
				if core.CodeOf(err) != tt.want {
					t.Errorf("%+v: got %v, want %q", tt.tls, err, tt.want)
				}
				if got := facts.Fingerprint != ""; got != tt.facts {
					t.Errorf("%+v: the facts are %+v", tt.tls, facts)
				}
				if tt.want == "" && tt.facts && (!facts.KeyMatches || !facts.ClientAuth || !strings.Contains(facts.Subject, "client") || !facts.NotAfter.After(time.Now())) {
					t.Errorf("the facts are %+v", facts)
				}
				if tt.tls.CertFile == missing && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the cause is lost: %v", err)
				}
			}
		}},
	}
}

// checked tests a connection. The error is that of a step which failed.
func (t *trial) checked(p core.Profile, secret core.Secret, want core.Code) (steps []core.Step) {
	t.Helper()
	err := t.Check(t.Context(), p, view.ProfileSecrets{Client: secret}, func(s core.Step) { steps = append(steps, s) })
	if core.CodeOf(err) != want {
		t.Errorf("got %v, want %q", err, want)
	}
	if len(steps) == 0 {
		t.Error("no step was told")
	}
	failed := slices.ContainsFunc(steps, func(s core.Step) bool { return s.Status == core.StepFailed })
	if failed != (want != "") {
		t.Errorf("a step failed: %v", failed)
	}
	return steps
}

func metricsChecks() []check {
	return []check{
		{name: "measured", test: func(t *trial) {
			before, err := t.Measurements(t.Context())
			t.must(err)
			if before.At.IsZero() || before.BytesSent != 0 || before.ActiveUploads != 0 || before.Uploads["success"] != 0 {
				t.Errorf("before: %+v", before)
			}
			profile := t.online()
			t.stored(profile, "a")
			t.await(t.queue(profile, "large", Oversize), core.StateFailed)
			t.become("the measurements of both", func() bool {
				after, err := t.Measurements(t.Context())
				t.must(err)
				return after.BytesSent >= 10 && after.Files["stored"] == 1 && after.Files["failed"] == 1 && after.Uploads["success"] == 1 && after.Uploads["error"] == 1 && after.Errors[string(core.CodeTooLarge)] == 1
			})
		}},
		{name: "served", test: func(t *trial) {
			if at := t.MetricsURL(); at != "" {
				t.Errorf("served at %q from the start", at)
			}
			t.must(t.StopMetrics(t.Context())) // nothing to stop
			at, err := t.ServeMetrics(t.Context(), "127.0.0.1:0")
			t.must(err)
			if !strings.HasPrefix(at, "http://127.0.0.1:") || !strings.HasSuffix(at, "/metrics") || t.MetricsURL() != at {
				t.Errorf("served at %q, and %q", at, t.MetricsURL())
			}
			other, err := t.ServeMetrics(t.Context(), "127.0.0.1:0")
			t.must(err)
			if t.MetricsURL() != other {
				t.Errorf("served at %q, want %q", t.MetricsURL(), other)
			}
			if at := t.MetricsAddress(); "http://"+at+"/metrics" != other {
				t.Errorf("listens on %q, and is served at %q", at, other)
			}
			t.must(t.StopMetrics(t.Context()))
			if at := t.MetricsAddress(); at != "" {
				t.Errorf("still listens on %q", at)
			}
			if at := t.MetricsURL(); at != "" {
				t.Errorf("still served at %q", at)
			}
		}},
		{name: "not served", test: func(t *trial) {
			for addr, code := range map[string]core.Code{"": core.CodeUsage, "nonsense": core.CodeUsage, "127.0.0.1:65536": core.CodeUsage, "127.0.0.1:x": core.CodeUsage, t.TakePort(): core.CodePortBusy} {
				_, err := t.ServeMetrics(t.Context(), "127.0.0.1:0")
				t.must(err)
				at, err := t.ServeMetrics(t.Context(), addr)
				t.refused(err, core.KindUsage, code)
				if at != "" || t.MetricsURL() != "" { // the old address was given up for it
					t.Errorf("%s: served at %q, and %q", addr, at, t.MetricsURL())
				}
			}
		}},
	}
}

func desktopChecks() []check {
	return []check{
		{name: "tray", test: func(t *trial) {
			if t.Tray(t.Context()) {
				t.Error("there is a tray on a bare desktop")
			}
			t.ShowTray()
			if !t.Tray(t.Context()) {
				t.Error("the tray is not seen")
			}
		}},
		{name: "autostart", test: func(t *trial) {
			for _, on := range []bool{false, true, true, false, false} {
				t.must(t.SetAutostart(t.Context(), on))
				if got, err := t.Autostart(t.Context()); err != nil || got != on {
					t.Errorf("got %v, %v, want %v", got, err, on)
				}
			}
		}},
		{name: "no autostart", test: func(t *trial) {
			t.SpoilAutostart()
			_, err := t.Autostart(t.Context())
			t.refused(err, core.KindConfig, core.CodeStoreFailed)
			t.refused(t.SetAutostart(t.Context(), true), core.KindConfig, core.CodeStoreFailed)
		}},
		{name: "about", test: func(t *trial) {
			a := t.About()
			if a.Version == "" || !strings.HasPrefix(a.Go, "go") {
				t.Errorf("it says %+v", a)
			}
			for _, path := range []string{a.Profiles, a.Queue, a.Log, a.Sandbox} {
				if !filepath.IsAbs(path) {
					t.Errorf("it keeps something in %q", path)
				}
			}
		}},
		{name: "pick", test: func(t *trial) {
			_, err := t.Pick(over(), view.FileQuestion{Title: "x"})
			t.refused(err, core.KindCancelled, core.CodeCancelled)
			_, err = t.Pick(context.Background(), view.FileQuestion{Title: "x"})
			if !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("on a desktop without dialogs: %v", err)
			}
		}},
	}
}
