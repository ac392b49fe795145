package store

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
)

func TestUnfinishedOrder(t *testing.T) {
	s := openTest(t)
	states := []core.State{core.StateQueued, core.StateSending, core.StateSent, core.StateWaiting, core.StatePaused, core.StateFailed,
		core.StateUnknown, core.StateCancelled, core.StateStored}
	var batch core.Batch
	want := []core.TransferID{}
	for i, state := range states {
		x := queued(core.TransferID(state), int64(i-3)) // seq may be negative: moved to the front
		x.State = state
		batch.Put = append([]core.Transfer{x}, batch.Put...)
		if state != core.StateStored {
			want = append(want, x.ID)
		}
	}
	commit(t, s, batch)
	diff(t, want, unfinished(t, s))
	moved := batch.Put[len(batch.Put)-1]
	moved.Seq = 100
	commit(t, s, core.Batch{Put: []core.Transfer{moved}})
	diff(t, append(want[1:], want[0]), unfinished(t, reopen(t, s)))
}

// TestCommitIsAtomic: a batch that fails in the middle leaves nothing.
func TestCommitIsAtomic(t *testing.T) {
	s := openTest(t)
	a, b := queued("a", 1), queued("b", 2)
	commit(t, s, core.Batch{Put: []core.Transfer{a, b}})
	_, err := s.writer.ExecContext(t.Context(), `CREATE TRIGGER poison BEFORE INSERT ON attempts WHEN new.detail = 'poison'
BEGIN SELECT raise(ABORT, 'poisoned'); END`)
	must(t, err)

	sending := a
	sending.State = core.StateSending
	bad := core.Batch{Put: []core.Transfer{sending, done(b), done(queued("c", 3))}, Remove: []core.TransferID{"a"},
		Attempts: []core.Attempt{{Transfer: "a", Number: 1}, {Transfer: "a", Number: 2, Detail: "poison"}}}
	wantCode(t, s.Commit(t.Context(), bad), core.CodeStoreFailed)
	for range 2 {
		list, err := s.Unfinished(t.Context())
		must(t, err)
		diff(t, []core.Transfer{a, b}, list)
		attempts, err := s.Attempts(t.Context(), "a")
		must(t, err)
		history, err := s.History(t.Context(), core.HistoryQuery{})
		must(t, err)
		if len(attempts)+len(history) != 0 {
			t.Errorf("left over: %v, %v", attempts, ids(history))
		}
		s = reopen(t, s)
	}
	sending.State = core.StateFailed // shows that the failed batch removed nothing
	commit(t, s, core.Batch{Put: []core.Transfer{sending, done(b)}})
	diff(t, []core.TransferID{"a"}, unfinished(t, s))
	whole(t, s)
}

// TestRemove: a change that comes after the removal doesn't put the transfer on the list again, and
// stored transfers stay in the history.
func TestRemove(t *testing.T) {
	s := openTest(t)
	a, b, c := queued("a", 1), queued("b", 2), queued("c", 3)
	commit(t, s, core.Batch{Put: []core.Transfer{a, done(b), c}, Attempts: []core.Attempt{{Transfer: "a", Number: 1}, {Transfer: "b", Number: 1}}})
	commit(t, s, core.Batch{Remove: []core.TransferID{"a", "b", "c", "never seen"}})
	a.State, a.Attempts = core.StateFailed, 2
	commit(t, s, core.Batch{Put: []core.Transfer{a, done(b), done(c)},
		Attempts: []core.Attempt{{Transfer: "a", Number: 2}, {Transfer: "c", Number: 1}}})

	for range 2 {
		diff(t, []core.TransferID{}, unfinished(t, s))
		history, err := s.History(t.Context(), core.HistoryQuery{Text: "scan"})
		must(t, err)
		diff(t, []core.TransferID{"c", "b"}, ids(history)) // c was stored after all
		for id, want := range map[core.TransferID]int{"a": 0, "b": 1, "c": 1} {
			if got, err := s.Attempts(t.Context(), id); err != nil || len(got) != want {
				t.Errorf("attempts of %s: %v, %v", id, got, err)
			}
		}
		known, err := s.Known(t.Context(), []core.Source{a.Source, b.Source})
		must(t, err)
		diff(t, []core.TransferID{"b"}, ids(known))
		s = reopen(t, s)
	}
	// Put and removed in one batch: also gone.
	commit(t, s, core.Batch{Put: []core.Transfer{queued("d", 4), done(queued("e", 5))}, Remove: []core.TransferID{"d", "e"}})
	diff(t, []core.TransferID{}, unfinished(t, s))
	history, err := s.History(t.Context(), core.HistoryQuery{})
	must(t, err)
	diff(t, []core.TransferID{"e", "c", "b"}, ids(history))
	whole(t, s)
}

func TestStoredTwiceIsOneEntry(t *testing.T) {
	s := openTest(t)
	a := done(queued("a", 1))
	commit(t, s, core.Batch{Put: []core.Transfer{a, a}})
	commit(t, s, core.Batch{Put: []core.Transfer{done(queued("b", 2)), a}})
	history, err := s.History(t.Context(), core.HistoryQuery{Text: "scan"})
	must(t, err)
	diff(t, []core.TransferID{"b", "a"}, ids(history))
}

func TestEmptyBatch(t *testing.T) {
	must(t, openTest(t).Commit(t.Context(), core.Batch{}))
}

// TestCancelled: with an ended context no commit begins and no query is answered; the next one
// works.
func TestCancelled(t *testing.T) {
	s := openTest(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Commit(ctx, core.Batch{Put: []core.Transfer{queued("a", 1)}})
	wantCode(t, err, core.CodeCancelled)
	_, err = s.Unfinished(ctx)
	wantCode(t, err, core.CodeCancelled)
	_, err = s.Known(ctx, []core.Source{{Path: "x"}})
	wantCode(t, err, core.CodeCancelled)
	_, err = s.Attempts(ctx, "a")
	wantCode(t, err, core.CodeCancelled)
	for _, text := range []string{"", "x", "xyz"} {
		_, err = s.History(ctx, core.HistoryQuery{Text: text})
		wantCode(t, err, core.CodeCancelled)
	}
	_, err = Open(ctx, s.path+"2", nil)
	wantCode(t, err, core.CodeCancelled)
	diff(t, []core.TransferID{}, unfinished(t, s))
	commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
	diff(t, []core.TransferID{"a"}, unfinished(t, s))
}

func TestClosed(t *testing.T) {
	s := openTest(t)
	must(t, s.Close())
	must(t, s.Close())
	wantCode(t, s.Commit(t.Context(), core.Batch{Put: []core.Transfer{queued("a", 1)}}), core.CodeStoreFailed)
	_, err := s.Unfinished(t.Context())
	wantCode(t, err, core.CodeStoreFailed)
}

// TestConcurrentUse: writers and readers don't disturb each other, and readers see whole batches.
func TestConcurrentUse(t *testing.T) {
	s := openTest(t)
	const writers, rounds = 4, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range rounds {
				pair := []core.Transfer{queued(core.TransferID(fmt.Sprintf("%d-%d-a", w, i)), 1), queued(core.TransferID(fmt.Sprintf("%d-%d-b", w, i)), 2)}
				if err := s.Commit(t.Context(), core.Batch{Put: pair}); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range rounds {
				if list, err := s.Unfinished(t.Context()); err != nil || len(list)%2 != 0 {
					t.Errorf("%d transfers, %v", len(list), err)
				}
				if _, err := s.History(t.Context(), core.HistoryQuery{Text: "scan"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := len(unfinished(t, s)); got != 2*writers*rounds {
		t.Errorf("got %d", got)
	}
	whole(t, s)
}

// TestTwoOpens: the command line reads the history from the file that the window has open.
func TestTwoOpens(t *testing.T) {
	one := openTest(t)
	two := openAt(t, one.path)
	commit(t, one, core.Batch{Put: []core.Transfer{queued("a", 1)}})
	commit(t, two, core.Batch{Put: []core.Transfer{done(queued("b", 2))}})
	diff(t, []core.TransferID{"a"}, unfinished(t, two))
	history, err := one.History(t.Context(), core.HistoryQuery{})
	must(t, err)
	diff(t, []core.TransferID{"b"}, ids(history))
	must(t, two.Close())
	commit(t, one, core.Batch{Put: []core.Transfer{queued("c", 3)}})
	diff(t, []core.TransferID{"a", "c"}, unfinished(t, reopen(t, one)))
}

// TestLocked: a file that another program has locked gives an error instead of an endless wait.
func TestLocked(t *testing.T) {
	s := openTest(t)
	other, err := openDB(s.path, "_txlock=immediate")
	must(t, err)
	defer func() { must(t, other.Close()) }()
	tx, err := other.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = s.writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 1")
	must(t, err)
	err = s.Commit(t.Context(), core.Batch{Put: []core.Transfer{queued("a", 1)}})
	wantCode(t, err, core.CodeStoreFailed)
	must(t, tx.Rollback())
	commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
	diff(t, []core.TransferID{"a"}, unfinished(t, s))
}
