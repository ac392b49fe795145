package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

// Reader reads the history while another process may own the queue. It never
// changes the file, whatever state that is in.
type Reader struct {
	store  *Store
	copied string // the folder of a copy, "" for none
}

// OpenReader opens the history of the database at path. If there is no database
// yet, the history is empty. Errors are those of Open, except that a damaged file
// stays where it is and gives CodeStoreFailed.
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
		err = s.checkLog()
	}
	if err == nil {
		s.readers, err = openDB(path, "_pragma=query_only(1)")
	}
	if err != nil {
		return nil, failed(opRead, err)
	}
	return &Reader{store: s}, nil
}

// History is like Store.History. A database with an older schema is read as it is.
func (r *Reader) History(ctx context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	if r.store == nil {
		return nil, nil
	}
	version, err := schemaVersion(ctx, r.store.readers)
	if isUnwritable(err) {
		if err = r.detach(ctx); err == nil {
			version, err = schemaVersion(ctx, r.store.readers)
		}
	}
	if err != nil {
		return nil, failed(opRead, err)
	}
	return r.store.historyOf(ctx, q, version)
}

// detach makes reading possible where no file can be written beside the database,
// as SQLite has to in order to share it with a writer. Without a log the file is
// complete and has no writer. With a log both are copied, so that what only the log
// has is read too.
func (r *Reader) detach(ctx context.Context) error {
	path, params := r.store.path, []string{"mode=ro", "immutable=1"}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		if r.copied, err = os.MkdirTemp("", "ingester-history-"); err != nil {
			return fmt.Errorf("copying the queue: %w", err)
		}
		params = nil
		for _, suffix := range []string{"", "-wal"} {
			if err := copyFile(ctx, filepath.Join(r.copied, "queue.db"+suffix), path+suffix); err != nil {
				return fmt.Errorf("copying the queue: %w", err)
			}
		}
		path = filepath.Join(r.copied, "queue.db")
	}
	readers, err := openDB(path, append(params, "_pragma=query_only(1)")...)
	if err != nil {
		return err
	}
	old := r.store.readers
	r.store.readers = readers
	return old.Close()
}

// copyFile copies a regular file into one that only its owner can read.
func copyFile(ctx context.Context, to, from string) error {
	in, err := smallfile.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	for n := int64(1); err == nil && n > 0; {
		n, err = io.CopyN(out, in, 1<<20)
		if err == nil {
			err = ctx.Err()
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, out.Close())
}

// Close closes the database.
func (r *Reader) Close() error {
	if r.store == nil {
		return nil
	}
	err := r.store.Close()
	if r.copied != "" {
		err = errors.Join(err, failed("close queue", os.RemoveAll(r.copied)))
	}
	return err
}
