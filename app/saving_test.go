//go:build !headless

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/ui/view"
)

// frail is a keychain in memory that fails at one call, or from one call on.
type frail struct {
	*keychain.Session
	calls, fails int // at which call, 0 for none
	on           bool
	fold         bool // takes "prod" and "Prod" for the same name
}

func (k *frail) call() error {
	k.calls++
	if k.fails != 0 && (k.calls == k.fails || k.on && k.calls > k.fails) {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeKeychainFailed, Message: "broken"}
	}
	return nil
}

func (k *frail) name(profile string) string {
	if k.fold {
		return strings.ToLower(profile)
	}
	return profile
}

func (k *frail) Get(ctx context.Context, profile string, i keychain.Item) (core.Secret, error) {
	if err := k.call(); err != nil {
		return core.Secret{}, err
	}
	return k.Session.Get(ctx, k.name(profile), i)
}

func (k *frail) Set(ctx context.Context, profile string, i keychain.Item, s core.Secret) error {
	if err := k.call(); err != nil {
		return err
	}
	return k.Session.Set(ctx, k.name(profile), i, s)
}

func (k *frail) Delete(ctx context.Context, profile string, i keychain.Item) error {
	if err := k.call(); err != nil {
		return err
	}
	return k.Session.Delete(ctx, k.name(profile), i)
}

// office is a program with two saved profiles, their secrets in a keychain in
// memory, and the first of them in use.
type office struct {
	*controller
	t    *testing.T
	ring *frail
}

// inOffice runs work in one.
func inOffice(t *testing.T, work func(ctx context.Context, o *office)) {
	t.Helper()
	dir := t.TempDir()
	p, err := openProgram(t.Context(), programConfig{folders: folders{config: dir, state: dir, data: dir}, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = p.run(t.Context(), func(ctx context.Context) error {
		p.services.start(p.engine.Run)
		<-p.engine.Ready()
		ring := &frail{Session: keychain.NewSession()}
		p.secrets.System = ring
		for _, name := range []string{"Prod", "Test"} {
			if err := p.profiles.Save(unreached(name)); err != nil {
				return err
			}
			for _, item := range keychain.Items() {
				if err := ring.Session.Set(ctx, name, item, core.NewSecret(name+" "+string(item))); err != nil {
					return err
				}
			}
		}
		c, err := newController(p)
		if err == nil {
			err = c.choose("Prod")
		}
		if err == nil {
			work(ctx, &office{controller: c, t: t, ring: ring})
		}
		return err
	})
	if err = errors.Join(err, p.close()); err != nil {
		t.Error(err)
	}
}

// unreached is a profile of a server that does not exist.
func unreached(name string) core.Profile {
	p := core.NewProfile(name)
	p.AdminURL, p.IngesterURL, p.Auth.ClientID = "https://127.0.0.1:1", "https://127.0.0.1:1", "sa_"+strings.ToLower(name)
	return p
}

// state is everything that saving may change, without the keychain's count of calls.
func (o *office) state() map[string]string {
	o.t.Helper()
	s := map[string]string{"in use": o.Current()}
	err := filepath.WalkDir(o.p.folders.config, func(path string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(o.p.folders.config, path)
		if err != nil || !strings.HasPrefix(rel, "profiles") && !strings.HasPrefix(rel, "current") {
			return err
		}
		s[rel] = d.Type().String()
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			s[rel] = string(data)
			return err
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, name := range []string{"Prod", "Test", "Live", "prod"} {
		for _, item := range keychain.Items() {
			for where, k := range map[string]keychain.Keychain{"ring": o.ring.Session, "session": o.p.secrets.Session} {
				if got, err := k.Get(o.t.Context(), name, item); err == nil {
					s[fmt.Sprintf("%s: %s %s", where, name, item)] = got.Reveal()
				}
			}
		}
	}
	return s
}

// same checks that o is as it was.
func (o *office) same(what string, was map[string]string) {
	o.t.Helper()
	if diff := cmp.Diff(was, o.state()); diff != "" {
		o.t.Errorf("%s: all should be as it was:\n%s", what, diff)
	}
}

var typed = view.ProfileSecrets{Client: core.NewSecret("typed client"), Passphrase: core.NewSecret("typed passphrase")}

// A profile can't take the name of another one, nor that one's secrets.
func TestATakenNameIsRefused(t *testing.T) {
	t.Parallel()
	for _, previous := range []string{"", "Prod"} {
		for _, name := range []string{"Test", "test", "TEST"} {
			inOffice(t, func(ctx context.Context, o *office) {
				was := o.state()
				err := o.SaveProfile(ctx, previous, unreached(name), typed, false, view.QueuedWaits)
				if !errors.Is(err, fs.ErrExist) {
					t.Errorf("%q as %q: %v", previous, name, err)
				}
				o.same(fmt.Sprintf("%q as %q", previous, name), was)
				if o.ring.calls != 0 {
					t.Errorf("the keychain was asked %d times", o.ring.calls)
				}
			})
		}
	}
}

// savings are all ways to save a profile.
var savings = map[string]struct {
	previous, name string
	secrets        view.ProfileSecrets
	sessionOnly    bool
	session        bool // Prod's client secret is for this session
}{
	"new":                          {"", "Live", typed, false, false},
	"new, for this session":        {"", "Live", typed, true, false},
	"changed":                      {"Prod", "Prod", typed, false, true},
	"changed, not in use":          {"Test", "Test", typed, false, false},
	"renamed":                      {"Prod", "Live", view.ProfileSecrets{}, false, true},
	"renamed and changed":          {"Prod", "Live", typed, false, true},
	"renamed, for this session":    {"Prod", "Live", typed, true, false},
	"renamed but for case":         {"Prod", "prod", view.ProfileSecrets{}, false, false},
	"renamed but for case, secret": {"Prod", "prod", typed, false, true},
}

// Saving is all or nothing, at whichever call the keychain fails.
func TestSavingIsAllOrNothing(t *testing.T) {
	t.Parallel()
	for name, tt := range savings {
		t.Run(name, func(t *testing.T) {
			inOffice(t, func(ctx context.Context, o *office) {
				if tt.session {
					must(t, o.p.secrets.Session.Set(ctx, "Prod", keychain.ItemClientSecret, core.NewSecret("of this session")))
				}
				was := o.state()
				changed := unreached(tt.name)
				changed.Auth.Scope = "changed"
				for k := 1; ; k++ {
					o.ring.calls, o.ring.fails = 0, k
					err := o.SaveProfile(ctx, tt.previous, changed, tt.secrets, tt.sessionOnly, view.QueuedWaits)
					if o.ring.calls < k {
						must(t, err)
						break // no call failed any more
					}
					if core.CodeOf(err) != core.CodeKeychainFailed {
						t.Errorf("the keychain fails at call %d: %v", k, err)
					}
					o.same(fmt.Sprintf("the keychain fails at call %d", k), was)
					if t.Failed() {
						return
					}
				}
				o.ring.fails = 0
				wantSaved(ctx, t, o, tt.previous, changed, tt.secrets, tt.sessionOnly, tt.session)
			})
		})
	}
}

// wantSaved checks what a successful saving leaves.
func wantSaved(ctx context.Context, t *testing.T, o *office, previous string, p core.Profile, s view.ProfileSecrets, sessionOnly, session bool) {
	t.Helper()
	if got, err := o.p.profiles.Load(p.Name); err != nil || got != p {
		t.Errorf("got %+v, %v", got, err)
	}
	if current, err := readCurrent(o.p.folders); err != nil || current != p.Name || o.Current() != p.Name {
		t.Errorf("in use are %q and %q, %v", current, o.Current(), err)
	}
	want := map[keychain.Item]string{keychain.ItemClientSecret: s.Client.Reveal(), keychain.ItemPassphrase: s.Passphrase.Reveal()}
	for item, text := range want {
		where := o.ring.Session
		switch {
		case text == "" && session && item == keychain.ItemClientSecret:
			text, where = "of this session", o.p.secrets.Session.(*keychain.Session)
		case text == "":
			text = previous + " " + string(item)
		case sessionOnly:
			where = o.p.secrets.Session.(*keychain.Session)
		}
		if got, err := where.Get(ctx, p.Name, item); err != nil || got.Reveal() != text {
			t.Errorf("%s: got %q, %v, want %q", item, got.Reveal(), err, text)
		}
	}
	if previous == p.Name || previous == "" {
		return
	}
	if _, err := o.p.profiles.Load(previous); core.CodeOf(err) != core.CodeProfileNotFound {
		t.Errorf("the old profile is still there: %v", err)
	}
	for key := range o.state() {
		if strings.Contains(key, ": "+previous+" ") {
			t.Errorf("left behind: %s", key)
		}
	}
}

// A profile is renamed only by the case of letters. A keychain that ignores case keeps its
// secrets.
func TestRenamingByCaseKeepsSecrets(t *testing.T) {
	t.Parallel()
	inOffice(t, func(ctx context.Context, o *office) {
		o.ring.fold = true
		must(t, o.ring.Set(ctx, "prod", keychain.ItemClientSecret, core.NewSecret("kept")))
		must(t, o.SaveProfile(ctx, "Prod", unreached("prod"), view.ProfileSecrets{}, false, view.QueuedWaits))
		if got, err := o.ring.Get(ctx, "prod", keychain.ItemClientSecret); err != nil || got.Reveal() != "kept" {
			t.Errorf("got %q, %v", got.Reveal(), err)
		}
	})
}

// Saving is all or nothing where the disk fails, too.
func TestSavingOnABadDisk(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		hurt     func(o *office) error
		previous string
		name     string
	}{
		"the choice can't be written, new": {func(o *office) error {
			f := o.p.folders.current()
			return errors.Join(os.Remove(f), os.MkdirAll(filepath.Join(f, "in the way"), 0o700))
		}, "", "Live"},
		"the choice can't be written, renamed": {func(o *office) error {
			f := o.p.folders.current()
			return errors.Join(os.Remove(f), os.MkdirAll(filepath.Join(f, "in the way"), 0o700))
		}, "Prod", "Live"},
		"the profile can't be written": {func(o *office) error {
			f := filepath.Join(o.p.folders.profiles(), "Prod.toml")
			return errors.Join(os.Remove(f), os.Symlink(o.p.folders.config, f))
		}, "Prod", "Prod"},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, func(ctx context.Context, o *office) {
				must(t, tt.hurt(o))
				was := o.state()
				if err := o.SaveProfile(ctx, tt.previous, unreached(tt.name), typed, false, view.QueuedWaits); core.CodeOf(err) != core.CodeStoreFailed {
					t.Errorf("saved: %v", err)
				}
				o.same("after the failure", was)
			})
		})
	}
}

// If something can't be restored, the error says so.
func TestWhatCantBePutBackIsSaid(t *testing.T) {
	t.Parallel()
	inOffice(t, func(ctx context.Context, o *office) {
		was := o.state()
		o.ring.fails, o.ring.on = 4, true // the first secret is kept, and then no call works
		err := o.SaveProfile(ctx, "Prod", unreached("Prod"), typed, false, view.QueuedWaits)
		if core.CodeOf(err) != core.CodeProfileUnrestored {
			t.Errorf("got %v", err)
		}
		o.ring.fails, o.ring.on = 0, false
		if cmp.Equal(was, o.state()) {
			t.Error("nothing was left to put back: the test tests nothing")
		}
	})
}

// A profile is saved although another program has its metrics port.
func TestABusyPortIsNoDeadEnd(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { must(t, busy.Close()) }()
	inOffice(t, func(ctx context.Context, o *office) {
		p := unreached("Live")
		p.Metrics.Listen = busy.Addr().String()
		err := o.SaveProfile(ctx, "", p, typed, false, view.QueuedWaits)
		if amiss := new(view.NotReadyError); !errors.As(err, &amiss) || core.CodeOf(err) != core.CodePortBusy {
			t.Errorf("got %v", err)
		}
		wantSaved(ctx, t, o, "", p, typed, false, false)
		p.Metrics.Listen = ""
		must(t, o.SaveProfile(ctx, "Live", p, view.ProfileSecrets{}, false, view.QueuedWaits))
	})
}

// A removed profile is no longer in use, even if the keychain fails. The error says what
// remains, and the next try completes the removal.
func TestRemovingWithABrokenKeychain(t *testing.T) {
	t.Parallel()
	for k := 1; k <= 2; k++ {
		inOffice(t, func(ctx context.Context, o *office) {
			o.ring.fails = k
			err := o.RemoveProfile(ctx, "Prod")
			if core.CodeOf(err) != core.CodeProfileRemains || !strings.Contains(err.Error(), "Prod") {
				t.Errorf("got %v", err)
			}
			if current, err := readCurrent(o.p.folders); err != nil || current != "" || o.Current() != "" {
				t.Errorf("in use are %q and %q, %v", current, o.Current(), err)
			}
			if names, err := o.Profiles(ctx); err != nil || len(names) != 2 {
				t.Errorf("nobody could remove it again: %q, %v", names, err)
			}
			must(t, o.RemoveProfile(ctx, "Prod"))
			for key := range o.state() {
				if strings.Contains(key, "Prod") {
					t.Errorf("left behind: %s", key)
				}
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
