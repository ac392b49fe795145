package store

import (
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// indexAll puts all stored transfers into a block, however few they are.
func indexAll(t *testing.T, s *Store) {
	t.Helper()
	must(t, s.write(t.Context(), func(tx *sql.Tx, p *progress) error { return addBlock(t.Context(), tx, p) }, func() {}))
}

// TestIndexGrows: blocks are made as files are stored, even many at once, and the search finds
// entries in blocks and in none yet.
func TestIndexGrows(t *testing.T) {
	s := openTest(t)
	list := stored(coretest.Archive(2*blockRows + 10))
	for _, n := range []int{1, blockRows - 2, 1, 1, blockRows + 9} {
		commit(t, s, core.Batch{Put: list[:n]})
		list = list[n:]
	}
	if got := blocks(t, s); got != 2 {
		t.Errorf("%d blocks, want 2", got)
	}
	for text, want := range map[string]int{"000000": 1, "001023": 1, "001024": 1, "002057": 1, "002058": 0, "scan": 2*blockRows + 10} {
		got, err := s.History(t.Context(), core.HistoryQuery{Text: text + ".tiff"})
		if text == "scan" {
			got, err = s.History(t.Context(), core.HistoryQuery{Text: text})
		}
		must(t, err)
		if len(got) != want {
			t.Errorf("%q: %d found, want %d", text, len(got), want)
		}
	}
	s = reopen(t, s)
	for limit := 1; limit < 2*blockRows; limit += 501 {
		got, err := s.History(t.Context(), core.HistoryQuery{Text: "scan", Limit: limit})
		must(t, err)
		if len(got) != limit || got[0].Seq != 2*blockRows+10 || got[limit-1].Seq != int64(2*blockRows+11-limit) {
			t.Errorf("limit %d: %d found", limit, len(got))
		}
	}
}

// TestRecent: the entries that are kept in memory until they fill a block equal those on the disk, even
// after a start in the middle of a block.
func TestRecent(t *testing.T) {
	s := openTest(t)
	list := stored(coretest.Archive(3*blockRows + 10))
	list[7].Receipt.UploadedAt = time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC) // JSON can't hold it
	list[8].Options.Tags, list[9].Receipt = []string{"Ünï"}, nil
	same := func(want bool) {
		t.Helper()
		if s.progress.isRecent() != want {
			t.Errorf("all of %d entries in memory: %v, want %v", s.progress.stored-s.progress.indexed, !want, want)
		}
		must(t, s.write(t.Context(), func(tx *sql.Tx, p *progress) error {
			disk, err := nextEntries(t.Context(), tx, p.indexed)
			if diff := cmp.Diff(disk, p.recent, cmp.AllowUnexported(entry{}), cmpopts.EquateEmpty()); want && diff != "" {
				t.Errorf("on the disk and in memory: %s", diff)
			}
			return err
		}, func() {}))
	}
	commit(t, s, core.Batch{Put: list[:10]})
	same(true)
	s = reopen(t, s)
	commit(t, s, core.Batch{Put: list[10:blockRows]})
	same(true) // a block was made of what was on the disk
	commit(t, s, core.Batch{Put: list[blockRows : blockRows+5]})
	same(true)
	s = reopen(t, s)
	commit(t, s, core.Batch{Put: list[blockRows+5 : 2*blockRows-1]})
	same(false)
	commit(t, s, core.Batch{Put: list[2*blockRows-1 : 2*blockRows+7]})
	same(true)
	commit(t, s, core.Batch{Put: list[2*blockRows+7:]})
	same(true)
	if got := blocks(t, s); got != 3 {
		t.Errorf("%d blocks, want 3", got)
	}
}

// TestIndexFails: a commit that can't add its block is refused as a whole, and the next one adds it.
func TestIndexFails(t *testing.T) {
	s := openTest(t)
	list := stored(coretest.Archive(blockRows))
	commit(t, s, core.Batch{Put: list[1:]})
	poison(t, s)
	wantCode(t, s.Commit(t.Context(), core.Batch{Put: list[:1]}), core.CodeStoreFailed)
	_, err := s.writer.ExecContext(t.Context(), "DROP TRIGGER poison")
	must(t, err)
	commit(t, s, core.Batch{Put: list[:1]})
	found, err := s.History(t.Context(), core.HistoryQuery{Text: "scan"})
	must(t, err)
	if blocks(t, s) != 1 || len(found) != blockRows || found[0].ID != list[0].ID {
		t.Errorf("%d blocks, %d found", blocks(t, s), len(found))
	}
}

func poison(t *testing.T, s *Store) {
	t.Helper()
	_, err := s.writer.ExecContext(t.Context(), `CREATE TRIGGER poison BEFORE INSERT ON search_blocks BEGIN SELECT raise(ABORT, 'poisoned'); END`)
	must(t, err)
}

// TestCatchUpFails: entries that can't be indexed are searched all the same, and that is logged.
func TestCatchUpFails(t *testing.T) {
	s := openTest(t)
	var log strings.Builder
	s.log = logTo(&log)
	commit(t, s, core.Batch{Put: stored(coretest.Archive(blockRows))})
	_, err := s.writer.ExecContext(t.Context(), "DELETE FROM search_blocks")
	must(t, err)
	s.progress.indexed = 0
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.catchUp(ctx)
	if log.Len() > 0 {
		t.Errorf("stopped, and logged %s", log.String())
	}
	poison(t, s)
	s.catchUp(t.Context())
	if !strings.Contains(log.String(), "poisoned") {
		t.Errorf("not said: %s", log.String())
	}
	found, err := s.History(t.Context(), core.HistoryQuery{Text: "scan"})
	must(t, err)
	if len(found) != blockRows {
		t.Errorf("%d found", len(found))
	}
}

// TestDamagedBlock: a damaged block gives an error, and the next start makes the blocks again.
func TestDamagedBlock(t *testing.T) {
	for _, damage := range []string{"filter = x'00'", "texts = x'0202020281'", "keys = x'ff'"} {
		s := openTest(t)
		commit(t, s, core.Batch{Put: stored(coretest.Archive(blockRows))})
		_, err := s.writer.ExecContext(t.Context(), "UPDATE search_blocks SET "+damage)
		must(t, err)
		text := "scan"
		if strings.HasPrefix(damage, "keys") {
			text = string(stored(coretest.Archive(blockRows))[5].Receipt.SHA256)
		}
		_, err = s.History(t.Context(), core.HistoryQuery{Text: text})
		wantCode(t, err, core.CodeStoreFailed)
		if !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: %v", damage, err)
		}
		s = reopen(t, s)
		s.working.Wait()
		found, err := s.History(t.Context(), core.HistoryQuery{Text: text})
		must(t, err)
		if blocks(t, s) != 1 || len(found) == 0 {
			t.Errorf("%s: %d blocks, %d found", damage, blocks(t, s), len(found))
		}
	}
}

func logTo(w *strings.Builder) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
