package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// old makes a database with the schema of an earlier version, as the program of that time left it: with
// n stored transfers, two queued ones and an attempt.
func old(t *testing.T, path string, version, n int) {
	t.Helper()
	must(t, os.WriteFile(path, nil, 0o600))
	db, err := openDB(path, "_txlock=immediate")
	must(t, err)
	db.SetMaxOpenConns(1)
	steps, err := migrations()
	must(t, err)
	for i := range version {
		must(t, step(t.Context(), db, steps[i], i+1))
	}
	tx, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	for i, x := range append(stored(coretest.Archive(n)), queued("first", -2), queued("second", -1)) {
		insertOld(t, tx, version, x, i+1)
	}
	_, err = tx.ExecContext(t.Context(), `INSERT INTO attempts (transfer, number, start, finish, sent, status, code, outcome, detail) VALUES ('first', 1, 5, 6, 7, 503, 'server_busy', 0, 'busy')`)
	must(t, err)
	must(t, tx.Commit())
	must(t, db.Close())
}

func insertOld(t *testing.T, tx *sql.Tx, version int, x core.Transfer, number int) {
	t.Helper()
	row, err := values(x)
	must(t, err)
	names := columns
	if version < dropsVersion {
		names, row = strings.TrimSuffix(names, ", drop_id, drop_name"), row[:len(row)-2]
	}
	if version < boundVersion {
		names, row = strings.TrimSuffix(names, ", account, changed, snapshot"), row[:len(row)-3]
	}
	if version < resumeVersion {
		names, row = strings.TrimSuffix(names, ", resume"), row[:len(row)-1]
	}
	marks := "?"
	for range len(row) - 1 {
		marks += ",?"
	}
	_, err = tx.ExecContext(t.Context(), "INSERT INTO transfers ("+names+") VALUES ("+marks+")", row...)
	must(t, err)
	if x.State != core.StateStored {
		return
	}
	if _, err = tx.ExecContext(t.Context(), "UPDATE transfers SET stored_no = ? WHERE id = ?", number, string(x.ID)); err == nil && version < blocksVersion {
		_, err = tx.ExecContext(t.Context(), "INSERT INTO search (rowid, words) VALUES (?, ?)", number, searchWords(x.Source, x.Server, x.Options.Tags))
	}
	must(t, err)
}

// blocks returns the number of blocks in the search index.
func blocks(t *testing.T, s *Store) (n int) {
	t.Helper()
	must(t, s.readers.QueryRowContext(t.Context(), "SELECT count(*) FROM search_blocks").Scan(&n))
	return n
}

// TestEveryVersion: a database of each version is read beside its owner without a change. Then it is
// migrated completely, while reading goes on.
func TestEveryVersion(t *testing.T) {
	steps, err := migrations()
	must(t, err)
	const n = blockRows + 100
	all := stored(coretest.Archive(n))
	for version := 1; version <= len(steps); version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "queue.db")
			old(t, path, version, n)
			before := readFile(t, path)
			r, err := OpenReader(path, nil)
			must(t, err)
			sees := func(history func(context.Context, core.HistoryQuery) ([]core.Transfer, error)) {
				t.Helper()
				for text, want := range map[string]int{"": n, "box-001": n - 1000, "zz": 0, "scan 000007": 1} {
					got, err := history(t.Context(), core.HistoryQuery{Text: text})
					must(t, err)
					if len(got) != want {
						t.Errorf("%q: %d found, want %d", text, len(got), want)
					}
				}
				newest, err := history(t.Context(), core.HistoryQuery{Limit: 1})
				must(t, err)
				diff(t, all[n-1:], newest)
			}
			sees(r.History)
			if d := cmp.Diff(before, readFile(t, path)); d != "" {
				t.Error("reading changed the file")
			}

			s := openAt(t, path)
			if s.recovered != "" {
				t.Fatal("taken for damaged")
			}
			s.working.Wait()
			if got := blocks(t, s); got != n/blockRows {
				t.Errorf("%d blocks, want %d", got, n/blockRows)
			}
			sees(s.History)
			sees(r.History)
			must(t, r.Close())
			diff(t, []core.TransferID{"first", "second"}, unfinished(t, s))
			if tries, err := s.Attempts(t.Context(), "first"); err != nil || len(tries) != 1 || tries[0].Status != 503 {
				t.Errorf("attempts: %v, %v", tries, err)
			}
			commit(t, s, core.Batch{Put: []core.Transfer{done(queued("first", -2))}})
			s = reopen(t, s)
			newest, err := s.History(t.Context(), core.HistoryQuery{Text: "first"})
			must(t, err)
			diff(t, []core.TransferID{"first"}, ids(newest))
			whole(t, s)
		})
	}
}

// TestReaderNewer: a newer program has taken over the database meanwhile.
func TestReaderNewer(t *testing.T) {
	s := openTest(t)
	r, err := OpenReader(s.path, nil)
	must(t, err)
	defer func() { must(t, r.Close()) }()
	_, err = s.writer.ExecContext(t.Context(), "PRAGMA user_version = 1000")
	must(t, err)
	_, err = r.History(t.Context(), core.HistoryQuery{})
	wantCode(t, err, core.CodeStoreNewer)
}

// TestPowerCutWhileMigrating: the power fails while the log of a migration is written or merged into the
// file. The queue is as before.
func TestPowerCutWhileMigrating(t *testing.T) {
	random := rand.New(rand.NewPCG(47, 3))
	want := []core.TransferID{"first", "second"}
	for version := range 3 {
		path := filepath.Join(t.TempDir(), "queue.db")
		old(t, path, max(1, version), 300)
		before := readFile(t, path)
		s := openAt(t, path)
		after := snapshot(t, s)
		for range 15 {
			from, to := oneCommit(t, random, after.wal)
			powerCut(t, image{before, cut(random, from, to), nil}, want)
			powerCut(t, image{before, torn(random, from, to), nil}, want)
		}
		must(t, s.Close())
		folded := readFile(t, path)
		for range 15 {
			powerCut(t, image{torn(random, before, folded), after.wal, nil}, want)
		}
	}
}

// oneCommit returns a log before and after one of its commits. The commits before it are synced.
func oneCommit(t *testing.T, random *rand.Rand, log []byte) (before, after []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	must(t, os.WriteFile(path, log, 0o600))
	w, err := readWAL(path, defaultPageSize)
	must(t, err)
	ends := []int64{walHeaderSize}
	for _, f := range w.frames {
		if f.commit > 0 {
			ends = append(ends, f.at+int64(w.pageSize))
		}
	}
	if len(ends) < 3 {
		t.Fatalf("%d commits in the log", len(ends)-1)
	}
	i := random.IntN(len(ends) - 1)
	return log[:ends[i]], log[:ends[i+1]]
}

// TestKillWhileMigrating: the schema is the old or the new one, and all rows are there.
func TestKillWhileMigrating(t *testing.T) {
	random := rand.New(rand.NewPCG(47, 4))
	template := filepath.Join(t.TempDir(), "queue.db")
	old(t, template, 1, blockRows)
	data := readFile(t, template)
	for round := range 12 {
		path := filepath.Join(t.TempDir(), "queue.db")
		must(t, os.WriteFile(path, data, 0o600))
		killAfter(t, path, time.Duration(random.IntN(40_000))*time.Microsecond, path+"-wal")
		s := openAt(t, path)
		if s.recovered != "" {
			t.Fatalf("round %d: taken for damaged", round)
		}
		s.working.Wait()
		if got := unfinished(t, s); len(got) < 2 || got[0] != "first" || got[1] != "second" {
			t.Errorf("round %d: the queue is %v", round, got)
		}
		found, err := s.History(t.Context(), core.HistoryQuery{Text: "box"})
		must(t, err)
		// The killed process may have stored some of its own ("0-…").
		seen := map[core.TransferID]int{}
		for _, x := range found {
			if !strings.HasPrefix(string(x.ID), "0-") {
				seen[x.ID]++
			}
		}
		for _, x := range coretest.Archive(blockRows) {
			if seen[x.ID] != 1 {
				t.Errorf("round %d: %s is there %d times", round, x.ID, seen[x.ID])
			}
		}
		if len(seen) != blockRows {
			t.Errorf("round %d: %d found", round, len(seen))
		}
		whole(t, s)
		must(t, s.Close())
	}
}
