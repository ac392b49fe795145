package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/retry"
)

var allStates = []core.State{
	core.StateQueued, core.StateSending, core.StateSent, core.StateWaiting, core.StatePaused,
	core.StateStored, core.StateFailed, core.StateUnknown, core.StateCancelled,
}

// Only the changes of state that the table allows are made.
func TestPutKeepsToTheTable(t *testing.T) {
	f := prepare(t, newServer(), newMemory())
	for _, from := range allStates {
		for _, to := range allStates {
			x, it := f.begin(), &item{packed: new(packer).pack(core.Transfer{ID: "a", State: from}, packed{})}
			next := it.transfer()
			next.State = to
			err := x.put(it, next)
			allowed := from == to || from.CanBecome(to)
			if (err == nil) != allowed || (it.next != nil) != allowed || (core.CodeOf(err) == core.CodeInternal) == allowed {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		}
	}
	if !strings.Contains(f.log.String(), "illegal change of state") {
		t.Error("nothing was logged")
	}
}

func TestTidy(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	plain := failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
	maybe := failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	for _, state := range allStates {
		for _, e := range []*core.Error{nil, plain, maybe} {
			got := core.Transfer{State: state, Error: e, NotBefore: now, FinishedAt: now.Add(-1), Source: core.Source{Size: 7}, Sent: 3}
			tidy(&got, now)
			if got.FinishedAt.IsZero() == state.Done() || state.Done() && !got.FinishedAt.Equal(now) {
				t.Errorf("%s: finished %v", state, got.FinishedAt)
			}
			if got.NotBefore.IsZero() == (state == core.StateWaiting || state == core.StateUnknown) {
				t.Errorf("%s: not before %v", state, got.NotBefore)
			}
			keeps := state == core.StateWaiting || state == core.StateFailed || state == core.StateUnknown
			want := e
			if !keeps && e != maybe || state == core.StateStored {
				want = nil
			}
			if got.Error != want {
				t.Errorf("%s: error %v, want %v", state, got.Error, want)
			}
			if want := map[bool]int64{true: 7}[state == core.StateStored]; got.Sent != want {
				t.Errorf("%s: sent %d", state, got.Sent)
			}
		}
	}
}

// What the user wants, what the policy decides, and what the server may have.
func TestSettle(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	plain := failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
	answer := failure(core.KindServer, core.CodeRejected, core.OutcomeAnswered)
	lost := failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	for _, tt := range []struct {
		name    string
		before  *core.Error
		failure *core.Error
		next    core.State
		wish    core.State
		want    core.State
		maybe   bool
	}{
		{"waits", nil, plain, core.StateWaiting, "", core.StateWaiting, false},
		{"waits, maybe stored", nil, lost, core.StateWaiting, "", core.StateWaiting, true},
		{"waits, maybe stored before", lost, plain, core.StateWaiting, "", core.StateWaiting, true},
		{"at once, maybe stored before", lost, plain, core.StateQueued, "", core.StateQueued, true},
		{"fails", nil, answer, core.StateFailed, "", core.StateFailed, false},
		{"fails, maybe stored before", lost, answer, core.StateFailed, "", core.StateFailed, false},
		{"unknown", nil, lost, core.StateUnknown, "", core.StateUnknown, true},
		{"paused", nil, plain, core.StateWaiting, core.StatePaused, core.StatePaused, false},
		{"paused, maybe stored", nil, lost, core.StateWaiting, core.StatePaused, core.StatePaused, true},
		{"paused too late", nil, answer, core.StateFailed, core.StatePaused, core.StateFailed, false},
		{"cancelled", nil, plain, core.StateQueued, core.StateCancelled, core.StateCancelled, false},
		{"cancelled, refused", nil, answer, core.StateFailed, core.StateCancelled, core.StateCancelled, false},
		{"cancelled, maybe stored", nil, lost, core.StateWaiting, core.StateCancelled, core.StateUnknown, true},
		{"cancelled, maybe stored before", lost, plain, core.StateQueued, core.StateCancelled, core.StateUnknown, true},
		{"cancelled, unknown", nil, lost, core.StateUnknown, core.StateCancelled, core.StateUnknown, true},
	} {
		got := settle(core.Transfer{State: core.StateSending, Error: tt.before}, tt.wish,
			retry.Decision{Next: tt.next, After: time.Second}, tt.failure, now)
		if got.State != tt.want || maybeStored(got) != tt.maybe {
			t.Errorf("%s: %s, maybe stored %v; want %s, %v", tt.name, got.State, maybeStored(got), tt.want, tt.maybe)
		}
	}
	if lost.Outcome != core.OutcomeUnknown || plain.Outcome != core.OutcomeNotProcessed {
		t.Error("the caller's error was changed")
	}
}

func TestClip(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("x", maxDetail)} {
		if clip(text) != text {
			t.Errorf("%q was changed", text)
		}
	}
	if got := clip(strings.Repeat("é", maxDetail)); len(got) > maxDetail+len("…") || !strings.HasSuffix(got, "é…") {
		t.Errorf("%q", got)
	}
}
