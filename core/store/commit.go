package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"github.com/artstore/ingester/core"
)

// The statements of Commit.
const (
	// putSQL leaves listed and stored_no alone: what was stored and taken off
	// the list stays off it.
	putSQL = `INSERT INTO transfers (` + columns + `, file_id, sha256)
VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET seq=excluded.seq, state=excluded.state, profile=excluded.profile, server=excluded.server,
 path=excluded.path, name=excluded.name, size=excluded.size, mod_sec=excluded.mod_sec, mod_nsec=excluded.mod_nsec,
 source_id=excluded.source_id, retention=excluded.retention, ttl_days=excluded.ttl_days, description=excluded.description,
 tags=excluded.tags, metadata=excluded.metadata, attempts=excluded.attempts, not_before=excluded.not_before,
 error=excluded.error, receipt=excluded.receipt, queued_at=excluded.queued_at, started_at=excluded.started_at,
 finished_at=excluded.finished_at, resume=excluded.resume, file_id=excluded.file_id, sha256=excluded.sha256`
	numberSQL = `UPDATE transfers SET stored_no = (SELECT coalesce(max(stored_no), 0) + 1 FROM transfers WHERE stored_no IS NOT NULL)
WHERE id = ? AND stored_no IS NULL RETURNING stored_no`
	wordsSQL = `INSERT INTO search (rowid, words) VALUES (?, ?)`
	// attemptSQL drops the attempt of a transfer that was removed meanwhile.
	attemptSQL = `INSERT INTO attempts (transfer, number, start, finish, sent, status, code, outcome, detail)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM transfers WHERE id = ?1)
ON CONFLICT (transfer, number) DO UPDATE SET start=excluded.start, finish=excluded.finish, sent=excluded.sent,
 status=excluded.status, code=excluded.code, outcome=excluded.outcome, detail=excluded.detail`
	unlistSQL = `UPDATE transfers SET listed = 0 WHERE id = ? AND state = 'stored'`
	deleteSQL = `DELETE FROM transfers WHERE id = ? AND state <> 'stored'`
)

// writerStatements are prepared once, for the one writing connection.
type writerStatements struct {
	put, number, words, attempt, unlist, remove *sql.Stmt
}

func prepareWriter(ctx context.Context, db *sql.DB) (*writerStatements, error) {
	w := &writerStatements{}
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&w.put, putSQL}, {&w.number, numberSQL}, {&w.words, wordsSQL},
		{&w.attempt, attemptSQL}, {&w.unlist, unlistSQL}, {&w.remove, deleteSQL},
	} {
		var err error
		if *s.stmt, err = db.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // closed with the database
			return nil, fmt.Errorf("preparing a statement: %w", err)
		}
	}
	return w, nil
}

// in returns the statements within a transaction.
func (w *writerStatements) in(ctx context.Context, tx *sql.Tx) writerStatements {
	return writerStatements{
		put: tx.StmtContext(ctx, w.put), number: tx.StmtContext(ctx, w.number), words: tx.StmtContext(ctx, w.words),
		attempt: tx.StmtContext(ctx, w.attempt), unlist: tx.StmtContext(ctx, w.unlist), remove: tx.StmtContext(ctx, w.remove),
	}
}

// Commit applies a batch in one transaction and returns once it is on the
// disk. Transfers come first, then attempts, then removals. Once begun it is
// carried to its end: ctx only keeps it from beginning. After an error nothing
// of the batch is kept; the code is CodeStoreFailed.
//
// A late change of a transfer that was removed doesn't bring it back to the
// list. When it says that the transfer was stored, it goes to the history.
func (s *Store) Commit(ctx context.Context, batch core.Batch) error {
	if err := ctx.Err(); err != nil {
		return failed(opSave, err)
	}
	if batch.Empty() {
		return nil
	}
	err := s.commit(context.WithoutCancel(ctx), batch)
	s.note(err)
	return failed(opSave, err)
}

func (s *Store) commit(ctx context.Context, batch core.Batch) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	if err = s.apply(ctx, conn, batch); err == nil {
		for _, id := range batch.Remove {
			s.gone[id] = struct{}{}
		}
	}
	if isDisk(err) {
		// What a connection remembers after a failed write or fsync is not
		// to be trusted: the next commit starts from the file.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	return err
}

func (s *Store) apply(ctx context.Context, conn *sql.Conn, batch core.Batch) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // no-op once committed
	stmts := s.stmts.in(ctx, tx)
	var words []entry
	remove := batch.Remove
	for _, t := range batch.Put {
		if _, gone := s.gone[t.ID]; gone {
			if t.State != core.StateStored {
				continue
			}
			remove = append(slices.Clip(remove), t.ID)
		}
		number, err := stmts.putTransfer(ctx, t)
		if err != nil {
			return fmt.Errorf("putting transfer %s: %w", t.ID, err)
		}
		if number > 0 {
			words = append(words, entry{number, searchWords(t.Source, t.Server, t.Options.Tags)})
		}
	}
	for _, a := range batch.Attempts {
		_, err := stmts.attempt.ExecContext(ctx, string(a.Transfer), a.Number, stamp(a.Start), stamp(a.End), a.Sent,
			a.Status, string(a.Code), int(a.Outcome), a.Detail)
		if err != nil {
			return fmt.Errorf("putting attempt %d of %s: %w", a.Number, a.Transfer, err)
		}
	}
	for _, id := range remove {
		for _, stmt := range []*sql.Stmt{stmts.unlist, stmts.remove} {
			if _, err := stmt.ExecContext(ctx, string(id)); err != nil {
				return fmt.Errorf("removing %s: %w", id, err)
			}
		}
	}
	// Last and without other statements between, each of which would make
	// FTS5 write out what it has gathered.
	for _, e := range words {
		if _, err := stmts.words.ExecContext(ctx, e.number, e.words); err != nil {
			return fmt.Errorf("indexing: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// entry is a row of the search index.
type entry struct {
	number int64 // stored_no
	words  string
}

// putTransfer writes t. It returns its place in the history when t is stored
// for the first time, else 0.
func (w *writerStatements) putTransfer(ctx context.Context, t core.Transfer) (int64, error) {
	row, err := values(t)
	if err != nil {
		return 0, err
	}
	if _, err := w.put.ExecContext(ctx, row...); err != nil {
		return 0, err
	}
	if t.State != core.StateStored {
		return 0, nil
	}
	var number int64
	err = w.number.QueryRowContext(ctx, string(t.ID)).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil // is in the history already
	}
	return number, err
}
