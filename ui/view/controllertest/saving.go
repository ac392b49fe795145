package controllertest

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

func savingChecks() []check {
	return []check{
		{name: "new", test: func(t *trial) {
			t.offline("A")
			t.wantProfiles("A", "A")
			t.wantSecret("A", true)
			t.save(nowhere("B"), typed(""))
			t.wantProfiles("B", "A", "B")
			t.wantSecret("B", false)
		}},
		{name: "changed", test: func(t *trial) {
			t.offline("A")
			t.offline("B")
			p := nowhere("A")
			p.Upload.TTLDays = 7
			t.must(t.SaveProfile(t.Context(), "A", p, typed(""), false, view.QueuedWaits))
			t.wantProfiles("A", "A", "B")
			t.wantSecret("A", true) // an empty field leaves it
			if got, err := t.Profile(t.Context(), "A"); err != nil || got != p {
				t.Errorf("got %+v, %v", got, err)
			}
		}},
		{name: "renamed", test: func(t *trial) {
			t.offline("A")
			t.must(t.PauseAll(t.Context()))
			id := t.queue("A", "a", 1)
			t.must(t.SaveProfile(t.Context(), "A", nowhere("B"), typed(""), false, view.QueuedWaits))
			t.wantProfiles("B", "B")
			t.wantSecret("A", false)
			t.wantSecret("B", true)
			if got := t.shown(id); got.Options.Profile != "B" || got.State != core.StateQueued {
				t.Errorf("what is queued is %+v", got)
			}
			t.must(t.SaveProfile(t.Context(), "B", nowhere("b"), typed(""), false, view.QueuedWaits))
			t.wantProfiles("b", "b")
			t.wantSecret("b", true)
		}},
		{name: "renamed, whose old name is gone", test: func(t *trial) {
			t.must(t.SaveProfile(t.Context(), "Gone", nowhere("A"), typed("x"), false, view.QueuedWaits))
			t.wantProfiles("A", "A")
		}},
		{name: "a secret takes effect", test: func(t *trial) {
			p, secret := t.Server()
			t.save(p, typed(""))
			id := t.queue(p.Name, "a", 1)
			t.become("a halt", func() bool { return t.snapshot().Halt != nil })
			if halt := t.snapshot().Halt; halt.Code != core.CodeSecretMissing {
				t.Errorf("halted by %v", halt)
			}
			t.must(t.SaveProfile(t.Context(), p.Name, p, typed(secret.Reveal()), false, view.QueuedWaits))
			t.await(id, core.StateStored)
		}},
		{name: "a taken name", test: func(t *trial) {
			t.offline("B")
			t.offline("A")
			for _, previous := range []string{"", "A"} {
				for _, name := range []string{"B", "b"} {
					p := nowhere(name)
					p.Upload.TTLDays = 7
					t.savingRefused(previous, p, typed("x"), core.CodeProfileInvalid, fs.ErrExist)
				}
			}
			if got, err := t.Profile(t.Context(), "B"); err != nil || got != nowhere("B") {
				t.Errorf("written over: %+v, %v", got, err)
			}
		}},
		{name: "what can't be used", test: func(t *trial) {
			t.offline("A")
			for _, spoil := range []func(*core.Profile){
				func(p *core.Profile) { p.Name = "" }, func(p *core.Profile) { p.Name = "../B" }, func(p *core.Profile) { p.IngesterURL = "" },
				func(p *core.Profile) { p.IngesterURL = "http://ingester.example" }, func(p *core.Profile) { p.Auth.ClientID = " " },
				func(p *core.Profile) { p.Upload.TTLDays = -1 }, func(p *core.Profile) { p.Metrics.Listen = "nonsense" },
			} {
				for _, previous := range []string{"", "A"} {
					p := nowhere("B")
					spoil(&p)
					t.savingRefused(previous, p, typed("x"), core.CodeProfileInvalid, nil)
				}
			}
		}},
		{name: "files that can't be used", test: func(t *trial) {
			t.offline("A")
			missing := filepath.Join(t.TempDir(), "nothing.pem")
			for _, tls := range []core.TLSSettings{{CertFile: missing}, {CACertFile: missing}, {PKCS12File: missing}} {
				p := nowhere("A")
				tls.Enabled = true
				p.TLS = tls
				t.savingRefused("A", p, typed("x"), core.CodeCertificateUnreadable, fs.ErrNotExist)
			}
		}},
		{name: "the keychain is locked", test: func(t *trial) {
			t.offline("A")
			unlock := t.LockKeychain()
			t.savingRefused("A", nowhere("A"), typed("x"), core.CodeKeychainLocked, nil)
			t.savingRefused("A", nowhere("B"), typed(""), core.CodeKeychainLocked, nil)
			t.savingRefused("", nowhere("B"), typed("x"), core.CodeKeychainLocked, nil)
			t.must(t.SaveProfile(t.Context(), "", nowhere("B"), typed("x"), true, view.QueuedWaits)) // in memory
			t.wantProfiles("B", "A", "B")
			t.wantSecret("B", true)
			unlock()
			t.wantSecret("A", true)
		}},
		{name: "a taken port", test: func(t *trial) {
			p := nowhere("A")
			p.Metrics.Listen = t.TakePort()
			t.refusedAfterwards(t.SaveProfile(t.Context(), "", p, typed("x"), false, view.QueuedWaits), core.CodePortBusy)
			t.wantProfiles("A", "A")
			t.wantSecret("A", true)
			p.Metrics.Listen = "127.0.0.1:0"
			t.must(t.SaveProfile(t.Context(), "A", p, typed(""), false, view.QueuedWaits))
			if t.MetricsURL() == "" {
				t.Error("the metrics are not served")
			}
		}},
	}
}

// savingRefused wants nothing to be changed. is may be nil.
func (t *trial) savingRefused(previous string, p core.Profile, s view.ProfileSecrets, code core.Code, is error) {
	t.Helper()
	ctx, current := t.Context(), t.Current()
	names, err := t.Profiles(ctx)
	t.must(err)
	saved := map[string]core.Profile{}
	for _, name := range names {
		saved[name], err = t.Profile(ctx, name)
		t.must(err)
	}
	err = t.SaveProfile(ctx, previous, p, s, false, view.QueuedWaits)
	t.refused(err, core.KindConfig, code)
	if amiss := new(view.NotReadyError); errors.As(err, &amiss) || is != nil && !errors.Is(err, is) {
		t.Errorf("refused in other words: %v", err)
	}
	t.wantProfiles(current, names...)
	for name, was := range saved {
		if now, err := t.Profile(ctx, name); err != nil || now != was {
			t.Errorf("%s is %+v, %v", name, now, err)
		}
	}
}

// queuedChecks are what becomes of queued files when their profile leads
// elsewhere.
func queuedChecks() (checks []check) {
	elsewhere := func(p core.Profile) core.Profile { p.IngesterURL = "https://127.0.0.1:2"; return p }
	account := func(p core.Profile) core.Profile { p.Auth.ClientID = "sa_other"; return p }
	renamed := func(p core.Profile) core.Profile { p.Name = "B"; return elsewhere(p) }
	same := func(p core.Profile) core.Profile { p.IngesterURL += "/"; return p }
	for _, tt := range []struct {
		name   string
		change func(core.Profile) core.Profile
		q      view.Queued
		bound  int
		moved  bool
		state  core.State
	}{
		{"wait", elsewhere, view.QueuedWaits, 1, false, core.StateQueued},
		{"move", elsewhere, view.QueuedMoves, 1, true, core.StateQueued},
		{"are cancelled", elsewhere, view.QueuedCancelled, 1, false, core.StateCancelled},
		{"wait for the account", account, view.QueuedWaits, 1, false, core.StateQueued},
		{"move to the account", account, view.QueuedMoves, 1, true, core.StateQueued},
		{"move with the name", renamed, view.QueuedMoves, 1, true, core.StateQueued},
		{"are not concerned", same, view.QueuedCancelled, 0, false, core.StateQueued},
	} {
		checks = append(checks, check{name: tt.name, test: func(t *trial) {
			t.offline("Other")
			t.offline("A")
			t.must(t.PauseAll(t.Context()))
			mine, other := t.queue("A", "a", 1), t.queue("Other", "b", 1)
			p := tt.change(nowhere("A"))
			if n, err := t.Bound(t.Context(), "A", p); err != nil || n != tt.bound {
				t.Errorf("bound are %d, %v, want %d", n, err, tt.bound)
			}
			t.must(t.SaveProfile(t.Context(), "A", p, typed(""), false, tt.q))
			want := nowhere("").Destination()
			if tt.moved {
				want = p.Destination()
			}
			if got := t.shown(mine); got.State != tt.state || !want.Takes(got.Destination()) || got.Options.Profile != p.Name {
				t.Errorf("it is %s, for %+v, of %s", got.State, got.Destination(), got.Options.Profile)
			}
			if got := t.shown(other); got.State != core.StateQueued || got.Destination() != nowhere("").Destination() || got.Options.Profile != "Other" {
				t.Errorf("another profile's is %s, for %+v, of %s", got.State, got.Destination(), got.Options.Profile)
			}
		}})
	}
	return append(checks, check{name: "are counted", test: func(t *trial) {
		profile := t.online()
		t.stored(profile, "stored")
		t.await(t.queue(profile, "large", Oversize), core.StateFailed)
		t.must(t.PauseAll(t.Context()))
		paused, cancelled := t.queue(profile, "paused", 1), t.queue(profile, "cancelled", 1)
		t.must(t.Pause(t.Context(), paused))
		t.must(t.Cancel(t.Context(), cancelled))
		p, err := t.Profile(t.Context(), profile)
		t.must(err)
		if n, err := t.Bound(t.Context(), profile, elsewhere(p)); err != nil || n != 2 { // the failed and the paused one
			t.Errorf("bound are %d, %v, want 2", n, err)
		}
		if n, err := t.Bound(t.Context(), profile, p); err != nil || n != 0 {
			t.Errorf("bound to where it leads now are %d, %v", n, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if n, err := t.Bound(ctx, profile, elsewhere(p)); err != nil {
			t.refused(err, core.KindCancelled, core.CodeCancelled)
		} else if n != 2 { // it was quicker
			t.Errorf("stopped, and bound are %d", n)
		}
	}})
}
