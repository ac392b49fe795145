package engine

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/retry"
)

// refuse is a script that refuses the files with these names.
func refuse(e *core.Error, names ...string) func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
	return func(_ context.Context, _ *server, t core.Transfer, _ int, _ core.Progress) (bool, error) {
		if slices.Contains(names, t.Source.Name) {
			return false, e
		}
		return true, nil
	}
}

var (
	forbids = failure(core.KindServer, core.CodeForbidden, core.OutcomeAnswered)
	rejects = failure(core.KindAuth, core.CodeTokenRejected, core.OutcomeAnswered)
)

// A firewall or a hook may forbid any number of files without stopping the others,
// as long as some are stored between them.
func TestForbiddenFilesStopNobodyElse(t *testing.T) {
	for _, streams := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			s.streams = streams
			list := sources(60, 10)
			var bad []string
			for i := 0; i < len(list); i += 3 { // at most two under way of any three
				bad = append(bad, list[i].Name)
			}
			if streams > 1 {
				bad = bad[:2]
			}
			s.script = refuse(forbids, bad...)
			f := begin(t, s, newMemory())
			f.patience = time.Hour
			for i, id := range f.submit(list...) {
				want := core.StateStored
				if slices.Contains(bad, list[i].Name) {
					want = core.StateFailed
				}
				f.awaitState(want, id)
			}
			f.awaitHalt("")
			if s.total() != len(list) {
				t.Errorf("%d requests for %d files", s.total(), len(list))
			}
			_ = f.stop()
		})
	}
}

// A server that forbids three files in a row forbids them all: the rest stay
// queued.
func TestForbiddenAccountHalts(t *testing.T) {
	for lift, verb := range map[string]func(*fixture) error{
		"ResumeAll": func(f *fixture) error { return f.ResumeAll(context.Background()) },
		"Lift":      func(f *fixture) error { return f.Lift(context.Background()) },
	} {
		t.Run(lift, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.streams, s.script = 1, fail(repeat(forbids, 9)...)
				f := begin(t, s, newMemory())
				ids := f.submit(sources(100, 10)...)
				f.awaitHalt(core.CodeForbidden)
				<-time.After(24 * time.Hour)
				if s.total() != 3 {
					t.Errorf("%d requests", s.total())
				}
				f.awaitState(core.StateFailed, ids[:2]...)
				f.awaitState(core.StateQueued, ids[2:]...)
				if err := verb(f); err != nil { // the count begins again
					t.Fatal(err)
				}
				f.awaitState(core.StateFailed, ids[:4]...)
				f.awaitHalt(core.CodeForbidden)
				s.with(func(s *server) { s.script = nil })
				if err := verb(f); err != nil {
					t.Fatal(err)
				}
				f.awaitState(core.StateStored, ids[4:]...)
				f.awaitHalt("")
				_ = f.stop()
			})
		})
	}
}

// The same file, sent again and again, counts as one.
func TestForbiddenFileRetriedIsOneFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.script = refuse(forbids, "bad")
		f := begin(t, s, newMemory())
		id := f.submit(source("bad", 10))[0]
		for range 5 {
			f.awaitState(core.StateFailed, id)
			f.awaitHalt("")
			if err := f.Retry(context.Background(), id); err != nil {
				t.Fatal(err)
			}
		}
		f.awaitState(core.StateFailed, id)
		_ = f.stop()
	})
}

// A 401 to one file, while others use the same token with success, is about that
// file, wherever it is in the queue.
func TestRejectedTokenOfOneFileStopsNobodyElse(t *testing.T) {
	for _, streams := range []int{1, 4} {
		for _, place := range []int{0, 5, 19} {
			for _, rounds := range []int{0, 1} {
				synctest.Test(t, func(t *testing.T) {
					s := newServer()
					s.streams = streams
					list := sources(20, 2*tinySize) // too large to be claimed ahead
					inner := refuse(rejects, list[place].Name)
					s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
						<-time.After(time.Second)
						return inner(ctx, s, tr, n, p)
					}
					f := begin(t, s, newMemory(), func(c *Config) { c.Policy = retry.Policy{Rounds: rounds} })
					f.patience = time.Hour
					ids := f.submit(list...)
					if place == len(list)-1 { // no file begins after it that could show whose fault it is
						f.awaitHalt(core.CodeTokenRejected)
						_ = f.stop()
						return
					}
					f.awaitState(core.StateFailed, ids[place])
					f.awaitState(core.StateStored, slices.Delete(ids, place, place+1)...)
					f.awaitHalt("")
					_ = f.stop()
				})
			}
		}
	}
}

// An account that is suspended in the middle of the work stops the queue, although
// files were stored before.
func TestAccountSuspendedHalts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.streams = 4
		begun := time.Now()
		s.script = func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
			at := time.Now()
			<-time.After(time.Second)
			if at.Sub(begun) > 3*time.Second {
				return false, rejects
			}
			return true, nil
		}
		f := begin(t, s, newMemory())
		f.patience = time.Hour
		ids := f.submit(sources(100, 10)...)
		f.awaitHalt(core.CodeTokenRejected)
		failed := 0
		for _, id := range ids {
			if f.get(id).State == core.StateFailed {
				failed++
			}
		}
		if failed > 0 {
			t.Errorf("%d files were said to be refused by themselves", failed)
		}
		_ = f.stop()
	})
}

// If no other file can be tried at the moment, a refused one waits until the next
// one shows whose fault it is.
func TestRejectedTokenWaitsForAnotherFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.streams = 2
		inner := refuse(rejects, "bad")
		s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
			<-time.After(time.Second)
			if tr.Source.Name == "long" {
				<-time.After(10 * time.Minute)
			}
			return inner(ctx, s, tr, n, p)
		}
		f := begin(t, s, newMemory())
		f.patience = time.Hour
		ids := f.submit(source("long", 2*tinySize), source("bad", 2*tinySize))
		f.awaitState(core.StateWaiting, ids[1])
		ids = append(ids, f.submit(source("good", 2*tinySize))...)
		f.awaitState(core.StateFailed, ids[1])
		f.awaitState(core.StateStored, ids[0], ids[2])
		f.awaitHalt("")
		_ = f.stop()
	})
}
