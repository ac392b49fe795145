package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

var (
	// errBroken means that the index can't be trusted. After a failed fsync
	// nobody knows what is on the disk, because the kernel may have dropped
	// it. So nothing is confirmed until the next start has read it back.
	errBroken = errors.New("the index is not what was written")
	// errUnavailable means that a query or a commit failed, and changed nothing.
	errUnavailable = errors.New("the index can't be used")
)

const (
	// putSQL keeps the place of a file whose description changes.
	putSQL = `INSERT INTO files (id, key, description) VALUES (?, nullif(?, ''), ?)
ON CONFLICT (id) DO UPDATE SET key = excluded.key, description = excluded.description`
	byKeySQL = `SELECT description FROM files WHERE key = ? ORDER BY place DESC LIMIT 1`
	byIDSQL  = `SELECT description FROM files WHERE id = ?`
	allSQL   = `SELECT id, ifnull(key, ''), description FROM files ORDER BY place`
)

// index is index.db, the SQLite database of the stored files. A file is stored once
// it has a row. Nothing is kept in memory for each file.
type index struct {
	contents string  // folder of the contents; synced before rows are committed
	writer   *sql.DB // one connection
	readers  *sql.DB
	put      *sql.Stmt // of the writer
	byKey    *sql.Stmt // of the readers
	byID     *sql.Stmt

	writing sync.Mutex // held while a group is being written

	mu        sync.Mutex
	gathering *group // of rows that arrive meanwhile
	broken    error
}

// row is a file as the index holds it.
type row struct {
	id, key     string // key is "" for none
	description []byte // a line of JSON
}

// row is the file as the index holds it.
func (f File) row() (row, error) {
	line, err := f.line()
	return row{id: f.ID, key: f.Key, description: line}, err
}

// file reads a row, whose columns have to agree with its description.
func (r row) file() (File, error) {
	f, err := parseLine(r.description)
	if err == nil && (f.ID != r.id || f.Key != r.key) {
		err = errors.New("its ID or its key is that of another file")
	}
	return f, err
}

// breakWith refuses all writing until the next start.
func (x *index) breakWith(err error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.broken = fmt.Errorf("%w: %w", errBroken, err)
	return x.broken
}

// commit writes rows in one transaction.
func (x *index) commit(ctx context.Context, rows []row) error {
	tx, err := x.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // no-op once committed
	put := tx.StmtContext(ctx, x.put)    //nolint:sqlclosecheck // closed with the transaction
	for _, r := range rows {
		if _, err := put.ExecContext(ctx, r.id, r.key, string(r.description)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// health is errBroken once the index can't be trusted.
func (x *index) health() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.broken
}

// find returns the file that a key has stored.
func (x *index) find(ctx context.Context, key string) (f File, found bool, err error) {
	return x.look(ctx, x.byKey, key)
}

// get returns the file with an ID.
func (x *index) get(ctx context.Context, id string) (f File, found bool, err error) {
	return x.look(ctx, x.byID, id)
}

func (x *index) look(ctx context.Context, query *sql.Stmt, name string) (f File, found bool, err error) {
	var description []byte
	switch err := query.QueryRowContext(ctx, name).Scan(&description); {
	case errors.Is(err, sql.ErrNoRows):
		return File{}, false, nil
	case err != nil:
		return File{}, false, x.unavailable(err)
	}
	if f, err = parseLine(description); err != nil {
		return File{}, false, fmt.Errorf("%w: %w", errUnavailable, err)
	}
	return f, true, nil
}

// each calls visit with every row, the oldest first.
func (x *index) each(ctx context.Context, visit func(row) error) error {
	rows, err := x.readers.QueryContext(ctx, allSQL)
	if err != nil {
		return x.unavailable(err)
	}
	defer func() { _ = rows.Close() }() // only read
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.key, &r.description); err != nil {
			return x.unavailable(err)
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return x.unavailable(rows.Err())
}

// unavailable wraps the error of a query. If SQLite finds the index damaged, nothing
// is written to it any more: the next start replaces it.
func (x *index) unavailable(err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%w: %w", errUnavailable, err)
	if isDamage(err) {
		return x.breakWith(err)
	}
	return err
}

func (x *index) close() error {
	var errs []error
	for _, db := range []*sql.DB{x.readers, x.writer} { // closing the last one empties the log
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
