package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/artstore/ingester/core"
)

// dropColumns is how many columns the table drops has.
const dropColumns = 4

// leftOut is the written form of what a drop left out. Paths are bytes, because JSON
// text would change those that are not UTF-8.
type leftOut struct {
	Skipped []skipped         `json:"skipped,omitempty"`
	Stored  []core.TransferID `json:"stored,omitempty"`
	Already []core.TransferID `json:"already,omitempty"`
	More    int               `json:"more,omitempty"`
}

type skipped struct {
	Path   []byte          `json:"path"`
	Reason core.SkipReason `json:"reason"`
	Cause  string          `json:"cause,omitempty"`
}

// Drop returns what is kept of a drop besides its transfers. Of an unknown drop it
// returns only the ID.
func (s *Store) Drop(ctx context.Context, id core.DropID) (core.DropRecord, error) {
	r, err := readDrop(ctx, s.readers, id)
	s.note(err)
	return r, failed(opRead, err)
}

// OfDrop returns the transfers of a drop that are listed or in the history, oldest
// first.
func (s *Store) OfDrop(ctx context.Context, id core.DropID) ([]core.Transfer, error) {
	found, err := s.transfers(ctx, `SELECT `+selected+` FROM transfers INDEXED BY transfers_drop
WHERE drop_id = ? AND drop_id <> 0 ORDER BY queued_at, seq`, int64(id))
	return found, failed(opRead, err)
}

// Report returns what became of a drop. A drop of which nothing is known is refused with
// CodeUsage.
func (s *Store) Report(ctx context.Context, id core.DropID) (core.DropReport, error) {
	record, err := s.Drop(ctx, id)
	if err != nil {
		return core.DropReport{}, err
	}
	r := core.DropReport{DropRecord: record}
	if r.Transfers, err = s.OfDrop(ctx, id); err != nil {
		return r, err
	}
	if len(r.Transfers) == 0 && r.Complete() {
		return r, &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: opRead, Message: "Nothing is known of this drop any more."}
	}
	if r.Name == "" && len(r.Transfers) > 0 {
		r.Name = r.Transfers[0].Drop.Name
	}
	r.Earlier, err = s.Transfers(ctx, slices.Concat(record.Stored, record.Already))
	return r, err
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// readDrop reads a record. A damaged one is as good as none.
func readDrop(ctx context.Context, from querier, id core.DropID) (core.DropRecord, error) {
	r := core.DropRecord{Drop: core.Drop{ID: id}}
	var (
		name, text string
		checksum   int64
	)
	err := from.QueryRowContext(ctx, `SELECT name, left_out, checksum FROM drops WHERE id = ?`, int64(id)).Scan(&name, &text, &checksum)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("reading a drop: %w", err)
	}
	var left leftOut
	if checksum != sumOf(int64(id), name, text) || json.Unmarshal([]byte(text), &left) != nil {
		return r, nil
	}
	r.Name, r.Stored, r.Already, r.More = name, left.Stored, left.Already, left.More
	for _, k := range left.Skipped {
		one := core.Skipped{Path: string(k.Path), Reason: k.Reason}
		if k.Cause != "" {
			one.Err = errors.New(k.Cause)
		}
		r.Skipped = append(r.Skipped, one)
	}
	return r, nil
}

// putDrop adds a record to what is kept of its drop.
func putDrop(ctx context.Context, tx *sql.Tx, r core.DropRecord) error {
	kept, err := readDrop(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	kept.Name = r.Name
	kept.Add(r)
	left := leftOut{Stored: kept.Stored, Already: kept.Already, More: kept.More}
	for _, k := range kept.Skipped {
		one := skipped{Path: []byte(k.Path), Reason: k.Reason}
		if k.Err != nil {
			one.Cause = k.Err.Error()
		}
		left.Skipped = append(left.Skipped, one)
	}
	text, err := json.Marshal(left)
	if err != nil {
		return fmt.Errorf("writing what was left out: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO drops (id, name, left_out, checksum) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET name=excluded.name, left_out=excluded.left_out, checksum=excluded.checksum`,
		int64(r.ID), kept.Name, string(text), sumOf(int64(r.ID), kept.Name, string(text)))
	return err
}
