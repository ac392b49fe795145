package store

import (
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// taken is a transfer of unknown outcome that was taken as arrived.
func taken(id core.TransferID, seq int64) core.Transfer {
	x := queued(id, seq)
	x.State, x.Attempts, x.StartedAt = core.StateTaken, 1, x.QueuedAt.Add(time.Second)
	x.FinishedAt = x.QueuedAt.Add(time.Hour)
	x.Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeOutcomeUnknown, Outcome: core.OutcomeUnknown, Message: "no answer"}
	return x
}

// What a user took as arrived is in the history for good, and keeps no file from
// being sent.
func TestTakenIsHistory(t *testing.T) {
	for _, indexed := range []bool{false, true} {
		s := openTest(t)
		was := taken("t", 1)
		was.State = core.StateUnknown
		commit(t, s, core.Batch{Put: []core.Transfer{was}, Attempts: []core.Attempt{{Transfer: "t", Number: 1, Start: was.StartedAt, End: was.StartedAt, Outcome: core.OutcomeUnknown}}})
		commit(t, s, core.Batch{Put: []core.Transfer{taken("t", 1), done(queued("s", 2))}})
		if indexed {
			indexAll(t, s)
		}
		for _, q := range []core.HistoryQuery{{}, {Text: "t"}, {Limit: 2}} {
			for _, stored := range []bool{false, true} {
				q.Stored = stored
				wantTaken(t, s, q, !stored)
			}
		}
		if open, err := s.Unfinished(t.Context()); err != nil || len(open) > 0 {
			t.Errorf("the queue has %+v, %v", open, err)
		}
		known, err := s.Known(t.Context(), []core.Source{was.Source})
		if err != nil || len(known) > 0 {
			t.Errorf("it counts as known: %+v, %v", known, err)
		}
		commit(t, s, core.Batch{Remove: []core.TransferID{"t"}})
		wantTaken(t, s, core.HistoryQuery{}, true)
		if tries, err := s.Attempts(t.Context(), "t"); err != nil || len(tries) != 1 {
			t.Errorf("its attempts are %+v, %v", tries, err)
		}
	}
}

// The newest entries are found although newer ones are left out.
func TestTakenDoesNotCount(t *testing.T) {
	s := openTest(t)
	commit(t, s, core.Batch{Put: []core.Transfer{done(queued("a", 1)), done(queued("b", 2)), taken("x", 3), taken("y", 4)}})
	for _, q := range []core.HistoryQuery{{Limit: 1, Stored: true}, {Limit: 1, Stored: true, Text: queued("a", 1).Source.Path[:2]}} {
		found, err := s.History(t.Context(), q)
		if err != nil || len(found) != 1 || found[0].ID != "b" {
			t.Errorf("%+v: %+v, %v", q, found, err)
		}
	}
}

func wantTaken(t *testing.T, s *Store, q core.HistoryQuery, want bool) {
	t.Helper()
	found, err := s.History(t.Context(), q)
	must(t, err)
	has := false
	for _, x := range found {
		if x.ID == "t" {
			has = true
			w := taken("t", 1)
			if x.State != w.State || !x.FinishedAt.Equal(w.FinishedAt) || x.Error == nil || x.Damaged() || x.Receipt != nil {
				t.Errorf("the history has %+v", x)
			}
		}
	}
	if has != want {
		t.Errorf("%+v finds it: %t", q, has)
	}
}
