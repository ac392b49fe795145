package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// waitsShown returns the waits of a snapshot.
func (f *fixture) waitsShown() []core.Wait {
	s, feed := f.Subscribe()
	feed.Close()
	return s.Waits
}

// A server that is left alone is shown, with the reason and until when, until it
// has stored a file again.
func TestWaitsAreTold(t *testing.T) {
	busy := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
	busy.Status, busy.RetryAfter = 429, 100*time.Second
	full := failure(core.KindServer, core.CodeStorageFull, core.OutcomeAnswered)
	down := failure(core.KindNetwork, core.CodeConnectionRefused, core.OutcomeNotProcessed)
	for _, tt := range []struct {
		name  string
		err   *core.Error
		until time.Duration
	}{
		{"asked for time", busy, 105 * time.Second},
		{"full", full, 15 * time.Minute},
		{"away", down, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				well := time.Now().Add(time.Hour)
				s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
					if time.Now().Before(well) {
						return false, tt.err
					}
					return whole(ctx, s, tr, n, p)
				}
				f := begin(t, s, newMemory())
				f.patience = 24 * time.Hour
				begun := time.Now()
				ids := f.submit(sources(40, 10)...)
				f.await("a wait", func(_ map[core.TransferID]core.Transfer, u core.Update) bool { return len(u.Waits) > 0 })
				got := f.waitsShown()
				if len(got) != 1 || got[0].Profile != testProfile || got[0].Path != "" || !got[0].Since.Equal(begun) ||
					got[0].Until.Sub(begun) != tt.until || got[0].Reason.Code != tt.err.Code {
					t.Errorf("%+v", got)
				}
				f.awaitState(core.StateStored, ids...)
				f.await("no wait", func(map[core.TransferID]core.Transfer, core.Update) bool { return len(f.waitsShown()) == 0 })
				_ = f.stop()
			})
		})
	}
}

// Waits of a moment, and waits without transfers, are not shown.
func TestWaitsOfNothingAreNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		refused := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
		s.script = fail(refused)
		f := begin(t, s, newMemory())
		ids := f.submit(sources(3, 10)...)
		<-time.After(time.Millisecond)
		if got := f.waitsShown(); len(got) != 0 {
			t.Errorf("a pause of a second: %+v", got)
		}
		f.awaitState(core.StateStored, ids...)
		s.with(func(s *server) {
			s.script = fail(repeat(failure(core.KindServer, core.CodeStorageFull, core.OutcomeAnswered), 9)...)
		})
		ids = f.submit(source("late", 10))
		f.awaitState(core.StateWaiting, ids...)
		if err := f.Cancel(t.Context(), ids...); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Hour)
		if got := f.waitsShown(); len(got) != 0 {
			t.Errorf("for a transfer that was cancelled: %+v", got)
		}
		_ = f.stop()
	})
}

// A call is shown the waits of its own servers only.
func TestWaitsOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.script = fail(repeat(failure(core.KindServer, core.CodeStorageFull, core.OutcomeAnswered), 9)...)
		f := begin(t, s, newMemory(), own)
		mine, theirs := f.Call(testProfile, "mine"), f.Call(testProfile, "theirs")
		if _, err := mine.Submit(t.Context(), []core.Source{source("a", 1)}, options()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for name, c := range map[string]*Call{"mine": mine, "theirs": theirs} {
			snapshot, feed := c.Subscribe()
			feed.Close()
			if (len(snapshot.Waits) == 1) != (name == "mine") {
				t.Errorf("%s is told of %+v", name, snapshot.Waits)
			}
		}
		_ = f.stop()
	})
}
