package engine

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// halfThenWhole leaves a note in the first attempt and stores in later ones.
func halfThenWhole(ctx context.Context, s *server, t core.Transfer, n int, p core.Progress) (bool, error) {
	if n == 1 {
		if err := s.half(ctx, "half of "+t.Source.Name, p); err != nil {
			return false, err
		}
		return false, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
	}
	return whole(ctx, s, t, n, p)
}

// A note is durable when Resumable returns, is there for the next attempt, and
// gone once the file is stored.
func TestNoteLivesUntilStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		var resumed string
		s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
			if n == 2 {
				resumed = tr.Resume
			}
			ok, err := halfThenWhole(ctx, s, tr, n, p)
			if n == 1 && st.rows[tr.ID].Resume != "half of a" {
				t.Errorf("durable is %q", st.rows[tr.ID].Resume)
			}
			return ok, err
		}
		f := begin(t, s, st)
		f.patience = time.Hour
		id := f.submit(source("a", 10))[0]
		f.awaitState(core.StateStored, id)
		if resumed != "half of a" || f.get(id).Resume != "" || len(s.forgotten) != 0 {
			t.Errorf("resumed from %q, left %q, forgotten %q", resumed, f.get(id).Resume, s.forgotten)
		}
		_ = f.stop()
	})
}

// The upload of a file that is cancelled, removed or described differently is
// deleted from the server once that is durable, and the file is not sent again
// before.
func TestUnwantedIsTakenBack(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name string
		do   func(*fixture, core.TransferID) error
		keep bool
	}{
		{"cancel", func(f *fixture, id core.TransferID) error { return f.Cancel(ctx, id) }, false},
		{"remove", func(f *fixture, id core.TransferID) error { return f.Remove(ctx, id) }, false},
		{"pause", func(f *fixture, id core.TransferID) error { return f.Pause(ctx, id) }, true},
		{"pause, cancel, retry", func(f *fixture, id core.TransferID) error {
			_ = f.Pause(ctx, id)
			_ = f.Cancel(ctx, id)
			return f.Retry(ctx, id)
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st, s := newMemory(), newServer()
				s.script = halfThenWhole
				f := begin(t, s, st)
				f.patience = time.Hour
				id := f.submit(source("a", 10))[0]
				f.awaitState(core.StateWaiting, id)
				if err := tt.do(f, id); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if gone := slices.Equal(s.forgotten, []string{"half of a"}); gone == tt.keep || (st.rows[id].Resume != "") != tt.keep {
					t.Errorf("forgotten %q, left %q", s.forgotten, st.rows[id].Resume)
				}
				_ = f.stop()
			})
		})
	}
}

// If an upload is cancelled in the middle, what arrived is deleted after the
// attempt has ended.
func TestCancelWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		s.script = func(ctx context.Context, s *server, _ core.Transfer, _ int, p core.Progress) (bool, error) {
			_ = s.half(ctx, "half", p)
			<-ctx.Done()
			s.with(func(s *server) {
				if len(s.forgotten) > 0 {
					t.Error("taken back while it was being sent")
				}
			})
			return false, failure(core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
		}
		f := begin(t, s, st)
		f.patience = time.Hour
		id := f.submit(source("a", 10))[0]
		synctest.Wait()
		if err := f.Cancel(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if f.get(id).State != core.StateCancelled || len(s.forgotten) != 1 {
			t.Errorf("%s, forgotten %q", f.get(id).State, s.forgotten)
		}
		_ = f.stop()
	})
}

// A server that is away is asked to delete once, not for every file; the files can
// be sent again all the same.
func TestNobodyToTakeItBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		s.script, s.forgetErr = halfThenWhole, failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
		f := begin(t, s, st)
		f.patience = time.Hour
		ids := f.submit(sources(4, 10)...)
		f.awaitState(core.StateWaiting, ids...)
		if err := f.Cancel(t.Context(), ids...); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(s.forgotten) != 1 {
			t.Errorf("asked %d times", len(s.forgotten))
		}
		if err := f.Retry(t.Context(), ids...); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, ids...)
		_ = f.stop()
	})
}

// A note is of no use for another server, another file or another description.
func TestNotesThatDontFit(t *testing.T) {
	st, s := newMemory(), newServer()
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	moved, changed, failed := noted(left("moved", core.StateQueued, 10)), noted(left("changed", core.StateQueued, 10)), noted(left("failed", core.StateFailed, 10))
	moved.Server = "https://old.example"
	changed.Source.Path, changed.Error = path, failure(core.KindFile, core.CodeFileChanged, core.OutcomeNotProcessed)
	changed.Error.Outcome = core.OutcomeUnknown // so that the error is kept
	failed.Error = failure(core.KindServer, core.CodeRejected, core.OutcomeAnswered)
	if err := st.Commit(t.Context(), core.Batch{Put: []core.Transfer{moved, changed, failed}}); err != nil {
		t.Fatal(err)
	}
	resumed := map[core.TransferID]string{}
	s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
		s.with(func(*server) { resumed[tr.ID] = tr.Resume })
		return whole(ctx, s, tr, n, p)
	}
	f := begin(t, s, st)
	o := options()
	o.Description = "another"
	if _, err := f.Submit(t.Context(), []core.Source{failed.Source}, o); err != nil {
		t.Fatal(err)
	}
	f.awaitState(core.StateWaiting, "moved")
	f.awaitState(core.StateStored, "changed", "failed")
	if s.attempts("moved") != 0 {
		t.Error("what another server has a part of was sent")
	}
	for id, note := range resumed {
		if note != "" {
			t.Errorf("%s went on from %q", id, note)
		}
	}
	_ = f.stop()
	if !slices.Equal(s.forgotten, []string{"note of failed"}) {
		t.Errorf("forgotten %q", s.forgotten)
	}
}

// Attempts over a network that breaks again and again are not given up as long as
// each brings a good part of the file; they are if nothing arrives. What counts is
// what the server says that it has, not what was sent, and nothing counts twice.
func TestAttemptsThatAdvance(t *testing.T) {
	const mb = 1 << 20
	for _, tt := range []struct {
		name    string
		resumed func(n int64) int64 // bytes on the server when attempt n begins
		sent    int64               // by each attempt
		want    core.State
		begun   int
	}{
		{"advances", func(n int64) int64 { return (n - 1) * 2 * mb }, 2 * mb, core.StateStored, 40},
		{"advances by less than it sends", func(n int64) int64 { return (n - 1) * mb }, 7 * mb, core.StateStored, 40},
		{"advances by little, but it adds up", func(n int64) int64 { return (n - 1) * mb / 3 }, mb, core.StateStored, 40},
		{"hardly moves", func(n int64) int64 { return (n - 1) << 10 }, 1 << 10, core.StateFailed, 5},
		{"an old offset again and again", func(int64) int64 { return 0 }, 50 * mb, core.StateFailed, 5},
		{"stands after a while", func(n int64) int64 { return min(n-1, 3) * 2 * mb }, 50 * mb, core.StateFailed, 3 + 5},
		{"goes to and fro", func(n int64) int64 { return 4*mb + n%2*3*mb }, 50 * mb, core.StateFailed, 5},
		{"goes back", func(n int64) int64 { return max(0, 60-n*9) * mb }, 50 * mb, core.StateFailed, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st, s := newMemory(), newServer()
				s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
					if n == 40 {
						return whole(ctx, s, tr, n, p)
					}
					at := tt.resumed(int64(n))
					p.Resumed(at)
					if err := s.half(ctx, "half", p); err != nil {
						return false, err
					}
					p.Sent(at + tt.sent)
					return false, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
				}
				f := begin(t, s, st, func(c *Config) { c.Policy.Rounds = 1 })
				f.patience = time.Hour
				id := f.submit(source("a", 100<<20))[0]
				f.awaitState(tt.want, id)
				if n := s.attempts(id); n != tt.begun {
					t.Errorf("%d attempts", n)
				}
				_ = f.stop()
			})
		})
	}
}

// The window never gives up: a server that reports an old offset for a day is tried
// as seldom as one that fails, however much of the file is sent each time.
func TestStaleOffsetForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		s.script = func(ctx context.Context, s *server, _ core.Transfer, _ int, p core.Progress) (bool, error) {
			p.Resumed(1 << 20)
			if err := s.half(ctx, "half", p); err != nil {
				return false, err
			}
			p.Sent(90 << 20)
			return false, failure(core.KindServer, core.CodeServerFailure, core.OutcomeAnswered)
		}
		f := begin(t, s, st)
		id := f.submit(source("a", 100<<20))[0]
		<-time.After(24 * time.Hour)
		if n := s.attempts(id); n < 24 || n > 200 {
			t.Errorf("%d attempts", n)
		}
		_ = f.stop()
	})
}

// A multipart request can't be resumed: one that is cut off counts as a failure,
// however much of it was sent.
func TestMultipartAttemptsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		s.script = func(_ context.Context, _ *server, _ core.Transfer, _ int, p core.Progress) (bool, error) {
			p.Sent(90 << 20)
			return false, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
		}
		f := begin(t, s, st, func(c *Config) { c.Policy.Rounds = 1 })
		id := f.submit(source("a", 100<<20))[0]
		f.awaitState(core.StateFailed, id)
		if n := s.attempts(id); n != 5 {
			t.Errorf("%d attempts", n)
		}
		_ = f.stop()
	})
}
