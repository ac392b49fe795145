package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/artstore/ingester/core"
)

// The statements of Commit.
const (
	// putSQL doesn't change listed and stored_no: a stored transfer that was
	// taken off the list stays off it.
	putSQL = `INSERT INTO transfers (` + columns + `, fixed, moved)
VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET seq=excluded.seq, state=excluded.state, profile=excluded.profile, server=excluded.server,
 path=excluded.path, name=excluded.name, size=excluded.size, mod_sec=excluded.mod_sec, mod_nsec=excluded.mod_nsec,
 source_id=excluded.source_id, retention=excluded.retention, ttl_days=excluded.ttl_days, description=excluded.description,
 tags=excluded.tags, metadata=excluded.metadata, attempts=excluded.attempts, not_before=excluded.not_before,
 error=excluded.error, receipt=excluded.receipt, queued_at=excluded.queued_at, started_at=excluded.started_at,
 finished_at=excluded.finished_at, resume=excluded.resume,
 account=excluded.account, changed=excluded.changed, snapshot=excluded.snapshot,
 drop_id=excluded.drop_id, drop_name=excluded.drop_name, fixed=excluded.fixed, moved=excluded.moved`

	// moveSQL updates only what changes while a transfer is sent. It touches no
	// index and is therefore several times cheaper than putSQL. storeSQL also
	// puts the transfer into the history; numberSQL does that for one that
	// putSQL has written.
	moveSQL = `UPDATE transfers SET state=?, attempts=?, not_before=?, error=?, receipt=?, started_at=?, finished_at=?, resume=?,
 moved=? WHERE id=? AND fixed=?`
	storeSQL = `UPDATE transfers SET ` + history + `, state=?, attempts=?, not_before=?, error=?, receipt=?, started_at=?,
 finished_at=?, resume=?, moved=? WHERE id=? AND fixed=? AND stored_no IS NULL`
	numberSQL = `UPDATE transfers SET ` + history + ` WHERE id=? AND stored_no IS NULL`
	history   = `stored_no=?, attempt_number=?, attempt_start=?, attempt_finish=?, attempt_sent=?, attempt_status=?, final=?`

	// attemptSQL drops the attempt if its transfer was removed meanwhile.
	attemptSQL = `INSERT INTO attempts (transfer, number, start, finish, sent, status, code, outcome, detail, checksum)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE EXISTS (SELECT 1 FROM transfers WHERE id = ?1)
ON CONFLICT (transfer, number) DO UPDATE SET start=excluded.start, finish=excluded.finish, sent=excluded.sent,
 status=excluded.status, code=excluded.code, outcome=excluded.outcome, detail=excluded.detail, checksum=excluded.checksum`
	// replaceSQL clears an attempt in the transfer's row that attemptSQL replaces.
	replaceSQL = `UPDATE transfers SET attempt_number = 0, final = 0 WHERE id = ? AND attempt_number = ?`

	unlistSQL = `UPDATE transfers SET listed = 0 WHERE id = ? AND state IN ('stored', 'taken')`
	deleteSQL = `DELETE FROM transfers WHERE id = ? AND state NOT IN ('stored', 'taken')`
)

// writerStatements are prepared once, for the one writing connection.
type writerStatements struct {
	put, move, store, number, attempt, replace, unlist, remove *sql.Stmt
}

func prepareWriter(ctx context.Context, db *sql.DB) (*writerStatements, error) {
	w := &writerStatements{}
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&w.put, putSQL}, {&w.move, moveSQL}, {&w.store, storeSQL}, {&w.number, numberSQL},
		{&w.attempt, attemptSQL}, {&w.replace, replaceSQL}, {&w.unlist, unlistSQL}, {&w.remove, deleteSQL},
	} {
		var err error
		if *s.stmt, err = db.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // closed with the database
			return nil, fmt.Errorf("preparing a statement: %w", err)
		}
	}
	return w, nil
}

// in returns the statements bound to a transaction.
func (w *writerStatements) in(ctx context.Context, tx *sql.Tx) writerStatements {
	return writerStatements{
		put: tx.StmtContext(ctx, w.put), move: tx.StmtContext(ctx, w.move), store: tx.StmtContext(ctx, w.store),
		number: tx.StmtContext(ctx, w.number), attempt: tx.StmtContext(ctx, w.attempt), replace: tx.StmtContext(ctx, w.replace),
		unlist: tx.StmtContext(ctx, w.unlist), remove: tx.StmtContext(ctx, w.remove),
	}
}

// Commit applies a batch in one transaction and returns once it is on the disk.
// Transfers come first, then attempts, then removals. A commit that has begun is
// finished: ctx can only keep it from beginning. After an error nothing of the
// batch is kept; the code is CodeStoreFailed.
//
// A change that comes after its transfer was removed doesn't put it on the list
// again. If it says that the transfer was stored or taken as arrived, it goes into the
// history.
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
	return s.write(ctx, func(tx *sql.Tx, p *progress) error {
		return s.apply(ctx, tx, batch, p)
	}, func() {
		for _, id := range batch.Remove {
			s.gone[id] = struct{}{}
		}
	})
}

// write runs work in a transaction, and done once that is on the disk. Only then
// does the progress that work has changed count.
func (s *Store) write(ctx context.Context, work func(*sql.Tx, *progress) error, done func()) error {
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	defer func() { _ = conn.Close() }() // returns it to the pool
	p := s.progress
	err = transact(ctx, conn, func(tx *sql.Tx) error { return work(tx, &p) })
	if err == nil {
		s.progress = p
		done()
	}
	if isDisk(err) {
		// After a failed write or fsync the connection's cache can't be trusted:
		// the next commit starts from the file.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	return err
}

func transact(ctx context.Context, conn *sql.Conn, work func(*sql.Tx) error) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // no-op once committed
	if err := work(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

func (s *Store) apply(ctx context.Context, tx *sql.Tx, batch core.Batch, p *progress) error {
	w := s.stmts.in(ctx, tx)
	final, others := finalAttempts(batch)
	remove, before := batch.Remove, p.stored
	for _, t := range batch.Put {
		if _, gone := s.gone[t.ID]; gone {
			if !t.State.InHistory() {
				continue
			}
			remove = append(slices.Clip(remove), t.ID)
		}
		if err := w.putTransfer(ctx, t, final[t.ID], p); err != nil {
			return fmt.Errorf("putting transfer %s: %w", t.ID, err)
		}
	}
	for _, a := range others {
		if err := w.putAttempt(ctx, a); err != nil {
			return fmt.Errorf("putting attempt %d of %s: %w", a.Number, a.Transfer, err)
		}
	}
	for _, d := range batch.Drops {
		if err := putDrop(ctx, tx, d); err != nil {
			return fmt.Errorf("putting drop %s: %w", d.ID, err)
		}
	}
	for _, id := range remove {
		for _, stmt := range []*sql.Stmt{w.unlist, w.remove} {
			if _, err := stmt.ExecContext(ctx, string(id)); err != nil {
				return fmt.Errorf("removing %s: %w", id, err)
			}
		}
	}
	return addBlocks(ctx, tx, p, (p.stored-before)/blockRows+1)
}

// finalAttempts separates the attempts that stored a transfer of the batch from
// the others.
func finalAttempts(batch core.Batch) (final map[core.TransferID]core.Attempt, others []core.Attempt) {
	number := make(map[core.TransferID]int)
	for _, t := range batch.Put {
		if t.State == core.StateStored {
			number[t.ID] = t.Attempts
		}
	}
	final = make(map[core.TransferID]core.Attempt, len(number))
	for _, a := range batch.Attempts {
		if n, ok := number[a.Transfer]; ok && n == a.Number && n > 0 && a.Code == "" && a.Outcome == 0 && a.Detail == "" {
			final[a.Transfer] = a
			continue
		}
		others = append(others, a)
	}
	return final, others
}

// putTransfer writes t, also into the history if it belongs there and was not in it.
func (w *writerStatements) putTransfer(ctx context.Context, t core.Transfer, final core.Attempt, p *progress) error {
	row, err := values(t)
	if err != nil {
		return err
	}
	sums := sumsOf(row)
	if !t.State.InHistory() {
		if !t.StartedAt.IsZero() { // most probably it has a row
			if ok, err := changed(w.move.ExecContext(ctx, moving(row, sums)...)); ok || err != nil {
				return err
			}
		}
		_, err := w.put.ExecContext(ctx, append(row, sums.fixed, sums.moved)...)
		return err
	}
	next := numbered(row[0], p.stored+1, final)
	if ok, err := changed(w.store.ExecContext(ctx, append(next, moving(row, sums)...)...)); ok || err != nil {
		p.add(t)
		return err
	}
	if _, err := w.put.ExecContext(ctx, append(row, sums.fixed, sums.moved)...); err != nil {
		return err
	}
	ok, err := changed(w.number.ExecContext(ctx, append(next, string(t.ID))...))
	if ok {
		p.add(t)
	}
	return err // false: it is in the history already
}

// numbered returns the columns of the history: a transfer's number in it, and the
// attempt that stored it.
func numbered(id any, place int64, final core.Attempt) []any {
	all := make([]any, 1, 20) // with room for a statement's other parameters
	all[0] = id
	all = append(all, place, final.Number, stamp(final.Start), stamp(final.End), final.Sent, final.Status)
	return append(all, sumOf(all...))[1:]
}

// changed reports whether a statement changed a row.
func changed(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

func (w *writerStatements) putAttempt(ctx context.Context, a core.Attempt) error {
	if _, err := w.replace.ExecContext(ctx, string(a.Transfer), a.Number); err != nil {
		return err
	}
	row := []any{string(a.Transfer), a.Number, stamp(a.Start), stamp(a.End), a.Sent, a.Status, string(a.Code), int(a.Outcome), a.Detail}
	_, err := w.attempt.ExecContext(ctx, append(row, sumOf(row...))...)
	return err
}
