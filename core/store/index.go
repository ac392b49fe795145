package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/artstore/ingester/core"
)

// progress tells how far the history and its index have come.
type progress struct {
	stored  int64   // the newest stored_no
	indexed int64   // the newest stored_no in a block
	recent  []entry // entries after indexed, oldest first; incomplete until isRecent
}

// isRecent reports whether recent has every entry that is in no block yet. Then
// they need not be read back from the disk.
func (p *progress) isRecent() bool { return int64(len(p.recent)) == p.stored-p.indexed }

// add counts a transfer that went into the history.
func (p *progress) add(t core.Transfer) {
	all := p.isRecent()
	p.stored++
	if all {
		p.recent = append(p.recent, entryOf(p.stored, t))
	}
}

// behind reports whether there are enough entries for another block.
func (p *progress) behind() bool { return p.stored-p.indexed >= blockRows }

func readProgress(ctx context.Context, db *sql.DB) (p progress, err error) {
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(stored_no), 0), (`+indexedSQL+`) FROM transfers WHERE stored_no IS NOT NULL`).Scan(&p.stored, &p.indexed)
	if err != nil {
		return p, fmt.Errorf("reading the history: %w", err)
	}
	return p, nil
}

// addBlocks makes the next blocks, n at most: for what a commit adds to the
// history, and for some entries that are older than blocks.
func addBlocks(ctx context.Context, tx *sql.Tx, p *progress, n int64) error {
	for ; n > 0 && p.behind(); n-- {
		if err := addBlock(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}

// addBlock makes the next block.
func addBlock(ctx context.Context, tx *sql.Tx, p *progress) error {
	entries := p.recent
	if !p.isRecent() {
		var err error
		if entries, err = nextEntries(ctx, tx, p.indexed); err != nil {
			return err
		}
	}
	if len(entries) == 0 {
		return nil
	}
	n := min(len(entries), blockRows)
	b, last := pack(entries[:n]), entries[n-1].number
	if _, err := tx.ExecContext(ctx, `INSERT INTO search_blocks (last, filter, texts, keys) VALUES (?, ?, ?, ?)`,
		last, b.filter.data(), b.texts, b.keys); err != nil {
		return fmt.Errorf("indexing: %w", err)
	}
	p.indexed, p.recent = last, slices.Clone(entries[n:])
	return nil
}

// nextEntries reads the entries of the next block and, if there are few, those
// after it.
func nextEntries(ctx context.Context, tx *sql.Tx, indexed int64) ([]entry, error) {
	rows, err := tx.QueryContext(ctx, entriesSQL+` ORDER BY stored_no LIMIT ?`, indexed, 2*blockRows)
	if err != nil {
		return nil, fmt.Errorf("indexing: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	entries := make([]entry, 0, 2*blockRows)
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("indexing: %w", err)
	}
	return entries, nil
}

// catchUp makes the blocks of a history that is older than blocks. It makes one in
// each transaction, so that commits get their turn between two. The next start
// makes those that it can't; until then a search is slower.
func (s *Store) catchUp(ctx context.Context) {
	for more := true; more; {
		err := s.write(ctx, func(tx *sql.Tx, p *progress) error {
			more = p.behind()
			return addBlocks(ctx, tx, p, 1)
		}, func() {})
		if err != nil {
			if ctx.Err() == nil {
				s.note(err)
				s.log.Warn("the history can't be indexed", "error", err)
			}
			return
		}
	}
}
