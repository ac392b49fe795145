package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// columnsIn returns the columns of a table.
func columnsIn(t *testing.T, s *Store, table string) (names []string) {
	t.Helper()
	rows, err := s.readers.QueryContext(t.Context(), "SELECT name FROM pragma_table_info(?)", table)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		names = append(names, name)
	}
	must(t, rows.Err())
	return names
}

// change changes the value of a column, as damage on the disk would.
func change(t *testing.T, s *Store, table, column, where string) {
	t.Helper()
	_, err := s.writer.ExecContext(t.Context(), "UPDATE "+table+" SET "+column+` = CASE typeof(`+column+`)
WHEN 'null' THEN CASE '`+column+`' WHEN 'stored_no' THEN 99 ELSE '{}' END
WHEN 'integer' THEN `+column+` + 1 ELSE `+column+` || ' ' END WHERE `+where)
	must(t, err)
}

// TestEveryColumnIsChecked: if any column of a row is changed, the row is shown as damaged without
// the server's answer, and no file counts as known because of it.
func TestEveryColumnIsChecked(t *testing.T) {
	unused := map[string]bool{"listed": true, "file_id": true, "sha256": true}
	attempt := map[string]bool{"attempt_number": true, "attempt_start": true, "attempt_finish": true, "attempt_sent": true,
		"attempt_status": true, "final": true}
	full := fullTransfer()
	full.State, full.Resume, full.Error = core.StateSending, "", nil
	end := core.Attempt{Transfer: full.ID, Number: full.Attempts, Start: epoch, End: epoch.Add(1), Sent: 5, Status: 201}
	for _, stored := range []bool{false, true} {
		for _, column := range columnsIn(t, openTest(t), "transfers") {
			t.Run(fmt.Sprintf("%s, stored %t", column, stored), func(t *testing.T) {
				s := openTest(t)
				x := full
				commit(t, s, core.Batch{Put: []core.Transfer{x}})
				if stored {
					x.State, x.Receipt.ExpiresAt = core.StateStored, time.Time{}
					commit(t, s, core.Batch{Put: []core.Transfer{x}, Attempts: []core.Attempt{end}})
				}
				change(t, s, "transfers", column, "true")
				list, err := s.Unfinished(t.Context())
				must(t, err)
				history, err := s.History(t.Context(), core.HistoryQuery{})
				must(t, err)
				if len(list)+len(history) != 1 {
					t.Fatalf("%d queued, %d in the history", len(list), len(history))
				}
				got := append(list, history...)[0]
				known, err := s.Known(t.Context(), []core.Source{x.Source})
				must(t, err)
				tries, err := s.Attempts(t.Context(), x.ID)
				must(t, err)
				switch {
				case unused[column], attempt[column], stored && column == "stored_no":
					if got.Damaged() || len(known) != 1 {
						t.Errorf("wrongly shown as damaged: %v", got.Error)
					}
				case !got.Damaged() || got.Receipt != nil || !got.State.Done() || len(known) != 0:
					t.Errorf("taken as whole: %+v; %d known", got, len(known))
				}
				if stored && (attempt[column] || column == "stored_no") &&
					(len(tries) != 1 || tries[0].Code != core.CodeStoreDamaged || tries[0].Sent != 0) {
					t.Errorf("the attempt is taken as whole: %+v", tries)
				}
			})
		}
	}
}

// TestEveryColumnOfAnAttemptIsChecked does the same for attempts.
func TestEveryColumnOfAnAttemptIsChecked(t *testing.T) {
	for _, column := range columnsIn(t, openTest(t), "attempts") {
		s := openTest(t)
		commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}, Attempts: []core.Attempt{{Transfer: "a", Number: 1, Start: epoch,
			End: epoch.Add(1), Sent: 7, Status: 503, Code: core.CodeServerBusy, Outcome: core.OutcomeAnswered, Detail: "busy"}}})
		if column == "transfer" {
			continue // the attempt then belongs to another transfer
		}
		change(t, s, "attempts", column, "true")
		got, err := s.Attempts(t.Context(), "a")
		must(t, err)
		if len(got) != 1 || got[0].Code != core.CodeStoreDamaged || got[0].Sent != 0 {
			t.Errorf("%s: taken as whole: %+v", column, got)
		}
	}
}

// TestUnreadableColumn: a value of a wrong type prevents no other row from being read.
func TestUnreadableColumn(t *testing.T) {
	s := openTest(t)
	commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1), queued("b", 2)}})
	list, err := collect(t.Context(), s.readers, 2, scanTransfer, `SELECT id, seq, state, profile, server, path,
 CASE id WHEN 'a' THEN NULL ELSE name END, size, mod_sec, mod_nsec, source_id, retention, ttl_days, description, tags, metadata,
 attempts, not_before, error, receipt, queued_at, started_at, finished_at, resume, account, changed, snapshot, drop_id, drop_name, 0, fixed, moved
FROM transfers ORDER BY seq`)
	must(t, err)
	diff(t, []core.TransferID{"a", "b"}, ids(list))
	if !list[0].Damaged() || list[1].Damaged() {
		t.Errorf("got %v and %v", list[0].Error, list[1].Error)
	}
}

// TestChecksumAfterEveryWrite: every statement that writes a row keeps its checksums right.
func TestChecksumAfterEveryWrite(t *testing.T) {
	s := openTest(t)
	sound := func(step string, n int) {
		t.Helper()
		list, err := s.Unfinished(t.Context())
		must(t, err)
		history, err := s.History(t.Context(), core.HistoryQuery{})
		must(t, err)
		if len(list)+len(history) != n {
			t.Errorf("%s: %d rows", step, len(list)+len(history))
		}
		for _, x := range append(list, history...) {
			tries, err := s.Attempts(t.Context(), x.ID)
			must(t, err)
			for _, a := range tries {
				if a.Code == core.CodeStoreDamaged {
					t.Errorf("%s: attempt %d of %s is taken for damaged", step, a.Number, x.ID)
				}
			}
			if x.Damaged() {
				t.Errorf("%s: %s is taken for damaged: %v", step, x.ID, x.Error)
			}
		}
		var missing int
		must(t, s.readers.QueryRowContext(t.Context(), "SELECT count(*) FROM transfers WHERE fixed = 0 OR moved = 0").Scan(&missing))
		if missing > 0 {
			t.Errorf("%s: %d rows have no checksum", step, missing)
		}
	}
	a, b := queued("a", 1), queued("b", 2)
	commit(t, s, core.Batch{Put: []core.Transfer{a, b}})
	sound("queued", 2)
	a.State, a.StartedAt, a.Attempts = core.StateSending, epoch, 1
	commit(t, s, core.Batch{Put: []core.Transfer{a}, Attempts: []core.Attempt{{Transfer: "a", Number: 1, Start: epoch}}})
	sound("claimed", 2)
	final := core.Attempt{Transfer: "a", Number: 1, Start: epoch, End: epoch.Add(1), Sent: 9, Status: 200}
	a = done(a)
	commit(t, s, core.Batch{Put: []core.Transfer{a, done(b)}, Attempts: []core.Attempt{final}})
	sound("stored", 2)
	a.Receipt.ExpiresAt, a.Options.Retention = time.Time{}, core.RetentionPermanent
	commit(t, s, core.Batch{Put: []core.Transfer{a}})
	sound("finalised", 2)
	commit(t, s, core.Batch{Attempts: []core.Attempt{final}, Remove: []core.TransferID{"a"}})
	sound("removed", 2)
	sound("again", 2)
	s = reopen(t, s)
	sound("reopened", 2)
}
