package controllertest

import (
	"cmp"
	"slices"

	"github.com/artstore/ingester/core"
)

// stateChecks are what each verb does with a transfer in each state.
func stateChecks() (checks []check) {
	const gone = core.State("")
	for _, s := range []struct {
		state                                       core.State
		pause, after, resume, retry, cancel, remove core.State
	}{
		{core.StateQueued, core.StatePaused, core.StatePaused, core.StateQueued, core.StateQueued, core.StateCancelled, gone},
		{core.StateWaiting, core.StatePaused, core.StatePaused, core.StateWaiting, core.StateQueued, core.StateCancelled, gone},
		{core.StatePaused, core.StatePaused, core.StatePaused, core.StateQueued, core.StatePaused, core.StateCancelled, gone},
		{core.StateFailed, core.StateFailed, core.StateFailed, core.StateFailed, core.StateQueued, core.StateCancelled, gone},
		{core.StateStored, core.StateStored, core.StateStored, core.StateStored, core.StateStored, core.StateStored, gone},
		{core.StateCancelled, core.StateCancelled, core.StateCancelled, core.StateCancelled, core.StateQueued, core.StateCancelled, gone},
		{core.StateSending, core.StatePaused, core.StateSending, core.StateSending, core.StateSending, core.StateCancelled, gone},
	} {
		for verb, want := range map[string]core.State{"pause": s.pause, "pause after": s.after, "ask": s.state, "take": s.state, "resume": s.resume, "retry": s.retry, "cancel": s.cancel, "remove": s.remove, "first": s.state, "last": s.state, "undo": undone(s.state)} {
			checks = append(checks, check{name: verb + " " + string(s.state), test: func(t *trial) {
				id := t.in(s.state)
				t.must(t.verbs()[verb](t.Context(), id))
				if verb == "pause after" && s.state == core.StateSending && t.shown(id).State == core.StatePaused {
					want = core.StatePaused // its attempt had not begun yet
				}
				t.wantState(id, want)
				kept, err := t.History(t.Context(), core.HistoryQuery{})
				t.must(err)
				if was := s.state == core.StateStored; was != (len(kept) == 1) {
					t.Errorf("the history has %d entries", len(kept))
				}
			}})
		}
	}
	slices.SortFunc(checks, func(a, b check) int { return cmp.Compare(a.name, b.name) })
	return checks
}

// undone is what Undo makes of a transfer that nobody has cancelled a moment ago.
func undone(s core.State) core.State {
	if s == core.StateCancelled {
		return core.StateQueued
	}
	return s
}

// in brings a transfer into a state, in which it stays until something is asked.
func (t *trial) in(s core.State) (id core.TransferID) {
	t.Helper()
	if s == core.StateWaiting {
		id = t.queue(t.offline("Away"), "a", 1)
		for { // unless the next attempt is quicker than the pause
			if x := t.await(id, s); x.Error == nil || x.NotBefore.IsZero() {
				t.Errorf("waits for %v until %v", x.Error, x.NotBefore)
			}
			t.must(t.PauseAll(t.Context()))
			if t.shown(id).State == s {
				return id
			}
			t.must(t.ResumeAll(t.Context()))
		}
	}
	profile, size := t.online(), 10
	switch s {
	case core.StateSending:
		t.Cleanup(t.Hold())
	case core.StateQueued, core.StatePaused, core.StateCancelled:
		t.must(t.PauseAll(t.Context()))
	case core.StateFailed:
		size = Oversize
	}
	id = t.queue(profile, "a", size)
	switch s {
	case core.StatePaused:
		t.must(t.Pause(t.Context(), id))
	case core.StateCancelled:
		t.must(t.Cancel(t.Context(), id))
	}
	x := t.await(id, s)
	if s == core.StateFailed && (x.Error == nil || x.Error.Code != core.CodeTooLarge) {
		t.Errorf("failed with %v", x.Error)
	}
	if s != core.StateSending {
		t.must(t.PauseAll(t.Context()))
	}
	return id
}
