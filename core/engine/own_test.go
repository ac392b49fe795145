package engine

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/artstore/ingester/core"
)

// own configures an engine as a command does.
func own(c *Config) { c.Own = true }

// A command sends only what it was asked to: its own files, and those that another
// process left for the same server and account, under any profile. It counts the
// rest, and sends them only when told to.
func TestOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := func(id string, state core.State, profile, url, account string) core.Transfer {
			x := left(id, state, 10)
			x.Options.Profile, x.Server, x.Account = profile, url, account
			return x
		}
		s := newServer()
		st := newMemory().keep(t,
			with("same file", core.StateQueued, testProfile, testServer, testAccount),
			with("same file, waits", core.StateWaiting, testProfile, testServer, testAccount),
			with("same file, other profile", core.StateQueued, "Other", testServer, testAccount),
			with("same file, failed", core.StateFailed, "Other", testServer, testAccount),
			with("left", core.StateQueued, testProfile, testServer, testAccount),
			with("left, waits", core.StateWaiting, testProfile, testServer, testAccount),
			with("left, not kept", core.StateQueued, testProfile, testServer, ""),
			with("left, under way", core.StateSending, testProfile, testServer, testAccount),
			with("left, other profile", core.StateQueued, "Other", testServer, testAccount),
			with("paused", core.StatePaused, testProfile, testServer, testAccount),
			with("failed", core.StateFailed, testProfile, testServer, testAccount),
			with("other server", core.StateQueued, testProfile, elsewhere, testAccount),
			with("other account", core.StateQueued, testProfile, testServer, "sa_other"),
			with("other server, other profile", core.StateQueued, "Other", elsewhere, testAccount),
		)
		s.profiles["Other"] = failure(core.KindConfig, core.CodeProfileInvalid, core.OutcomeNotProcessed) // it has one profile
		f := begin(t, s, st, own)
		got, err := f.Submit(t.Context(), []core.Source{source("new", 1), source("same file", 10), source("same file, waits", 10),
			source("same file, other profile", 10), source("same file, failed", 10)}, options())
		if err != nil || len(got.Queued) != 1 || len(got.Already) != 4 {
			t.Fatalf("%+v, %v", got, err)
		}
		f.awaitState(core.StateStored, append(got.Queued, "same file", "same file, waits", "same file, other profile", "same file, failed")...)
		synctest.Wait()
		if s.total() != 5 {
			t.Errorf("%d files were sent", s.total())
		}
		if here, elsewhere, err := f.Left(t.Context(), testProfile); here != 5 || elsewhere != 2 || err != nil {
			t.Errorf("%d are left, %d elsewhere, %v", here, elsewhere, err)
		}

		rest, err := f.Continue(t.Context(), testProfile)
		if slices.Sort(rest); err != nil || !slices.Equal(rest, []core.TransferID{"left", "left, not kept", "left, other profile", "left, under way", "left, waits"}) {
			t.Errorf("goes on with %q, %v", rest, err)
		}
		f.awaitState(core.StateStored, rest...)
		synctest.Wait()
		for id, want := range map[core.TransferID]core.State{"paused": core.StatePaused, "failed": core.StateFailed,
			"other server": core.StateQueued, "other account": core.StateQueued, "other server, other profile": core.StateQueued} {
			if got := f.get(id); got.State != want || len(s.went(id)) > 0 {
				t.Errorf("%s: %+v", id, got)
			}
		}
		if here, elsewhere, err := f.Left(t.Context(), testProfile); here != 0 || elsewhere != 2 || err != nil {
			t.Errorf("%d are left, %d elsewhere, %v", here, elsewhere, err)
		}
		if again, err := f.Continue(t.Context(), testProfile); len(again) != 0 || err != nil {
			t.Errorf("%v, %v", again, err)
		}
		_ = f.stop()
	})
}

// A profile that a command doesn't have fails only the command's own files.
func TestOwnWithoutProfile(t *testing.T) {
	s := newServer()
	f := begin(t, s, newMemory().keep(t, left("theirs", core.StateQueued, 10)), own)
	ids := f.submit(source("a", 10))
	f.awaitState(core.StateStored, ids...)
	s.profiles[testProfile] = failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
	_ = f.do(context.Background(), "test", func(x *tx) error {
		f.noEndpoint(x, f.lane(x.laneKeyOf(f.items["theirs"])), core.AsError(s.profiles[testProfile]))
		return nil
	})
	if got := f.get("theirs"); got.State != core.StateQueued {
		t.Errorf("%+v", got)
	}
	if _, err := f.Continue(context.Background(), testProfile); core.CodeOf(err) != core.CodeProfileNotFound {
		t.Error(err)
	}
	if _, _, err := f.Left(context.Background(), testProfile); core.CodeOf(err) != core.CodeProfileNotFound {
		t.Error(err)
	}
}
