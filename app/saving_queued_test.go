//go:build !headless

package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// queue queues files for a profile while nothing is sent.
func (o *office) queue(ctx context.Context, profile string, names ...string) []core.TransferID {
	o.t.Helper()
	dir := o.t.TempDir()
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, name))
		must(o.t, os.WriteFile(paths[len(paths)-1], []byte(name), 0o600))
	}
	p, err := o.p.profiles.Load(profile)
	must(o.t, err)
	scan, err := o.Scan(ctx, paths, nil)
	must(o.t, err)
	s, err := o.Submit(ctx, scan.Sources, p.DefaultOptions())
	must(o.t, err)
	return s.Queued
}

// shown are the transfers by ID.
func (o *office) shown() map[core.TransferID]core.Transfer {
	snapshot, feed := o.Subscribe()
	feed.Close()
	found := map[core.TransferID]core.Transfer{}
	for _, x := range snapshot.Transfers {
		found[x.ID] = x
	}
	return found
}

// When a profile's server, account or name is changed, the user decides about its queued
// files, and none is sent elsewhere without that. Other profiles' files are not affected.
func TestSavingDecidesAboutTheQueue(t *testing.T) {
	t.Parallel()
	elsewhere := func(p core.Profile) core.Profile { p.IngesterURL = "https://127.0.0.1:2"; return p }
	for name, tt := range map[string]struct {
		change func(core.Profile) core.Profile
		q      view.Queued
		bound  int
		moved  bool
		state  core.State
	}{
		"the same":              {func(p core.Profile) core.Profile { p.Upload.TTLDays = 7; return p }, view.QueuedMoves, 0, false, core.StateQueued},
		"the same, cancelled":   {func(p core.Profile) core.Profile { p.IngesterURL += "/"; return p }, view.QueuedCancelled, 0, false, core.StateQueued},
		"renamed":               {func(p core.Profile) core.Profile { p.Name = "New"; return p }, view.QueuedWaits, 0, false, core.StateQueued},
		"moves":                 {elsewhere, view.QueuedMoves, 2, true, core.StateQueued},
		"waits":                 {elsewhere, view.QueuedWaits, 2, false, core.StateQueued},
		"ends":                  {elsewhere, view.QueuedCancelled, 2, false, core.StateCancelled},
		"another account":       {func(p core.Profile) core.Profile { p.Auth.ClientID = "sa_other"; return p }, view.QueuedWaits, 2, false, core.StateQueued},
		"another account, goes": {func(p core.Profile) core.Profile { p.Auth.ClientID = "sa_other"; return p }, view.QueuedMoves, 2, true, core.StateQueued},
		"renamed, and moves":    {func(p core.Profile) core.Profile { p.Name = "New"; return elsewhere(p) }, view.QueuedMoves, 2, true, core.StateQueued},
		"renamed, and waits":    {func(p core.Profile) core.Profile { p.Name = "New"; return elsewhere(p) }, view.QueuedWaits, 2, false, core.StateQueued},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, func(ctx context.Context, o *office) {
				o.t = t
				must(t, o.Engine.PauseAll(ctx))
				mine, theirs := o.queue(ctx, "Prod", "a", "b"), o.queue(ctx, "Test", "c")
				was := unreached("Prod")
				p := tt.change(was)
				if n, err := o.Bound(ctx, "Prod", p); n != tt.bound || err != nil {
					t.Errorf("%d are concerned, want %d, %v", n, tt.bound, err)
				}
				must(t, o.SaveProfile(ctx, "Prod", p, view.ProfileSecrets{}, false, tt.q))
				want := was.Destination()
				if tt.moved {
					want = p.Destination()
				}
				shown := o.shown()
				for _, id := range mine {
					if got := shown[id]; got.State != tt.state || got.Destination() != want || got.Options.Profile != p.Name {
						t.Errorf("%s for %v by %s, want %s for %v", got.State, got.Destination(), got.Options.Profile, tt.state, want)
					}
				}
				if got := shown[theirs[0]]; got.State != core.StateQueued || got.Destination() != unreached("Test").Destination() || got.Options.Profile != "Test" {
					t.Errorf("another profile's: %+v", got)
				}
			})
		})
	}
}

// A new profile, or one that can't be saved, affects no files.
func TestSavingConcernsNothing(t *testing.T) {
	t.Parallel()
	inOffice(t, func(ctx context.Context, o *office) {
		must(t, o.Engine.PauseAll(ctx))
		ids := o.queue(ctx, "Prod", "a")
		for _, name := range []string{"", "None"} {
			if n, err := o.Bound(ctx, name, unreached("New")); n != 0 || err != nil {
				t.Errorf("%q: %d, %v", name, n, err)
			}
		}
		taken := unreached("Test")
		taken.IngesterURL = "https://127.0.0.1:2"
		if err := o.SaveProfile(ctx, "Prod", taken, view.ProfileSecrets{}, false, view.QueuedMoves); err == nil {
			t.Error("a name was taken over")
		}
		if got := o.shown()[ids[0]]; got.Destination() != unreached("Prod").Destination() || got.Options.Profile != "Prod" || got.State != core.StateQueued {
			t.Errorf("%+v", got)
		}
	})
}
