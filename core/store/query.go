package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// knownChunk is how many paths one query of Known asks for; SQLite takes
// 32,766 parameters at most.
const knownChunk = 500

// Unfinished returns every transfer that is still listed and not in the history, in
// queue order.
func (s *Store) Unfinished(ctx context.Context) ([]core.Transfer, error) {
	var n int
	if err := s.readers.QueryRowContext(ctx, `SELECT count(*) FROM transfers WHERE stored_no IS NULL`).Scan(&n); err != nil {
		s.note(err)
		return nil, failed(opRead, err)
	}
	found, err := collect(ctx, s.readers, n, scanTransfer, fmt.Sprintf(unfinishedSQL, ""))
	if err == nil {
		if err = distinct(found); err != nil {
			s.note(err)
			found, err = collect(ctx, s.readers, n, scanTransfer, fmt.Sprintf(unfinishedSQL, "NOT INDEXED"))
		}
	}
	s.note(err)
	return found, failed(opRead, err)
}

const unfinishedSQL = `SELECT ` + selected + ` FROM transfers %s WHERE stored_no IS NULL ORDER BY seq, queued_at`

// distinct returns an error if a transfer is listed twice or doesn't belong to the
// queue: then the index is damaged and may hide another one.
func distinct(list []core.Transfer) error {
	seen := make(map[core.TransferID]struct{}, len(list))
	for _, t := range list {
		if _, twice := seen[t.ID]; twice || t.State.InHistory() {
			return fmt.Errorf("%w: the index of the queue", errDamaged)
		}
		seen[t.ID] = struct{}{}
	}
	return nil
}

// Known returns the transfers, of every destination, that have the path of one of
// the sources and also its size and modification time, or were sent from a copy.
// Left out are cancelled ones, those that a user took as arrived, and those whose
// file the server has deleted by now. The newest come first.
func (s *Store) Known(ctx context.Context, sources []core.Source) ([]core.Transfer, error) {
	byPath := make(map[string][]core.Source, len(sources))
	paths := make([]string, 0, len(sources))
	for _, src := range sources {
		if _, seen := byPath[src.Path]; !seen {
			paths = append(paths, src.Path)
		}
		byPath[src.Path] = append(byPath[src.Path], src)
	}
	var known []core.Transfer
	now := s.now()
	for chunk := range slices.Chunk(paths, knownChunk) {
		found, err := s.knownPaths(ctx, chunk)
		if err != nil {
			return nil, failed(opRead, err)
		}
		for _, t := range found {
			if !t.Damaged() && !expired(t, now) && slices.ContainsFunc(byPath[t.Source.Path], func(src core.Source) bool { return same(src, t.Source) }) {
				known = append(known, t)
			}
		}
	}
	slices.SortStableFunc(known, func(a, b core.Transfer) int {
		return cmp.Or(b.QueuedAt.Compare(a.QueuedAt), cmp.Compare(b.Seq, a.Seq))
	})
	return known, nil
}

// expired reports whether the server has deleted the file of t by now.
func expired(t core.Transfer, now time.Time) bool {
	return t.State == core.StateStored && t.Receipt != nil && !t.Receipt.ExpiresAt.IsZero() && !now.Before(t.Receipt.ExpiresAt)
}

// same reports whether kept may be of the same file as found. A file that was sent
// from a copy is compared by its path only.
func same(found, kept core.Source) bool {
	return kept.Copy != "" || found.Size == kept.Size && found.ModTime.Equal(kept.ModTime)
}

// knownPaths finds transfers by path alone.
func (s *Store) knownPaths(ctx context.Context, paths []string) ([]core.Transfer, error) {
	args := make([]any, 0, len(paths))
	for _, p := range paths {
		args = append(args, p)
	}
	return s.transfers(ctx, `SELECT `+selected+` FROM transfers INDEXED BY transfers_path
WHERE path IN (?`+strings.Repeat(",?", len(paths)-1)+`) AND state NOT IN ('cancelled', 'taken')`, args...)
}

// Transfers returns transfers by their IDs, stored ones too. Missing ones are left
// out.
func (s *Store) Transfers(ctx context.Context, ids []core.TransferID) ([]core.Transfer, error) {
	var all []core.Transfer
	for chunk := range slices.Chunk(ids, knownChunk) {
		args := make([]any, 0, len(chunk))
		for _, id := range chunk {
			args = append(args, string(id))
		}
		found, err := s.transfers(ctx, `SELECT `+selected+` FROM transfers WHERE id IN (?`+strings.Repeat(",?", len(chunk)-1)+`)`, args...)
		if err != nil {
			return nil, failed(opRead, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// attemptsSQL finds the attempts of a transfer. The one that stored it is in the
// transfer's own row. The last columns are for checking.
const attemptsSQL = `SELECT transfer, number, start, finish, sent, status, code, outcome, detail, NULL, checksum FROM attempts
WHERE transfer = ?1 AND number NOT IN (SELECT attempt_number FROM transfers WHERE id = ?1)
UNION ALL SELECT id, attempt_number, attempt_start, attempt_finish, attempt_sent, attempt_status, '', 0, '',
 stored_no, final FROM transfers
WHERE id = ?1 AND attempt_number > 0 ORDER BY number`

// Attempts returns the attempts of one transfer, oldest first. An unknown transfer
// has none.
func (s *Store) Attempts(ctx context.Context, id core.TransferID) ([]core.Attempt, error) {
	found, err := collect(ctx, s.readers, 1, scanAttempt, attemptsSQL, string(id))
	s.note(err)
	return found, failed(opRead, err)
}

// scanAttempt reads an attempt. If it does not match its checksum, that is all that
// the result says.
func scanAttempt(row scanner) (core.Attempt, error) {
	var (
		a                    core.Attempt
		start, end, checksum int64
		number               *int64 // stored_no, if the attempt is in the transfer's row
	)
	read := []any{(*string)(&a.Transfer), &a.Number, &start, &end, &a.Sent, &a.Status, (*string)(&a.Code), (*int)(&a.Outcome), &a.Detail}
	if err := row.Scan(append(read, &number, &checksum)...); err != nil {
		return a, fmt.Errorf("reading an attempt: %w", err)
	}
	a.Start, a.End = moment(start), moment(end)
	want := sumOf(read...)
	if number != nil {
		want = sumOf(append([]any{read[0], number}, read[1:6]...)...)
	}
	if checksum != 0 && checksum != want {
		a = core.Attempt{Transfer: a.Transfer, Number: a.Number, Code: core.CodeStoreDamaged, Detail: errChecksum.Error()}
	}
	return a, nil
}

func (s *Store) transfers(ctx context.Context, query string, args ...any) ([]core.Transfer, error) {
	found, err := collect(ctx, s.readers, 1, scanTransfer, query, args...)
	s.note(err)
	return found, err
}

// collect runs a query and scans every row. About n rows are expected: growing a
// very long list would leave twice its memory behind.
func collect[T any](ctx context.Context, db *sql.DB, n int, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err reports errors
	found := make([]T, 0, n)
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading rows: %w", err)
	}
	return found, nil
}
