package engine

import (
	"context"
	"testing"

	"github.com/artstore/ingester/core"
)

// hang is an upload that runs until it is stopped.
func hang(outcome core.Outcome) func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
	return func(ctx context.Context, _ *server, _ core.Transfer, _ int, _ core.Progress) (bool, error) {
		<-ctx.Done()
		return outcome == core.OutcomeUnknown, &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Outcome: outcome, Err: ctx.Err()}
	}
}

func TestVerbsOnRunning(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name    string
		verb    func(*fixture, core.TransferID) error
		outcome core.Outcome
		honours bool
		want    core.State // "" for gone
	}{
		{"pause", func(f *fixture, id core.TransferID) error { return f.Pause(ctx, id) }, core.OutcomeCutOff, true, core.StatePaused},
		{"pause, all sent", func(f *fixture, id core.TransferID) error { return f.Pause(ctx, id) }, core.OutcomeUnknown, true, core.StatePaused},
		{"pause, all sent, no key", func(f *fixture, id core.TransferID) error { return f.Pause(ctx, id) }, core.OutcomeUnknown, false, core.StateUnknown},
		{"cancel", func(f *fixture, id core.TransferID) error { return f.Cancel(ctx, id) }, core.OutcomeCutOff, true, core.StateCancelled},
		{"cancel, all sent", func(f *fixture, id core.TransferID) error { return f.Cancel(ctx, id) }, core.OutcomeUnknown, true, core.StateUnknown},
		{"remove", func(f *fixture, id core.TransferID) error { return f.Remove(ctx, id) }, core.OutcomeCutOff, true, ""},
		{"remove, all sent", func(f *fixture, id core.TransferID) error { return f.Remove(ctx, id) }, core.OutcomeUnknown, true, core.StateUnknown},
		{"pause all", func(f *fixture, _ core.TransferID) error { return f.PauseAll(ctx) }, core.OutcomeCutOff, true, core.StateQueued},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer()
			s.honours, s.script = tt.honours, hang(tt.outcome)
			f := begin(t, s, newMemory())
			id := f.submit(source("a", 100))[0]
			f.await("the upload", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.attempts(id) == 1 })
			if err := tt.verb(f, id); err != nil {
				t.Fatal(err)
			}
			if got := f.get(id).State; got != tt.want { // at once: the verb has waited
				t.Errorf("it is %q, want %q", got, tt.want)
			}
			if s.attempts(id) != 1 {
				t.Errorf("%d attempts", s.attempts(id))
			}
		})
	}
}

// Verbs on one, many and all transfers while none of them is being sent.
func TestVerbsOnQueue(t *testing.T) {
	ctx := context.Background()
	st := newMemory()
	f := begin(t, newServer(), st)
	if err := f.PauseAll(ctx); err != nil {
		t.Fatal(err)
	}
	const n = 2*chunkSize + 10
	ids := f.submit(sources(n, 10)...)
	check := func(what string, want map[core.State]int) {
		t.Helper()
		snapshot, feed := f.Subscribe()
		defer feed.Close()
		got := map[core.State]int{}
		for _, tr := range snapshot.Transfers {
			got[tr.State]++
			st.with(func(m *memory) {
				if m.rows[tr.ID].State != tr.State {
					t.Errorf("%s: shown as %s, durable as %s", what, tr.State, m.rows[tr.ID].State)
				}
			})
		}
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
		for state, k := range want {
			if got[state] != k {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	}
	steps := []struct {
		what string
		verb func(context.Context, ...core.TransferID) error
		ids  []core.TransferID
		want map[core.State]int
	}{
		{"pause one", f.Pause, ids[:1], map[core.State]int{core.StatePaused: 1, core.StateQueued: n - 1}},
		{"pause all", f.Pause, ids, map[core.State]int{core.StatePaused: n}},
		{"pause nothing that is there", f.Pause, []core.TransferID{"no such", ids[0]}, map[core.State]int{core.StatePaused: n}},
		{"resume one", f.Resume, ids[:1], map[core.State]int{core.StatePaused: n - 1, core.StateQueued: 1}},
		{"retry what has not failed", f.Retry, ids, map[core.State]int{core.StatePaused: n - 1, core.StateQueued: 1}},
		{"cancel many", f.Cancel, ids[:20], map[core.State]int{core.StatePaused: n - 20, core.StateCancelled: 20}},
		{"retry what was cancelled", f.Retry, ids[:5], map[core.State]int{core.StatePaused: n - 20, core.StateCancelled: 15, core.StateQueued: 5}},
		{"remove some", f.Remove, ids[3:10], map[core.State]int{core.StatePaused: n - 20, core.StateCancelled: 10, core.StateQueued: 3}},
		{"resume all", f.Resume, ids, map[core.State]int{core.StateQueued: n - 17, core.StateCancelled: 10}},
	}
	for _, step := range steps {
		if err := step.verb(ctx, step.ids...); err != nil {
			t.Fatal(err)
		}
		check(step.what, step.want)
	}
	if f.server.total() != 0 {
		t.Error("something was sent while everything was paused")
	}
	if err := f.ResumeAll(ctx); err != nil {
		t.Fatal(err)
	}
	f.await("the rest", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
		return states(shown)[core.StateStored] == n-17
	})
	if err := f.Remove(ctx, ids...); err != nil {
		t.Fatal(err)
	}
	check("remove all", map[core.State]int{})
	st.with(func(m *memory) {
		if len(m.rows) != n-17 { // the history
			t.Errorf("%d rows", len(m.rows))
		}
	})
}

// A transfer that is claimed but not begun is stopped without waiting for a worker.
func TestCancelInBacklog(t *testing.T) {
	s := newServer()
	s.streams = 1
	st := newMemory()
	f := begin(t, s, st)
	ctx := context.Background()
	f.awaitState(core.StateStored, f.submit(source("first", 10))...) // the server is known by then
	s.with(func(s *server) { s.script = hang(core.OutcomeCutOff) })
	ids := f.submit(sources(3, 10)...)
	f.awaitState(core.StateSending, ids[:2]...)
	f.await("the upload", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.attempts(ids[0]) == 1 })
	if err := f.Cancel(ctx, ids[1]); err != nil {
		t.Fatal(err)
	}
	got := f.get(ids[1])
	if got.State != core.StateCancelled || got.Attempts != 0 || len(st.rowsOf(ids[1])) != 0 || s.attempts(ids[1]) != 0 {
		t.Errorf("%+v", got)
	}
	if err := f.PauseAll(ctx); err != nil {
		t.Fatal(err)
	}
	if a, b := f.get(ids[0]), f.get(ids[2]); a.State != core.StateQueued || a.Attempts != 1 || b.State != core.StateQueued || b.Attempts != 0 {
		t.Errorf("%+v %+v", a, b)
	}
}

// A verb whose change can't be saved returns an error and changes nothing.
func TestVerbOnFullDisk(t *testing.T) {
	st := newMemory()
	f := begin(t, newServer(), st)
	ctx := context.Background()
	if err := f.PauseAll(ctx); err != nil {
		t.Fatal(err)
	}
	id := f.submit(source("a", 1))[0]
	st.with(func(m *memory) { m.refuse = full })
	if err := f.Cancel(ctx, id); core.CodeOf(err) != core.CodeStoreFailed {
		t.Errorf("got %v", err)
	}
	if err := f.Remove(ctx, id); core.CodeOf(err) != core.CodeStoreFailed {
		t.Errorf("got %v", err)
	}
	if got := f.get(id).State; got != core.StateQueued {
		t.Errorf("it is %s", got)
	}
	st.with(func(m *memory) { m.refuse = nil })
	if err := f.ResumeAll(ctx); err != nil {
		t.Fatal(err)
	}
	f.awaitState(core.StateStored, id)
}

// An engine that begins paused sends nothing until everything is resumed, even if
// a halt ends.
func TestBeginsPaused(t *testing.T) {
	ctx := context.Background()
	s := newServer()
	f := begin(t, s, newMemory(), func(c *Config) { c.Paused = true })
	id := f.submit(source("a", 100))[0]
	if err := f.Lift(ctx); err != nil {
		t.Fatal(err)
	}
	snapshot, feed := f.Subscribe()
	feed.Close()
	if !snapshot.Paused || f.get(id).State != core.StateQueued || s.total() != 0 {
		t.Errorf("paused %v, %s, %d sent", snapshot.Paused, f.get(id).State, s.total())
	}
	if err := f.ResumeAll(ctx); err != nil {
		t.Fatal(err)
	}
	f.awaitState(core.StateStored, id)
}

// Nothing in a damaged entry can be trusted, not even its path and server: it can
// only be taken off the list.
func TestVerbsOnDamaged(t *testing.T) {
	ctx := context.Background()
	s, st := newServer(), newMemory()
	damaged := core.Transfer{ID: "a", Seq: 1, State: core.StateFailed, Server: testServer, Source: source("a", 10), Options: options(),
		Error: &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged}}
	if err := st.Commit(ctx, core.Batch{Put: []core.Transfer{damaged}}); err != nil {
		t.Fatal(err)
	}
	f := begin(t, s, st)
	for name, verb := range map[string]func(context.Context, ...core.TransferID) error{"retry": f.Retry, "resume": f.Resume,
		"pause": f.Pause, "cancel": f.Cancel} {
		if err := verb(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		if got := f.get("a"); got.State != core.StateFailed || got.Error == nil || got.Error.Code != core.CodeStoreDamaged {
			t.Errorf("%s: it is %s, %v", name, got.State, got.Error)
		}
	}
	if err := f.Remove(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if _, listed := f.lookup("a"); listed || s.attempts("a") != 0 {
		t.Errorf("listed %t, %d attempts", listed, s.attempts("a"))
	}
}
