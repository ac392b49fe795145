package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

const testGrace = 10 * time.Second

func graceful(c *Config) { c.Grace = testGrace }

// halted runs an engine that has sent a half of each file and has paused.
func halted(t *testing.T, s *server, st *memory, n int) (*fixture, []core.TransferID) {
	t.Helper()
	s.script = halfThenWhole
	f := begin(t, s, st, graceful)
	f.patience = time.Hour
	ids := f.submit(sources(n, 10)...)
	f.awaitState(core.StateWaiting, ids...)
	if err := f.PauseAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f, ids
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// What is cancelled is cancelled at once and durably; the server's copy is deleted
// only after the grace.
func TestCopyIsKeptForTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		f, ids := halted(t, s, st, 3)
		f.must(f.Cancel(t.Context(), ids[:2]...))
		if row := st.row(ids[0]); row.State != core.StateCancelled || row.Resume == "" {
			t.Errorf("durable is %s with note %q", row.State, row.Resume)
		}
		<-time.After(testGrace - time.Second)
		if s.deletes() != nil {
			t.Errorf("deleted within the grace: %q", s.deletes())
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if len(s.deletes()) != 2 || st.row(ids[0]).Resume != "" || st.row(ids[2]).Resume == "" {
			t.Errorf("deleted after it: %q", s.deletes())
		}
		_ = f.stop()
	})
}

// Undo brings each transfer back as it was, in its old place, and a resumable upload
// goes on where it was.
func TestUndo(t *testing.T) {
	ctx := context.Background()
	unknown := func(tr *core.Transfer) {
		tr.State, tr.Error = core.StateUnknown, failure(core.KindNetwork, core.CodeOutcomeUnknown, core.OutcomeUnknown)
	}
	failed := func(tr *core.Transfer) {
		tr.State, tr.Error = core.StateFailed, failure(core.KindServer, core.CodeRejected, core.OutcomeAnswered)
	}
	verbs := map[string]func(*fixture, ...core.TransferID) error{
		"cancel": func(f *fixture, ids ...core.TransferID) error { return f.Cancel(ctx, ids...) },
		"remove": func(f *fixture, ids ...core.TransferID) error { return f.Remove(ctx, ids...) },
	}
	for name, verb := range verbs {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st, s := newMemory(), newServer()
				queued, paused, bad, open := noted(left("queued", core.StateQueued, 10)), noted(left("paused", core.StatePaused, 10)), left("bad", core.StateQueued, 10), left("open", core.StateQueued, 10)
				failed(&bad)
				unknown(&open)
				open.Attempts = 2
				attempts := []core.Attempt{{Transfer: "open", Number: 1}, {Transfer: "open", Number: 2}}
				rows := []core.Transfer{queued, paused, bad, open}
				for i := range rows {
					rows[i].Seq = int64(i + 1)
				}
				f0 := st.Commit(ctx, core.Batch{Put: rows, Attempts: attempts})
				f := begin(t, s, st, graceful, func(c *Config) { c.Paused = true })
				f.must(f0)
				ids := []core.TransferID{"queued", "paused", "bad", "open"}
				f.must(verb(f, ids...))
				for _, id := range ids {
					if row := st.row(id); row.ID != "" && row.State != core.StateCancelled || row.ID != "" && name == "remove" {
						t.Errorf("%s is %s after it", id, row.State)
					}
				}
				<-time.After(testGrace / 2)
				f.must(f.Undo(ctx, append(ids, "open", "queued", "no such")...))
				<-time.After(2 * testGrace)
				for _, want := range rows {
					got := st.row(want.ID)
					if got.State != want.State || got.Seq != want.Seq || got.Resume != want.Resume || (got.Error == nil) != (want.Error == nil) {
						t.Errorf("%s came back as %+v", want.ID, got)
					}
					if shown := f.get(want.ID); shown.State != want.State {
						t.Errorf("%s is shown as %s", want.ID, shown.State)
					}
				}
				if s.deletes() != nil || len(st.rowsOf("open")) != 2 {
					t.Errorf("deleted %q, %d attempts", s.deletes(), len(st.rowsOf("open")))
				}
				resumed := ""
				s.with(func(s *server) {
					s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
						resumed = tr.Resume
						return whole(ctx, s, tr, n, p)
					}
				})
				f.must(f.ResumeAll(ctx))
				f.awaitState(core.StateStored, "queued")
				if n := s.attempts("queued"); n != 1 {
					t.Errorf("sent %d times", n)
				}
				if resumed != queued.Resume {
					t.Errorf("went on from %q", resumed)
				}
				_ = f.stop()
			})
		})
	}
}

// A file that is being sent stops at once, and Undo queues it.
func TestUndoWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
			if n > 1 {
				return whole(ctx, s, tr, n, p)
			}
			_ = s.half(ctx, "half", p)
			<-ctx.Done()
			return false, failure(core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
		}
		f := begin(t, s, st, graceful)
		f.patience = time.Hour
		ids := f.submit(source("a", 10), source("b", 10))
		synctest.Wait()
		f.must(f.Cancel(t.Context(), ids[0]))
		f.must(f.Remove(t.Context(), ids[1]))
		synctest.Wait()
		if s.active != 0 || st.row(ids[0]).State != core.StateCancelled {
			t.Errorf("%d are being sent, %s", s.active, st.row(ids[0]).State)
		}
		f.must(f.Undo(t.Context(), ids...))
		f.awaitState(core.StateStored, ids...)
		if s.deletes() != nil {
			t.Errorf("deleted %q", s.deletes())
		}
		_ = f.stop()
	})
}

// Each has a grace of its own; what is removed after it was cancelled is undone step
// by step.
func TestGraces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		f, ids := halted(t, s, st, 2)
		f.must(f.Cancel(t.Context(), ids[0]))
		<-time.After(testGrace / 2)
		f.must(f.Cancel(t.Context(), ids[1]))
		f.must(f.Remove(t.Context(), ids[1]))
		<-time.After(testGrace/2 + time.Second)
		synctest.Wait()
		if len(s.deletes()) != 1 {
			t.Errorf("deleted %q", s.deletes())
		}
		f.must(f.Undo(t.Context(), ids[1]))
		if got := st.row(ids[1]); got.State != core.StateCancelled || got.Resume == "" {
			t.Errorf("came back as %s with %q", got.State, got.Resume)
		}
		<-time.After(time.Second)
		synctest.Wait()
		f.must(f.Undo(t.Context(), ids...)) // for the first it is too late: it begins from the start
		for i, kept := range []bool{false, true} {
			if got := st.row(ids[i]); got.State != core.StateQueued || (got.Resume != "") != kept {
				t.Errorf("%d is %s with %q", i, got.State, got.Resume)
			}
		}
		f.must(f.Remove(t.Context(), ids[1]))
		<-time.After(2 * testGrace)
		synctest.Wait()
		f.must(f.Undo(t.Context(), ids[1]))
		if _, listed := f.lookup(ids[1]); listed || len(s.deletes()) != 2 {
			t.Errorf("listed %t, deleted %q", listed, s.deletes())
		}
		_ = f.stop()
	})
}

// An engine that ends within the grace, even by a crash, has cancelled all the same;
// the next one deletes what the server has.
func TestEndWithinTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		f, ids := halted(t, s, st, 2)
		f.must(f.Cancel(t.Context(), ids...))
		_ = f.stop()
		if s.deletes() != nil || st.row(ids[0]).State != core.StateCancelled {
			t.Errorf("deleted %q, %s", s.deletes(), st.row(ids[0]).State)
		}
		f = begin(t, s, st, graceful)
		synctest.Wait()
		if len(s.deletes()) != 2 || f.get(ids[0]).State != core.StateCancelled || st.row(ids[0]).Resume != "" {
			t.Errorf("deleted %q, %+v", s.deletes(), f.get(ids[0]))
		}
		_ = f.stop()
	})
}

// A removal that can't be saved has not happened: nothing is deleted after the grace.
func TestRefusedRemovalIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		f, ids := halted(t, s, st, 1)
		st.with(func(m *memory) { m.refuse = full })
		if err := f.Remove(t.Context(), ids...); core.CodeOf(err) != core.CodeStoreFailed {
			t.Errorf("got %v", err)
		}
		st.with(func(m *memory) { m.refuse = nil })
		<-time.After(2 * testGrace)
		if _, listed := f.lookup(ids[0]); s.deletes() != nil || !listed {
			t.Errorf("deleted %q", s.deletes())
		}
		_ = f.stop()
	})
}

// row is what is durable of a transfer.
func (m *memory) row(id core.TransferID) (t core.Transfer) {
	m.with(func(m *memory) { t = m.rows[id] })
	return t
}

// deletes are the notes whose uploads the server was asked to delete.
func (s *server) deletes() (notes []string) {
	s.with(func(s *server) { notes = append(notes, s.forgotten...) })
	return notes
}
