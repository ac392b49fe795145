package engine

import (
	"context"
	"slices"
	"testing"

	"github.com/artstore/ingester/core"
)

// lost is an upload of which the server has everything, and whose answer is lost. The
// first part is resumable, so that there is something to be deleted.
func lost(ctx context.Context, _ *server, _ core.Transfer, _ int, p core.Progress) (bool, error) {
	if err := p.Resumable(ctx, "note"); err != nil {
		return false, err
	}
	return true, &core.Error{Kind: core.KindNetwork, Code: core.CodeOutcomeUnknown, Op: "upload", Outcome: core.OutcomeUnknown, Message: "no answer"}
}

// What the user takes as arrived is durable, says when and why nobody knows, counts as
// neither queued nor stored, and is deleted nowhere.
func TestTake(t *testing.T) {
	ctx := context.Background()
	s, st := newServer(), newMemory()
	s.honours, s.script = false, lost
	f := begin(t, s, st)
	src := source("a", 100)
	id := f.submit(src)[0]
	f.awaitState(core.StateUnknown, id)
	before := f.get(id)
	must(t, f.Take(ctx, id, "no such"))
	got := f.get(id)
	if got.State != core.StateTaken || got.FinishedAt.Before(before.FinishedAt) || got.Error == nil || got.Receipt != nil || got.Resume != "" || got.Doubtful() {
		t.Errorf("it is %+v", got)
	}
	for what, verb := range map[string]func(context.Context, ...core.TransferID) error{
		"take": f.Take, "retry": f.Retry, "ask": f.Ask, "cancel": f.Cancel, "pause": f.Pause, "pause after": f.PauseAfter, "resume": f.Resume,
	} {
		must(t, verb(ctx, id))
		if now := f.get(id).State; now != core.StateTaken {
			t.Errorf("%s makes it %s", what, now)
		}
	}
	s.with(func(s *server) { s.script = nil })
	again, err := f.Submit(ctx, []core.Source{src}, options())
	if err != nil || len(again.Queued) != 1 || len(again.Already)+len(again.Stored) > 0 {
		t.Fatalf("submitted again it is %+v, %v", again, err)
	}
	f.awaitState(core.StateStored, again.Queued...)
	must(t, f.Remove(ctx, id))
	st.with(func(m *memory) {
		if m.rows[id].State != core.StateTaken || !m.unlisted[id] {
			t.Errorf("removed, the store has %+v, unlisted: %t", m.rows[id], m.unlisted[id])
		}
	})
	must(t, f.stop())
	if len(s.forgotten) > 0 {
		t.Errorf("the server was asked to delete %q", s.forgotten)
	}
}

// Only what is of unknown outcome can be taken as arrived.
func TestTakeOnlyUnknown(t *testing.T) {
	var list []core.Transfer
	damaged := &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged, Message: "damaged"}
	for i, s := range []core.State{core.StatePaused, core.StateFailed, core.StateCancelled, core.StateUnknown} {
		x := core.Transfer{ID: core.TransferID(s), Seq: int64(i), Source: source(string(s), 10), Options: options(), Server: here.Server, Account: here.Account, State: s}
		if s == core.StateUnknown {
			x.Error = damaged
		}
		list = append(list, x)
	}
	f := begin(t, newServer(), newMemory().keep(t, list...))
	for _, x := range list {
		must(t, f.Take(context.Background(), x.ID))
		if got := f.get(x.ID).State; got != x.State {
			t.Errorf("what is %s becomes %s", x.State, got)
		}
	}
}

// Pausing after what is under way lets it end, and begins nothing else.
func TestPauseAfter(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name  string
		pause func(f *fixture, ids []core.TransferID) error
		fails bool
		sent  core.State // what is under way becomes
		rest  core.State // the others become
	}{
		{"a selection", func(f *fixture, ids []core.TransferID) error { return f.PauseAfter(ctx, ids...) }, false, core.StateStored, core.StatePaused},
		{"a selection whose attempt fails", func(f *fixture, ids []core.TransferID) error { return f.PauseAfter(ctx, ids...) }, true, core.StatePaused, core.StatePaused},
		{"all", func(f *fixture, _ []core.TransferID) error { return f.PauseAllAfter(ctx) }, false, core.StateStored, core.StateQueued},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, release := newServer(), make(chan struct{})
			s.script = func(ctx context.Context, _ *server, _ core.Transfer, _ int, _ core.Progress) (bool, error) {
				select {
				case <-release:
				case <-ctx.Done():
					return false, cancelled("upload", ctx.Err())
				}
				if tt.fails {
					return false, failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeCutOff)
				}
				return true, nil
			}
			f := begin(t, s, newMemory(), func(c *Config) { c.Most = 1 })
			ids := f.submit(sources(3, 100)...)
			f.await("the upload", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.total() == 1 })
			at := slices.IndexFunc(ids, func(id core.TransferID) bool { return s.attempts(id) == 1 })
			must(t, tt.pause(f, ids))
			if got := f.get(ids[at]).State; !got.Active() {
				t.Errorf("at once, what was under way is %s", got)
			}
			close(release)
			f.awaitState(tt.sent, ids[at])
			for i, id := range ids {
				if got := f.get(id).State; i != at && got != tt.rest || s.attempts(id) > 1 {
					t.Errorf("another is %s after %d attempts", got, s.attempts(id))
				}
			}
			if s.total() != 1 {
				t.Errorf("%d attempts, want 1", s.total())
			}
		})
	}
}
