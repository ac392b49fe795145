package store

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"

	"github.com/artstore/ingester/core"
)

// Reader is the history, read beside the process that owns the queue. It
// changes nothing, whatever state it finds the file in.
type Reader struct{ store *Store }

// OpenReader opens the history of the database at path. Where there is no
// database yet the history is empty. Errors are those of Open, except that a
// damaged file stays where it is: CodeStoreFailed.
func OpenReader(path string, log *slog.Logger) (*Reader, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Store{path: path, log: log}
	err := s.probe()
	if errors.Is(err, fs.ErrNotExist) {
		return &Reader{}, nil
	}
	if err == nil {
		s.readers, err = openDB(path, "_pragma=query_only(1)")
	}
	if err != nil {
		return nil, failed(opOpen, err)
	}
	return &Reader{store: s}, nil
}

// History is Store.History. A database that the program has not brought up to
// date yet is read as it is.
func (r *Reader) History(ctx context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	if r.store == nil {
		return nil, nil
	}
	version, err := schemaVersion(ctx, r.store.readers)
	if err != nil {
		return nil, failed(opRead, err)
	}
	return r.store.historyOf(ctx, q, version)
}

// Close closes the database.
func (r *Reader) Close() error {
	if r.store == nil {
		return nil
	}
	return r.store.Close()
}
