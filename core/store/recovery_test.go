package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
)

// TestRecoveryCutShort: the program is killed between any two steps of replacing a damaged database. The
// next start goes on, and reports the recovery.
func TestRecoveryCutShort(t *testing.T) {
	e := newEstate(t, true)
	copy(e.files[""][5*defaultPageSize:], make([]byte, 8))
	aside := "queue.db.corrupt-20261130-120000"
	for moved := range 4 {
		path := e.write(t)
		s := &Store{path: path}
		temp, err := s.build(t.Context())
		must(t, err)
		found, err := salvageInto(t.Context(), path, temp)
		must(t, err)
		found.Path = filepath.Join(filepath.Dir(path), aside)
		must(t, remember(t.Context(), temp, found))
		must(t, os.Rename(temp, found.Path+readySuffix))
		for _, suffix := range companions()[:moved] {
			must(t, os.Rename(path+suffix, found.Path+suffix))
		}
		for range 2 {
			next := openAt(t, path)
			e.check(t, "cut short", next, 0)
			told, err := next.Recoveries(t.Context())
			must(t, err)
			if len(told) != 1 || told[0].Path != found.Path || told[0].Saved() != len(e.want) || next.recovered != "" {
				t.Errorf("after %d: told %+v", moved, told)
			}
			must(t, next.Close())
		}
		for suffix, data := range e.files {
			if string(readFile(t, found.Path+suffix)) != string(data) && suffix != "-shm" {
				t.Errorf("after %d: %q is not kept", moved, suffix)
			}
		}
	}
}

// TestAcknowledge: an account is reported until it is acknowledged, even over restarts. Acknowledging it
// removes nothing else.
func TestAcknowledge(t *testing.T) {
	path := filled(t)
	overwrite(t, path, 0, make([]byte, 100))
	s := reopenedOnce(t, path)
	told, err := s.Recoveries(t.Context())
	must(t, err)
	if len(told) != 1 || told[0].Queued != 200 || told[0].Stored != 100 || told[0].Asked != 0 ||
		len(told[0].Folders) != 1 || told[0].Folders[0] != "/home/anna/pictures/archive/box-000" {
		t.Fatalf("told %+v", told)
	}
	must(t, s.Tell(t.Context(), told[0].Path))
	again, err := s.Recoveries(t.Context())
	must(t, err)
	told[0].Told = true
	diff(t, told, again)
	must(t, s.Acknowledge(t.Context(), told[0].Path))
	for range 2 {
		if told, err := s.Recoveries(t.Context()); err != nil || len(told) != 0 {
			t.Errorf("told %+v, %v", told, err)
		}
		if n := len(unfinished(t, s)); n != 200 {
			t.Errorf("%d queued", n)
		}
		s = reopen(t, s)
	}
	if _, err := os.Stat(told[0].Path); err != nil {
		t.Error(err)
	}
}

func reopenedOnce(t *testing.T, path string) *Store {
	t.Helper()
	return reopen(t, openAt(t, path))
}

// FuzzSalvage: whatever the files contain, reading them ends, and a row that is returned as undamaged
// matches its checksums.
func FuzzSalvage(f *testing.F) {
	path := filepath.Join(f.TempDir(), "queue.db")
	s, err := Open(f.Context(), path, nil)
	must(f, err)
	x := fullTransfer()
	must(f, s.Commit(f.Context(), core.Batch{Put: []core.Transfer{queued("a", 1), x, done(queued("b", 2))},
		Attempts: []core.Attempt{{Transfer: "a", Number: 1, Start: epoch, Detail: "x"}}}))
	names, err := tableColumns(f.Context(), s.readers, "transfers")
	must(f, err)
	log, err := os.ReadFile(path + "-wal")
	must(f, err)
	must(f, s.Close())
	db, err := os.ReadFile(path)
	must(f, err)
	f.Add(db[:16<<10], []byte{}, uint16(0), byte(0))
	f.Add(db, log[len(log)/2:], uint16(4200), byte(3))
	f.Add([]byte{}, log, uint16(50), byte(1))
	f.Fuzz(func(t *testing.T, db, log []byte, at uint16, flip byte) {
		path := filepath.Join(t.TempDir(), "queue.db")
		if int(at) < len(db) {
			db = append([]byte{}, db...)
			db[at] ^= flip
		}
		must(t, os.WriteFile(path, db, 0o600))
		must(t, os.WriteFile(path+"-wal", log, 0o600))
		p, err := openPages(path)
		if err != nil {
			return
		}
		defer p.close()
		s := &salvage{pages: p, names: names, rows: map[int64]struct{}{}, folders: map[string]struct{}{}}
		s.free, s.listed, err = p.free()
		must(t, err)
		s.table, err = p.walk(transfersRoot, func(treePage, cell) error { return nil })
		must(t, err)
		for _, trusted := range []trust{newest, older, doubtful} {
			must(t, s.scan(t.Context(), trusted, tableLeaf, func(_ context.Context, _ treePage, _ cell, columns []any, _ trust) error {
				if !isTransfer(columns, names) {
					return nil
				}
				row := rawRow{names, columns}
				x, err := scanTransfer(row)
				must(t, err)
				if x.Damaged() || row.number("moved") == 0 {
					return nil
				}
				again, err := values(x)
				must(t, err)
				if x.Receipt == nil && x.Error == nil && x.Options.Tags == nil && sumsOf(again) != (sums{row.number("fixed"), row.number("moved")}) {
					t.Errorf("taken as good: %+v", x)
				}
				return nil
			}))
		}
		must(t, s.count())
	})
}
