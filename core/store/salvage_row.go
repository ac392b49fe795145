package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/artstore/ingester/core"
)

// rawRow is a row of transfers from a damaged database: the values of the first
// columns. Columns that were added after it was written are missing.
type rawRow struct {
	names  []string
	values []any
}

func (r rawRow) at(name string) int { return slices.Index(r.names[:len(r.values)], name) }

// text and number return a column's value, "" and 0 for none.
func (r rawRow) text(name string) string {
	if i := r.at(name); i >= 0 {
		v, _ := r.values[i].(string)
		return v
	}
	return ""
}

func (r rawRow) number(name string) int64 {
	if i := r.at(name); i >= 0 {
		v, _ := r.values[i].(int64)
		return v
	}
	return 0
}

func (r rawRow) set(name string, v any) {
	if i := r.at(name); i >= 0 {
		r.values[i] = v
	}
}

func (r rawRow) isNull(name string) bool {
	i := r.at(name)
	return i < 0 || r.values[i] == nil
}

// Scan implements scanner for the columns selected.
func (r rawRow) Scan(dest ...any) error {
	names := strings.Split(columns, ",")
	for i, d := range dest[:len(names)] {
		name := strings.TrimSpace(names[i])
		var v any
		if at := r.at(name); at >= 0 {
			v = r.values[at]
		} else if r.at("id") < 0 {
			return errDamaged
		}
		if !assign(d, v, r.at(name) < 0) {
			return fmt.Errorf("%w: the column %s", errDamaged, name)
		}
	}
	*dest[len(names)].(*bool) = !r.isNull("stored_no")
	*dest[len(names)+1].(*int64), *dest[len(names)+2].(*int64) = r.number("fixed"), r.number("moved")
	return nil
}

// assign stores a value in dest if it has the right type.
func assign(dest, v any, absent bool) bool {
	switch d := dest.(type) {
	case *string:
		text, ok := v.(string)
		*d = text
		return ok || absent
	case *int64:
		n, ok := v.(int64)
		*d = n
		return ok || absent
	case *int:
		n, ok := v.(int64)
		*d = int(n)
		return ok || absent
	case **string:
		text, ok := v.(string)
		if ok {
			*d = &text
		}
		return ok || v == nil
	}
	return false
}

// isTransfer reports whether a record looks like a row of transfers: it has as many
// columns as the first schema.
func isTransfer(columns []any, names []string) bool {
	const fewest = 27
	if len(columns) < fewest || len(columns) > len(names) {
		return false
	}
	id, isText := columns[0].(string)
	_, isNumber := columns[1].(int64)
	return isText && isNumber && id != ""
}

// transfer saves a row if it is what was written.
func (s *salvage) transfer(ctx context.Context, page treePage, c cell, values []any, t trust) error {
	if !isTransfer(values, s.names) {
		return nil
	}
	row := rawRow{s.names, values}
	x, err := scanTransfer(row)
	if err != nil {
		return err
	}
	if x.Damaged() || row.number("moved") == 0 && !page.whole { // an old row has no checksum to tell whether it is damaged
		s.bad = true
		return nil
	}
	if t != newest {
		if err := doubt(row, &x, t); err != nil {
			return err
		}
	}
	checkAttempt(row)
	saved, err := s.insert(ctx, row, x, t)
	if err != nil || !saved {
		return err
	}
	s.rows[c.row] = struct{}{}
	if t != newest {
		s.unsure[x.ID] = struct{}{}
	}
	return nil
}

// doubt marks a transfer whose newest state may be lost, so that the server may
// have the file. The server, or else the user, is asked before it is sent again. If
// the transfer may not even have been in the queue any more, the user is asked.
func doubt(row rawRow, x *core.Transfer, t trust) error {
	if x.State.InHistory() {
		return nil // a final state
	}
	if x.State.Active() {
		x.State = core.StateQueued
	}
	if t == doubtful {
		x.State = core.StateUnknown
	}
	x.Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeOutcomeUnknown, Op: opRead, Outcome: core.OutcomeUnknown,
		Message: "The queue was damaged; the server may have the file already.", Err: errDamaged}
	v, err := values(*x)
	if err != nil {
		return err
	}
	for i, name := range strings.Split(columns, ",") {
		row.set(strings.TrimSpace(name), v[i])
	}
	if row.at("moved") >= 0 {
		s := sumsOf(v)
		row.set("fixed", s.fixed)
		row.set("moved", s.moved)
	} else {
		row.set("fixed", int64(0)) // a row of an older schema
	}
	return nil
}

// checkAttempt clears the attempt in a row if it does not match its checksum.
func checkAttempt(row rawRow) {
	columns := []string{"stored_no", "attempt_number", "attempt_start", "attempt_finish", "attempt_sent", "attempt_status"}
	if row.number("final") == 0 {
		return
	}
	v := []any{row.text("id")}
	for _, name := range columns {
		v = append(v, row.number(name))
	}
	if sumOf(v...) == row.number("final") {
		return
	}
	for _, name := range append(columns[1:], "final") {
		row.set(name, int64(0))
	}
}

// insert writes a row, unless the same transfer has a better one already.
func (s *salvage) insert(ctx context.Context, row rawRow, x core.Transfer, t trust) (bool, error) {
	query := "INSERT INTO transfers (" + strings.Join(s.names[:len(row.values)], ", ") + ") VALUES (?" +
		strings.Repeat(",?", len(row.values)-1) + ") ON CONFLICT DO NOTHING"
	for range 3 {
		n, err := s.write(ctx, query, row.values...)
		if resultCode(err) == sqlite3.SQLITE_CONSTRAINT { // a value of a type that the column doesn't allow
			s.bad = true
			return false, nil
		}
		if err != nil || n == 1 {
			if n == 1 {
				s.counted(x, t, 1)
			}
			return n == 1, err
		}
		before, err := s.saved(ctx, x.ID)
		switch {
		case err != nil:
			return false, err
		case before == nil: // another transfer has the number in the history
			var last int64
			if err := s.tx.QueryRowContext(ctx, "SELECT coalesce(max(stored_no), 0) FROM transfers WHERE stored_no IS NOT NULL").Scan(&last); err != nil {
				return false, fmt.Errorf("reading the history: %w", err)
			}
			row.set("stored_no", last+1)
			row.set("final", int64(0))
			continue
		}
		if _, unsure := s.unsure[x.ID]; !unsure || !further(x, *before) {
			return false, nil
		}
		if _, err := s.write(ctx, "DELETE FROM transfers WHERE id = ?", string(x.ID)); err != nil {
			return false, err
		}
		s.counted(*before, t, -1)
	}
	return false, nil
}

// saved returns a transfer from the new database, nil for none.
func (s *salvage) saved(ctx context.Context, id core.TransferID) (*core.Transfer, error) {
	if s.tx == nil {
		tx, err := s.db.BeginTx(ctx, nil)
		if err != nil {
			return nil, fmt.Errorf("beginning: %w", err)
		}
		s.tx, s.copied = tx, 0
	}
	rows, err := s.tx.QueryContext(ctx, "SELECT "+selected+" FROM transfers WHERE id = ?", string(id))
	if err != nil {
		return nil, fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	if !rows.Next() {
		return nil, rows.Err()
	}
	t, err := scanTransfer(rows)
	return &t, errors.Join(err, rows.Err())
}

// further reports whether a has come further than b, another row of the same
// transfer.
func further(a, b core.Transfer) bool {
	if a.State != b.State && (a.State.InHistory() || b.State.InHistory()) {
		return a.State.InHistory()
	}
	if a.Attempts != b.Attempts {
		return a.Attempts > b.Attempts
	}
	return a.StartedAt.After(b.StartedAt)
}

// counted adds a row to the counts of what was saved, or subtracts it.
func (s *salvage) counted(x core.Transfer, t trust, by int) {
	if x.State.InHistory() {
		s.found.Stored += by
		return
	}
	s.found.Queued += by
	if t != newest {
		s.found.Asked += by
	}
	s.folder(x.Source.Path)
}

// keyed saves a row of a table without row numbers: of attempts or drops.
func (s *salvage) keyed(ctx context.Context, page treePage, c cell, columns []any, t trust) error {
	if len(columns) == dropColumns {
		return s.drop(ctx, columns)
	}
	return s.attempt(ctx, page, c, columns, t)
}

// drop saves the record of a drop.
func (s *salvage) drop(ctx context.Context, columns []any) error {
	_, isID := columns[0].(int64)
	_, isName := columns[1].(string)
	_, isText := columns[2].(string)
	sum, isSum := columns[3].(int64)
	if !isID || !isName || !isText || !isSum || sum != sumOf(columns[:3]...) {
		return nil
	}
	_, err := s.write(ctx, "INSERT OR IGNORE INTO drops (id, name, left_out, checksum) VALUES (?, ?, ?, ?)", columns...)
	return err
}

// attempt saves an attempt if its transfer was saved.
func (s *salvage) attempt(ctx context.Context, _ treePage, _ cell, columns []any, _ trust) error {
	const fewest, most = 9, 10
	if len(columns) < fewest || len(columns) > most {
		return nil
	}
	for i, v := range columns {
		_, isText := v.(string)
		_, isNumber := v.(int64)
		if wantText := i == 0 || i == 6 || i == 8; wantText != isText || wantText == isNumber {
			return nil
		}
	}
	if len(columns) == most {
		if sum := columns[fewest].(int64); sum != 0 && sum != sumOf(columns[:fewest]...) {
			return nil
		}
	}
	names := []string{"transfer", "number", "start", "finish", "sent", "status", "code", "outcome", "detail", "checksum"}[:len(columns)]
	_, err := s.write(ctx, "INSERT OR IGNORE INTO attempts ("+strings.Join(names, ", ")+") SELECT ?1"+marks(len(columns))+
		" WHERE EXISTS (SELECT 1 FROM transfers WHERE id = ?1)", columns...)
	return err
}

// marks returns the placeholders of the second and all further parameters.
func marks(n int) string {
	var b strings.Builder
	for i := 2; i <= n; i++ {
		fmt.Fprintf(&b, ", ?%d", i)
	}
	return b.String()
}
