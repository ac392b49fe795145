package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
)

// blocksVersion is the schema that has search_blocks.
const blocksVersion = 3

// The queries of History.
const (
	allSQL     = `SELECT %s FROM transfers WHERE stored_no IS NOT NULL%s ORDER BY %s LIMIT ?`
	numbersSQL = `SELECT %s FROM transfers WHERE stored_no IN (SELECT value FROM json_each(?))%s ORDER BY %s LIMIT ?`

	notTakenSQL = ` AND state <> 'taken'`

	// entriesSQL selects the columns of scanEntry; callers append the order and
	// the limit.
	entriesSQL = `SELECT stored_no, path, name, server, tags, size, finished_at, receipt FROM transfers WHERE stored_no > ?`

	indexedSQL = `SELECT coalesce(max(last), 0) FROM search_blocks`
	filtersSQL = `SELECT last, filter FROM search_blocks ORDER BY last DESC`
	textsSQL   = `SELECT texts, x'' FROM search_blocks WHERE last = ?`
	keysSQL    = `SELECT texts, keys FROM search_blocks WHERE last = ?`
)

// History returns the transfers that were stored or taken as arrived and have every
// word of the query's text, newest first. A transfer has a word, in upper or lower case, if the word is part
// of its name, path, server or one of its tags; begins its file ID or SHA-256; is
// its size, in bytes or rounded with a unit ("3.1 MiB"); or is the day, month or
// time at which it was stored ("2026-11-24", "14:05").
func (s *Store) History(ctx context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	steps, err := migrations()
	if err != nil {
		return nil, failed(opRead, err)
	}
	return s.historyOf(ctx, q, len(steps))
}

// historyOf is History for a database with an older schema.
func (s *Store) historyOf(ctx context.Context, q core.HistoryQuery, version int) ([]core.Transfer, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = -1 // SQLite: all
	}
	zone := q.Zone
	if zone == nil {
		zone = time.Local
	}
	cols, which := selectedOf(version), ""
	if q.Stored {
		which = notTakenSQL
	}
	wanted := terms(q.Text, zone)
	if len(wanted) == 0 {
		found, err := s.transfers(ctx, fmt.Sprintf(allSQL, cols, which, orderSQL(q)), limit)
		return found, failed(opRead, err)
	}
	most := limit
	if q.Stored || q.Order != core.HistoryByTime || q.Reverse { // the index knows the newest ones, and not which are left out
		most = -1
	}
	numbers, err := s.search(ctx, wanted, most, version)
	s.note(err)
	if err != nil {
		return nil, failed(opRead, err)
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		return nil, failed(opRead, err)
	}
	found, err := s.transfers(ctx, fmt.Sprintf(numbersSQL, cols, which, orderSQL(q)), string(list), limit)
	return found, failed(opRead, err)
}

// orderSQL sorts as a query asks; what is equal has the newest first.
func orderSQL(q core.HistoryQuery) string {
	by := map[core.HistoryOrder]string{
		// The part of the name after its last slash.
		core.HistoryByName:    "substr(name, length(rtrim(name, replace(name, '/', ''))) + 1) COLLATE NOCASE",
		core.HistoryByProfile: "profile COLLATE NOCASE", core.HistoryBySize: "size", core.HistoryByServer: "server",
		core.HistoryByFileID: "json_extract(receipt, '$.file_id')", core.HistoryBySum: "json_extract(receipt, '$.sha256')",
	}[q.Order]
	switch {
	case by == "" && q.Reverse:
		return "stored_no"
	case by == "":
		return "stored_no DESC"
	case q.Reverse:
		return by + " DESC, stored_no DESC"
	}
	return by + ", stored_no DESC"
}

// search is a search under way: newest entries first, until enough are found.
type search struct {
	tx      *sql.Tx
	wanted  []term
	limit   int // negative for all
	numbers []int64
}

func (s *Store) search(ctx context.Context, wanted []term, limit, version int) ([]int64, error) {
	tx, err := s.readers.BeginTx(ctx, nil) // so that all queries see one state of the database
	if err != nil {
		return nil, fmt.Errorf("beginning: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // only read
	r := &search{tx: tx, wanted: wanted, limit: limit, numbers: []int64{}}
	var indexed int64
	if version >= blocksVersion {
		if err := tx.QueryRowContext(ctx, indexedSQL).Scan(&indexed); err != nil {
			return nil, fmt.Errorf("querying: %w", err)
		}
	}
	if err := r.rows(ctx, indexed); err != nil {
		return nil, err
	}
	if indexed > 0 && len(r.numbers) != limit {
		err = r.blocks(ctx)
	}
	return r.numbers, err
}

// rows searches the rows that are in no block yet.
func (r *search) rows(ctx context.Context, indexed int64) error {
	rows, err := r.tx.QueryContext(ctx, entriesSQL+` ORDER BY stored_no DESC`, indexed)
	if err != nil {
		return fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	for len(r.numbers) != r.limit && rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return err
		}
		if matchesAll(r.wanted, &e) {
			r.numbers = append(r.numbers, e.number)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	return nil
}

// blocks searches the blocks whose filters don't exclude a match.
func (r *search) blocks(ctx context.Context) error {
	texts, err := r.tx.PrepareContext(ctx, textsSQL)
	if err != nil {
		return fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = texts.Close() }()
	both, err := r.tx.PrepareContext(ctx, keysSQL)
	if err != nil {
		return fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = both.Close() }()
	rows, err := r.tx.QueryContext(ctx, filtersSQL)
	if err != nil {
		return fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	for len(r.numbers) != r.limit && rows.Next() {
		var (
			last int64
			data sql.RawBytes
		)
		if err := rows.Scan(&last, &data); err != nil {
			return fmt.Errorf("reading the search index: %w", err)
		}
		f, err := readFilter(data)
		if err != nil {
			return err
		}
		possible, withKeys := mayHaveAll(r.wanted, f)
		if !possible {
			continue
		}
		stmt := texts
		if withKeys {
			stmt = both
		}
		if err := r.block(ctx, stmt, last, withKeys); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the search index: %w", err)
	}
	return nil
}

// block searches the block that ends with last.
func (r *search) block(ctx context.Context, stmt *sql.Stmt, last int64, withKeys bool) error {
	rows, err := stmt.QueryContext(ctx, last)
	if err != nil {
		return fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	var texts, keys sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&texts, &keys); err != nil {
			return fmt.Errorf("reading the search index: %w", err)
		}
		if err := r.entries(texts, keys, withKeys); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the search index: %w", err)
	}
	return nil
}

// entries searches the entries of a block, in which the oldest is first.
func (r *search) entries(texts, keys []byte, withKeys bool) error {
	u := unpacker{texts: cursor{data: texts}, keys: cursor{data: keys}, withKeys: withKeys}
	var found []int64
	for u.next() {
		if matchesAll(r.wanted, &u.entry) {
			found = append(found, u.entry.number)
		}
	}
	for i := len(found) - 1; i >= 0 && len(r.numbers) != r.limit; i-- {
		r.numbers = append(r.numbers, found[i])
	}
	return u.err()
}

// mayHaveAll reports whether a block may have an entry with all terms, and whether
// the keys have to be read for that.
func mayHaveAll(list []term, f filter) (possible, withKeys bool) {
	for i := range list {
		if !list[i].mayBeIn(f) {
			return false, false
		}
		withKeys = withKeys || list[i].inKeys(f)
	}
	return true, withKeys
}

// scanEntry reads the part of a row that is searched. A partly damaged row is found
// by what is left of it.
func scanEntry(row scanner) (entry, error) {
	var (
		e           entry
		src         core.Source
		server      string
		tagsJSON    *string
		receiptJSON *string
		tags        []string
		receipt     core.Receipt
		finished    int64
	)
	if err := row.Scan(&e.number, &src.Path, &src.Name, &server, &tagsJSON, &src.Size, &finished, &receiptJSON); err != nil {
		return e, fmt.Errorf("reading the history: %w", err)
	}
	_ = errors.Join(decode(tagsJSON, &tags), decode(receiptJSON, &receipt)) // the row is shown as damaged
	e.describe(src, server, tags, receipt, moment(finished))
	return e, nil
}

// entryOf returns the entry that scanEntry would read for t.
func entryOf(number int64, t core.Transfer) entry {
	e := entry{number: number}
	var receipt core.Receipt
	if t.Receipt != nil {
		receipt = *writable(t.Receipt)
	}
	e.describe(t.Source, t.Server, t.Options.Tags, receipt, t.FinishedAt)
	return e
}

func (e *entry) describe(src core.Source, server string, tags []string, receipt core.Receipt, finished time.Time) {
	e.text, e.size, e.finished = []byte(searchWords(src, server, tags)), src.Size, moment(stamp(finished)).Unix()
	e.id, e.sum, e.uploaded = []byte(fold(receipt.FileID)), []byte(fold(string(receipt.SHA256))), e.finished
	if !receipt.UploadedAt.IsZero() {
		e.uploaded = receipt.UploadedAt.Unix()
	}
}
