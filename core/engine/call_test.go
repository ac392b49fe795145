package engine

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/artstore/ingester/core"
)

// routed is a server that records the terms by which uploaders were asked for,
// and refuses sign-in by some of them.
type routed struct {
	*server
	mu      sync.Mutex
	by      map[string]int
	refused string
}

// Uploader implements Uploaders.
func (r *routed) Uploader(ctx context.Context, by Route, to core.Destination) (Uploader, error) {
	r.mu.Lock()
	r.by[by.Terms]++
	r.mu.Unlock()
	if by.Terms == r.refused && r.refused != "" {
		return nil, failure(core.KindAuth, core.CodeSignInRefused, core.OutcomeNotProcessed)
	}
	return r.server.Uploader(ctx, by, to)
}

func (r *routed) went(terms string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.by[terms]
}

func beginRouted(t *testing.T, change ...func(*Config)) (*fixture, *routed) {
	r := &routed{server: newServer(), by: map[string]int{}}
	return begin(t, r.server, newMemory(), append(change, func(c *Config) { c.Uploaders = r })...), r
}

// A halt under one caller's terms stops neither the process's own transfers nor
// another caller's. Each caller is shown its own transfers only.
func TestCallsDoNotStopEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r := beginRouted(t, own)
		r.refused = "wrong secret"
		good, bad := f.Call(testProfile, "limit"), f.Call(testProfile, "wrong secret")
		mine, err := f.Submit(t.Context(), []core.Source{source("mine", 1)}, options())
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := good.Submit(t.Context(), []core.Source{source("theirs", 1)}, options())
		if err != nil {
			t.Fatal(err)
		}
		refused, err := bad.Submit(t.Context(), []core.Source{source("refused", 1)}, options())
		if err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, append(mine.Queued, theirs.Queued...)...)
		synctest.Wait()
		for what, c := range map[string]struct {
			show func() (core.Snapshot, core.Feed)
			ids  []core.TransferID
			halt core.Code
		}{
			"the process": {f.Subscribe, slices.Concat(mine.Queued, theirs.Queued, refused.Queued), ""},
			"good":        {good.Subscribe, theirs.Queued, ""},
			"bad":         {bad.Subscribe, refused.Queued, core.CodeSignInRefused},
		} {
			s, feed := c.show()
			feed.Close()
			var ids []core.TransferID
			for _, x := range s.Transfers {
				ids = append(ids, x.ID)
			}
			halted := core.Code("")
			if s.Halt != nil {
				halted = s.Halt.Code
			}
			if !slices.Equal(ids, c.ids) || halted != c.halt {
				t.Errorf("%s is shown %v, halt %q", what, ids, halted)
			}
		}
		if r.went("limit") == 0 || r.went("") == 0 {
			t.Errorf("asked for %v", r.by)
		}
		// The next call by the same terms tries again.
		r.refused = ""
		again := f.Call(testProfile, "wrong secret")
		if _, err := again.Submit(t.Context(), []core.Source{source("refused", 1)}, options()); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, refused.Queued...)
		_ = f.stop()
	})
}

// When a caller stops, what nobody else wants stays in the queue and is not sent.
// It goes on for the next caller that asks for it.
func TestCallStops(t *testing.T) {
	for name, change := range map[string]func(*Config){"command": own, "window": func(*Config) {}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, r := beginRouted(t, change)
				arrived, release := make(chan struct{}, 9), make(chan struct{})
				r.with(func(s *server) {
					s.script = func(ctx context.Context, _ *server, _ core.Transfer, _ int, _ core.Progress) (bool, error) {
						arrived <- struct{}{}
						select {
						case <-release:
							return true, nil
						case <-ctx.Done():
							return false, failure(core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
						}
					}
				})
				one, two := f.Call(testProfile, "one"), f.Call(testProfile, "two")
				alone, err := one.Submit(t.Context(), []core.Source{source("alone", 2<<20)}, options())
				if err != nil {
					t.Fatal(err)
				}
				shared, err := one.Submit(t.Context(), []core.Source{source("shared", 2<<20)}, options())
				if err != nil {
					t.Fatal(err)
				}
				if both, err := two.Submit(t.Context(), []core.Source{source("shared", 2<<20)}, options()); err != nil || len(both.Already) != 1 {
					t.Fatal(both, err)
				}
				<-arrived
				<-arrived
				if err := one.Stop(t.Context()); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				want := core.StateQueued
				if name == "window" {
					want = core.StatePaused
				}
				if got := f.get(alone.Queued[0]); got.State != want {
					t.Errorf("what only it wanted is %s", got.State)
				}
				if got := f.get(shared.Queued[0]); got.State != core.StateSending {
					t.Errorf("what another wants too is %s", got.State)
				}
				close(release)
				f.awaitState(core.StateStored, shared.Queued...)
				three := f.Call(testProfile, "three")
				if _, err := three.Adopt(t.Context(), alone.Queued); err != nil {
					t.Fatal(err)
				}
				if err := f.Resume(t.Context(), alone.Queued...); err != nil {
					t.Fatal(err)
				}
				f.awaitState(core.StateStored, alone.Queued...)
				if r.went("three") == 0 {
					t.Error("it was not sent by the terms of the caller that adopted it")
				}
				if err := two.Leave(t.Context()); err != nil {
					t.Error(err)
				}
				_ = f.stop()
			})
		})
	}
}

// A process knows the transfers that a caller gave to the process before it, even
// those that were stored and are no longer listed.
func TestAdopt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newMemory().keep(t, left("open", core.StateQueued, 10), left("other", core.StateQueued, 10))
		f := begin(t, newServer(), st, own)
		done := f.submit(source("stored", 1))
		f.awaitState(core.StateStored, done...)
		_ = f.stop()
		f = begin(t, newServer(), st, own)
		found, err := f.Call(testProfile, "").Adopt(t.Context(), []core.TransferID{"open", done[0], "gone"})
		if err != nil || len(found) != 2 || found[0].ID != "open" || found[1].ID != done[0] || found[1].State != core.StateStored {
			t.Fatalf("%+v, %v", found, err)
		}
		f.awaitState(core.StateStored, "open")
		synctest.Wait()
		if got := f.get("other"); got.State != core.StateQueued {
			t.Errorf("another's is %s", got.State)
		}
		_ = f.stop()
	})
}

// Drain lets attempts under way end and begins no others.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.streams = 1
		arrived, release := make(chan struct{}, 9), make(chan struct{})
		s.script = func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
			arrived <- struct{}{}
			<-release
			return true, nil
		}
		f := begin(t, s, newMemory())
		ids := f.submit(source("a", 1<<20), source("b", 1<<20))
		<-arrived
		drained := make(chan error, 1)
		go func() { drained <- f.Drain(context.Background()) }()
		synctest.Wait()
		close(release)
		if err := <-drained; err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if a, b := f.get(ids[0]), f.get(ids[1]); a.State != core.StateStored || b.State != core.StateQueued {
			t.Errorf("%s, %s", a.State, b.State)
		}
		_ = f.stop()
	})
}

// A process that takes over the queue waits a moment for the callers of the one
// before: otherwise it would send their files by its own terms, which may halt
// them.
func TestAdoptedBeforeSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &routed{server: newServer(), by: map[string]int{}}
		st := newMemory().keep(t, left("theirs", core.StateQueued, 10), left("interrupted", core.StateSending, 10), left("nobody's", core.StateQueued, 10))
		f := begin(t, r.server, st, func(c *Config) { c.Uploaders, c.Adopts = r, true })
		synctest.Wait()
		if n := r.went(""); n > 0 {
			t.Errorf("it was sent by the process's own terms %d times", n)
		}
		if _, err := f.Call(testProfile, "caller's").Adopt(t.Context(), []core.TransferID{"theirs", "interrupted"}); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, "theirs", "interrupted")
		if r.went("") > 0 || r.went("caller's") == 0 {
			t.Errorf("it was sent by the terms %v", r.by)
		}
		f.awaitState(core.StateStored, "nobody's")
		if r.went("") == 0 {
			t.Errorf("it was sent by the terms %v", r.by)
		}
		_ = f.stop()
	})
}
