// Package controllertest says what the window relies on: Test holds a
// view.Controller to it, the program's as well as the one that the window's own
// tests work with.
package controllertest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Oversize is the size in bytes of a file that the server of a World refuses as
// too large. It stores those of some bytes.
const Oversize = 64 << 10

// Subject is a controller under test, and the world that its program works in.
type Subject struct {
	view.Controller
	World
}

// World is what the program works with: a server, a keychain, a desktop.
type World interface {
	// Server is a profile that leads to a server, and the secret to sign in
	// there. It is not saved yet.
	Server() (core.Profile, core.Secret)
	// Hold keeps the server from answering until release is called.
	Hold() (release func())
	// LockKeychain lets no secret be kept, found or deleted until unlock is
	// called.
	LockKeychain() (unlock func())
	// TakePort returns an address of this computer that another program
	// listens at.
	TakePort() string
	// SpoilAutostart lets the list of what starts at sign-in be neither read
	// nor written.
	SpoilAutostart()
	// ShowTray makes the desktop show tray icons.
	ShowTray()
}

// State is what a program finds when it starts.
type State int

// The states.
const (
	EmptyQueue State = iota
	DamagedQueue
)

// check is one promise of a controller. It is tested on a controller of its own.
type check struct {
	name string
	test func(t *trial)
	with State
}

// Test tests that a controller does what the window relies on, and
// refuses what it has to. open starts a program that has no profile.
func Test(t *testing.T, open func(t *testing.T, with State) Subject) {
	for _, group := range []struct {
		name   string
		checks []check
	}{
		{"Scan", scanChecks()},
		{"Submit", submitChecks()},
		{"Verbs", verbChecks()},
		{"States", stateChecks()},
		{"Feed", feedChecks()},
		{"History", historyChecks()},
		{"Finalise", finaliseChecks()},
		{"Profiles", profileChecks()},
		{"Files", profileFileChecks()},
		{"Saving", savingChecks()},
		{"Queued", queuedChecks()},
		{"Server", serverChecks()},
		{"Metrics", metricsChecks()},
		{"Desktop", desktopChecks()},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.checks {
				t.Run(c.name, func(t *testing.T) {
					c.test(&trial{T: t, Subject: open(t, c.with)})
				})
			}
		})
	}
}

// trial is a check under way.
type trial struct {
	*testing.T
	Subject
}

// must ends the check on an error.
func (t *trial) must(err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", core.CodeOf(err), err)
	}
}

// refused wants an error of a kind and a code, with words for it.
func (t *trial) refused(err error, kind core.Kind, code core.Code) {
	t.Helper()
	e := new(core.Error)
	switch {
	case err == nil:
		t.Errorf("not refused, want %s", code)
	case !errors.As(err, &e):
		t.Errorf("refused without a code, want %s: %v", code, err)
	case e.Kind != kind || e.Code != code:
		t.Errorf("refused as %s, %s, want %s, %s: %v", e.Kind, e.Code, kind, code, err)
	}
}

// over is a context that has ended.
func over() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// file writes a file into a folder of its own.
func (t *trial) file(name string, size int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), filepath.FromSlash(name))
	t.must(os.MkdirAll(filepath.Dir(path), 0o700))
	t.must(os.WriteFile(path, bytes.Repeat([]byte(name[:1]), size), 0o600))
	return path
}

// scan finds files that are there.
func (t *trial) scan(paths ...string) core.Scan {
	t.Helper()
	found, err := t.Scan(t.Context(), paths, func(core.ScanProgress) {})
	t.must(err)
	return found
}

// submit queues files for a profile, as its settings say.
func (t *trial) submit(profile string, paths ...string) core.Submission {
	t.Helper()
	p, err := t.Profile(t.Context(), profile)
	t.must(err)
	s, err := t.Submit(t.Context(), t.scan(paths...).Sources, p.DefaultOptions())
	t.must(err)
	return s
}

// queue queues a new file of a size.
func (t *trial) queue(profile, name string, size int) core.TransferID {
	t.Helper()
	s := t.submit(profile, t.file(name, size))
	if len(s.Queued) != 1 {
		t.Fatalf("%s was not queued: %+v", name, s)
	}
	return s.Queued[0]
}

// online saves the profile of the server, and uses it.
func (t *trial) online() (profile string) {
	t.Helper()
	p, secret := t.Server()
	t.save(p, view.ProfileSecrets{Client: secret})
	return p.Name
}

// save saves a new profile.
func (t *trial) save(p core.Profile, s view.ProfileSecrets) {
	t.Helper()
	t.must(t.SaveProfile(t.Context(), "", p, s, false, view.QueuedWaits))
}

// nowhere is a profile of a server that nobody runs.
func nowhere(name string) core.Profile {
	p := core.NewProfile(name)
	p.AdminURL, p.IngesterURL, p.Auth.ClientID = "https://127.0.0.1:1", "https://127.0.0.1:1", "sa_nobody"
	return p
}

// offline saves the profile of a server that nobody runs, and uses it.
func (t *trial) offline(name string) (profile string) {
	t.Helper()
	t.save(nowhere(name), view.ProfileSecrets{Client: core.NewSecret("secret of " + name)})
	return name
}

// snapshot is what is shown now.
func (t *trial) snapshot() core.Snapshot {
	s, feed := t.Subscribe()
	feed.Close()
	return s
}

// shown is a transfer as it is shown now; its state is "" where it is not.
func (t *trial) shown(id core.TransferID) core.Transfer {
	for _, x := range t.snapshot().Transfers {
		if x.ID == id {
			return x
		}
	}
	return core.Transfer{}
}

// wantState wants a transfer to be in a state, "" for not listed.
func (t *trial) wantState(id core.TransferID, want core.State) {
	t.Helper()
	if got := t.shown(id); got.State != want {
		t.Errorf("the transfer is %q, want %q: %v", got.State, want, got.Error)
	}
}

// patiently is how long a check waits for what it waits for.
const patiently = time.Minute

// follow reads a feed until a condition is met.
func (t *trial) follow(feed core.Feed, what string, met func(core.Update) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patiently)
	defer cancel()
	for {
		u, err := feed.Next(ctx)
		if err != nil {
			t.Fatalf("waiting for %s: %v; shown is %+v", what, err, t.snapshot())
		}
		if met(u) {
			return
		}
	}
}

// await waits until a transfer is in a state, and returns it.
func (t *trial) await(id core.TransferID, want core.State) (found core.Transfer) {
	t.Helper()
	now, feed := t.Subscribe()
	defer feed.Close()
	is := func(list []core.Transfer) bool {
		for _, x := range list {
			if x.ID == id {
				found = x
			}
		}
		return found.State == want
	}
	if !is(now.Transfers) {
		t.follow(feed, string(want), func(u core.Update) bool { return is(u.Changed) })
	}
	return found
}

// stored uploads a new file.
func (t *trial) stored(profile, name string) core.Transfer {
	t.Helper()
	return t.await(t.queue(profile, name, 10), core.StateStored)
}

// become waits for what is told by no feed.
func (t *trial) become(what string, true func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patiently)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !true() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited too long for %s", what)
		case <-tick.C:
		}
	}
}
