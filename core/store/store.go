// Package store keeps the queue and the history in one SQLite file.
package store

import (
	"context"
	"errors"
	"log/slog"

	"github.com/artstore/ingester/core"
)

// Store is an open database.
type Store struct{}

var errTODO = errors.New("not yet")

// Open opens or creates the database at path.
func Open(ctx context.Context, path string, log *slog.Logger) (*Store, error) { return nil, errTODO }

// Close closes the database.
func (s *Store) Close() error { return nil }

// Recovered is the path to which a damaged file was moved by Open, "" for none.
func (s *Store) Recovered() string { return "" }

// Unfinished returns the open queue.
func (s *Store) Unfinished(ctx context.Context) ([]core.Transfer, error) { return nil, errTODO }

// Commit applies a batch.
func (s *Store) Commit(ctx context.Context, batch core.Batch) error { return errTODO }

// Known finds earlier transfers of the same files.
func (s *Store) Known(ctx context.Context, profile, server string, sources []core.Source) ([]core.Transfer, error) {
	return nil, errTODO
}

// History returns stored transfers, newest first.
func (s *Store) History(ctx context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	return nil, errTODO
}

// Attempts returns the attempts of one transfer, oldest first.
func (s *Store) Attempts(ctx context.Context, id core.TransferID) ([]core.Attempt, error) {
	return nil, errTODO
}
