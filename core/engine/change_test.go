package engine

import (
	"context"
	"slices"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/retry"
)

// gated lets uploads through one by one.
func gated() (script func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error), gate chan struct{}) {
	gate = make(chan struct{})
	return func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
		<-gate
		return true, nil
	}, gate
}

// sendingFirst submits n files to a server that takes one at a time, and waits until the
// first is being sent. It is stored once gate is closed.
func sendingFirst(t *testing.T, n int) (f *fixture, s *server, ids []core.TransferID, gate chan struct{}) {
	t.Helper()
	s = newServer()
	s.streams = 1
	s.script, gate = gated()
	f = begin(t, s, newMemory())
	ids = f.submit(sources(n, 10)...)
	f.await("the upload", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.attempts(ids[0]) == 1 })
	return f, s, ids, gate
}

// A profile is changed while its files are under way: those that have not begun
// wait until it leads to the old server again.
func TestProfileChangesWhileSending(t *testing.T) {
	f, s, ids, gate := sendingFirst(t, 5)
	s.with(func(s *server) { s.url = elsewhere })
	if err := f.ResumeAll(context.Background()); err != nil { // as the program does after a profile was changed
		t.Fatal(err)
	}
	close(gate)
	f.awaitState(core.StateStored, ids[0])
	f.awaitState(core.StateWaiting, ids[1:]...)
	s.with(func(s *server) { s.url = testServer })
	if err := f.Lift(context.Background()); err != nil {
		t.Fatal(err)
	}
	f.awaitState(core.StateStored, ids...)
	for _, id := range ids {
		if got := f.get(id); got.Server != testServer || got.Attempts != 1 || !slices.Equal(s.went(id), []core.Destination{here}) {
			t.Errorf("%+v went to %v", got, s.went(id))
		}
	}
}

// A profile is removed while its files are under way: they fail, and the user can
// try again.
func TestProfileRemovedWhileSending(t *testing.T) {
	f, s, ids, gate := sendingFirst(t, 5)
	s.with(func(s *server) {
		s.profiles[testProfile] = failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
	})
	if err := f.Retry(context.Background(), ids...); err != nil { // reads the profile again
		t.Fatal(err)
	}
	close(gate)
	f.awaitState(core.StateStored, ids[0])
	f.awaitState(core.StateFailed, ids[1:]...)
	s.with(func(s *server) { clear(s.profiles) })
	if err := f.Retry(context.Background(), ids...); err != nil {
		t.Fatal(err)
	}
	f.awaitState(core.StateStored, ids...)
}

func TestDecideWithoutPolicy(t *testing.T) {
	f := prepare(t, newServer(), newMemory())
	maybe := core.Transfer{Error: failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)}
	for _, tt := range []struct {
		t    core.Transfer
		code core.Code
		want core.State
	}{
		{core.Transfer{}, core.CodeStoreFailed, core.StateQueued},
		{core.Transfer{}, core.CodeProfileNotFound, core.StateFailed},
		{maybe, core.CodeProfileNotFound, core.StateUnknown},
	} {
		d := f.decide(tt.t, result{err: failure(core.KindConfig, tt.code, core.OutcomeNotProcessed)}, retry.Input{Attempt: 1, Same: 1, Now: f.now()})
		if d.Next != tt.want || d.Halt {
			t.Errorf("%s: %+v", tt.code, d)
		}
	}
	for wish, want := range map[core.State]core.State{"": core.StateQueued, core.StatePaused: core.StatePaused, core.StateCancelled: core.StateUnknown} {
		maybe.Attempts = 2
		if got := unclaim(maybe, wish); got.State != want || got.Attempts != 1 {
			t.Errorf("%q: %+v", wish, got)
		}
	}
}

// A verb waits for an attempt to end, but not longer than its caller wants.
func TestVerbGivesUpWaiting(t *testing.T) {
	s := newServer()
	script, gate := gated()
	s.script = script // ignores that it should stop
	f := begin(t, s, newMemory())
	id := f.submit(source("a", 10))[0]
	f.await("the upload", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.attempts(id) == 1 })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Pause(ctx, id) }()
	run := func() *run {
		var r *run
		_ = f.do(context.Background(), "look", func(*tx) error { r = f.items[id].run.Load(); return nil })
		return r
	}()
	<-run.ctx.Done() // it was told to stop
	cancel()
	if err := <-done; core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("got %v", err)
	}
	if err := f.Resume(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	close(gate)
	f.awaitState(core.StateStored, id)
}

// A transfer that is removed while Submit looks it up is queued as a new one.
func TestSubmitAfterRemove(t *testing.T) {
	f := begin(t, newServer(), &keepsRows{newMemory()})
	if err := f.PauseAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	first := f.submit(source("a", 10))
	if err := f.Remove(context.Background(), first...); err != nil {
		t.Fatal(err)
	}
	if again := f.submit(source("a", 10)); len(again) != 1 || again[0] == first[0] {
		t.Errorf("%v after %v", again, first)
	}
}

// keepsRows is a store whose Known still returns removed rows.
type keepsRows struct{ *memory }

func (k *keepsRows) Commit(ctx context.Context, b core.Batch) error {
	b.Remove = nil
	return k.memory.Commit(ctx, b)
}
