package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// transfersRoot is the root page of the table transfers. It is the first table of
// our databases and never moves.
const transfersRoot = 2

// salvageChunk is how many rows one commit takes.
const salvageChunk = 2000

// mostFolders is how many folders a recovery lists.
const mostFolders = 100

// trust is how certain it is that a row is the newest of its transfer.
type trust int

const (
	doubtful trust = iota // the transfer may not even be in the queue any more
	older                 // a newer row may have been lost
	newest
)

// salvage copies what is left of a damaged database into a new one, row by row. It
// reads the pages itself, because SQLite gives up a whole table if one page above
// others is damaged. Whatever the order and the damage, a row counts only if its
// checksum matches.
type salvage struct {
	pages  *pages
	names  []string // the columns of transfers, as the table has them
	cut    bool     // later commits are lost
	table  tree
	free   map[uint32]bool
	listed bool // the list free can be trusted

	tx     *sql.Tx
	db     *sql.DB
	copied int

	rows    map[int64]struct{}           // rowids of the saved rows
	unsure  map[core.TransferID]struct{} // saved rows that may not be the newest
	bad     bool                         // a page or a row could not be read
	folders map[string]struct{}
	found   core.Recovery
}

// salvageInto copies what it can from the database at from into the new one at to.
func salvageInto(ctx context.Context, from, to string) (core.Recovery, error) {
	s := &salvage{rows: map[int64]struct{}{}, unsure: map[core.TransferID]struct{}{}, folders: map[string]struct{}{}}
	var err error
	if s.pages, err = openPages(from); err != nil {
		return core.Recovery{}, err
	}
	defer s.pages.close()
	if s.db, err = openDB(to, "_txlock=immediate"); err != nil {
		return core.Recovery{}, err
	}
	s.db.SetMaxOpenConns(1)
	if s.cut = s.pages.db == nil || logLoss(from, s.pages.wal) != ""; s.cut {
		s.pages.recall(from)
	}
	err = s.run(ctx)
	if s.tx != nil {
		_ = s.tx.Rollback() // no-op once committed
	}
	if closing := s.db.Close(); err == nil {
		err = closing
	}
	return s.found, err
}

func (s *salvage) run(ctx context.Context) error {
	var err error
	if s.names, err = tableColumns(ctx, s.db, "transfers"); err != nil {
		return err
	}
	if s.free, s.listed, err = s.pages.free(); err != nil {
		return err
	}
	if s.table, err = s.pages.walk(transfersRoot, func(treePage, cell) error { return nil }); err != nil {
		return err
	}
	for no := range s.table.pages {
		if s.free[no] { // if a sound table has the page, the list of free pages is wrong
			s.listed = false
		}
	}
	// The most trusted rows first: if a transfer has two rows, the first is
	// kept.
	for _, t := range []trust{newest, older, doubtful} {
		if err := s.scan(ctx, t, tableLeaf, s.transfer); err != nil {
			return err
		}
	}
	if err := s.scan(ctx, newest, indexLeaf, s.keyed); err != nil {
		return err
	}
	if err := s.scan(ctx, newest, indexInner, s.keyed); err != nil {
		return err
	}
	if err := s.count(); err != nil {
		return err
	}
	return s.commit(ctx)
}

// place says how far a page's rows can be trusted. ok is false if the page is
// certainly in no table.
func (s *salvage) place(no uint32, page treePage) (t trust, ok bool) {
	reached, free := s.table.pages[no], s.free[no]
	switch {
	case reached && !free:
		t = newest
	case reached && s.table.sound:
		t = older
	case !reached && s.table.sound, free && s.listed:
		return 0, false
	case s.listed: // the page that led to it is damaged
		t = newest
	}
	if t == newest && (s.cut || !page.whole) {
		t = older
	}
	return t, true
}

// visitor is called with a cell of a page and its record, columns.
type visitor func(ctx context.Context, page treePage, c cell, columns []any, t trust) error

// scan calls f with the cells of every page of a kind whose rows have a degree of
// trust.
func (s *salvage) scan(ctx context.Context, want trust, kind byte, f visitor) error {
	for no := uint32(1); no <= s.pages.count; no++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := s.pages.read(no)
		if err != nil {
			return err
		}
		page, ok := parsePage(data, no, s.pages.usable)
		if !ok || page.kind != kind {
			continue
		}
		t := newest
		if kind == tableLeaf {
			t, ok = s.place(no, page)
		}
		if !ok || t != want || kind != tableLeaf && s.listed && s.free[no] {
			continue
		}
		if err := s.cells(ctx, page, t, f); err != nil {
			return err
		}
	}
	if want != older || kind != tableLeaf {
		return nil
	}
	for _, at := range s.pages.torn {
		data := make([]byte, s.pages.size)
		if _, err := s.pages.log.ReadAt(data, at); err != nil {
			return ended(err)
		}
		if page, ok := parsePage(data, 0, s.pages.usable); ok && page.kind == kind {
			if err := s.cells(ctx, page, older, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// cells calls f with the readable cells of a page.
func (s *salvage) cells(ctx context.Context, page treePage, t trust, f visitor) error {
	for _, c := range page.cells {
		columns, err := s.pages.record(c)
		if err == nil {
			err = f(ctx, page, c, columns, t)
		}
		if notDamage(err) != nil {
			return err
		}
	}
	return nil
}

// count finds out what is missing, as the indexes tell which rows there were.
func (s *salvage) count() error {
	s.found.Uncounted = s.cut
	roots, sound, err := s.roots()
	if err != nil {
		return err
	}
	if sound && roots["transfers"] != transfersRoot { // another program's database
		sound, s.bad = false, true
	}
	missing := map[int64]struct{}{}
	for name, lost := range map[string]*int{"transfers_open": &s.found.LostQueued, "transfers_history": &s.found.LostStored} {
		t, err := s.index(roots[name], func(row int64, _ []any) {
			if _, saved := s.rows[row]; !saved {
				missing[row] = struct{}{}
				*lost++
			}
		})
		if err != nil {
			return err
		}
		sound = sound && t.sound
	}
	// If the whole table was read, that is enough.
	if !sound && (s.bad || !s.table.sound) {
		s.found.Uncounted = true
	}
	_, err = s.index(roots["transfers_path"], func(row int64, key []any) {
		if path, ok := key[0].(string); ok {
			if _, lost := missing[row]; lost {
				s.folder(path)
			}
		}
	})
	s.found.Folders = s.sortedFolders()
	return err
}

// roots returns the root pages of the indexes, by name.
func (s *salvage) roots() (roots map[string]uint32, sound bool, err error) {
	roots = map[string]uint32{}
	t, err := s.pages.walk(1, func(page treePage, c cell) error {
		columns, err := s.pages.record(c)
		if page.inner() || err != nil || len(columns) < 4 {
			return notDamage(err)
		}
		name, isText := columns[1].(string)
		root, isNumber := columns[3].(int64)
		if isText && isNumber && root > 0 && root <= int64(s.pages.count) {
			roots[name] = uint32(root)
		}
		return nil
	})
	return roots, t.sound, err
}

// index visits the entries that are left of an index.
func (s *salvage) index(root uint32, visit func(row int64, key []any)) (tree, error) {
	if root == 0 {
		return tree{}, nil
	}
	broken := false
	t, err := s.pages.walk(root, func(page treePage, c cell) error {
		columns, err := s.pages.record(c)
		if page.kind == tableInner || page.kind == tableLeaf || err != nil || len(columns) != 2 {
			broken = true
			return notDamage(err)
		}
		if row, ok := columns[1].(int64); ok {
			visit(row, columns[:1])
		}
		return nil
	})
	t.sound = t.sound && !broken
	return t, err
}

// folder notes the folder of a queued file.
func (s *salvage) folder(path string) {
	if filepath.IsAbs(path) && len(s.folders) < 100*mostFolders {
		s.folders[filepath.Dir(path)] = struct{}{}
	}
}

// sortedFolders returns the noted folders, without those inside another.
func (s *salvage) sortedFolders() []string {
	var out []string
	for dir := range s.folders {
		out = append(out, dir)
	}
	slices.Sort(out)
	out = slices.CompactFunc(out, func(above, below string) bool {
		return strings.HasPrefix(below, strings.TrimSuffix(above, string(filepath.Separator))+string(filepath.Separator))
	})
	return out[:min(len(out), mostFolders)]
}

// write runs a statement in the current transaction.
func (s *salvage) write(ctx context.Context, query string, args ...any) (int64, error) {
	if s.tx == nil {
		tx, err := s.db.BeginTx(ctx, nil)
		if err != nil {
			return 0, fmt.Errorf("beginning: %w", err)
		}
		s.tx, s.copied = tx, 0
	}
	r, err := s.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("saving a row: %w", err)
	}
	s.copied++
	n, err := r.RowsAffected()
	if err == nil && s.copied >= salvageChunk {
		err = s.commit(ctx)
	}
	return n, err
}

func (s *salvage) commit(context.Context) error {
	if s.tx == nil {
		return nil
	}
	err := s.tx.Commit()
	s.tx = nil
	if err != nil {
		return fmt.Errorf("saving the rows: %w", err)
	}
	return nil
}

// tableColumns returns the names of a table's columns in order.
func tableColumns(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	return collect(ctx, db, 32, func(row scanner) (name string, err error) { err = row.Scan(&name); return name, err },
		"SELECT name FROM pragma_table_info(?) ORDER BY cid", table)
}
