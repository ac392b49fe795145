// Package store keeps the queue and the history in one SQLite file, so that
// what it has acknowledged survives a crash and a power cut.
//
// One process at a time may have the file open; app sees to that.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/artstore/ingester/core"
)

// The operations' names in errors.
const (
	opOpen = "open queue"
	opRead = "read queue"
	opSave = "save queue"
)

// busyTimeout is how long a statement waits for a lock, in milliseconds.
const busyTimeout = 5000

// maxReaders bounds the reading connections.
const maxReaders = 4

// Store is an open database. It is safe for concurrent use.
type Store struct {
	path      string
	recovered string // where this Open has put a damaged file
	log       *slog.Logger
	writer    *sql.DB // one connection
	readers   *sql.DB
	stmts     *writerStatements
	now       func() time.Time

	// What follows may be used only while holding the writing connection.

	// gone has the transfers that were taken off the list before they were
	// stored, since Open.
	gone     map[core.TransferID]struct{}
	progress progress

	stop    context.CancelFunc // ends catchUp
	working sync.WaitGroup     // waits for catchUp
}

// Open opens the database at path. It creates it (mode 0600) and its folder (mode
// 0700) if there is none.
//
// A file that is damaged, or isn't a database of this program, is renamed to
// "<path>.corrupt-<time>", and a new one is made with all that can still be read
// of it; Recoveries tells what that is. A log that was lost after a crash counts
// as damage if that can be proved. A file of a newer version is left untouched:
// CodeStoreNewer. Any other failure to open is CodeStoreFailed.
func Open(ctx context.Context, path string, log *slog.Logger) (*Store, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Store{path: path, log: log, now: time.Now, gone: map[core.TransferID]struct{}{}}
	err := s.prepare(ctx)
	if err == nil {
		err = s.connect(ctx)
	}
	if isDamage(err) {
		if err = s.recover(ctx, err, s.now()); err == nil {
			err = s.connect(ctx)
		}
	}
	if err != nil {
		return nil, failed(opOpen, errors.Join(err, s.Close()))
	}
	return s, nil
}

// Close closes the database and merges its log into the file. Later calls fail.
func (s *Store) Close() error {
	if s.stop != nil {
		s.stop()
		s.working.Wait()
	}
	var errs []error
	for _, db := range []*sql.DB{s.readers, s.writer} { // the last one checkpoints
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return failed("close queue", errors.Join(errs...))
}

// connect opens the connections to an existing, undamaged file.
func (s *Store) connect(ctx context.Context) error {
	if err := s.openWriter(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

func (s *Store) openWriter(ctx context.Context) error {
	var err error
	if s.writer, err = openDB(s.path, "_txlock=immediate"); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if s.readers, err = openDB(s.path, "_pragma=query_only(1)"); err != nil {
		return err
	}
	s.readers.SetMaxOpenConns(min(maxReaders, max(2, runtime.NumCPU())))
	if err := migrate(ctx, s.writer); err != nil {
		return err
	}
	if err := s.check(ctx); err != nil {
		return err
	}
	if s.stmts, err = prepareWriter(ctx, s.writer); err != nil {
		// The version is ours, but the tables are not.
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	if s.progress, err = readProgress(ctx, s.writer); err != nil {
		return err
	}
	if s.progress.behind() {
		s.startCatchUp(ctx)
	}
	return nil
}

func (s *Store) startCatchUp(ctx context.Context) {
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.working.Go(func() { s.catchUp(ctx) })
}

// note leaves a mark if an error shows damage, so that the next start checks the
// whole file.
func (s *Store) note(err error) {
	if !isDamage(err) {
		return
	}
	s.log.Error("the queue is damaged", "path", s.path, "error", err)
	if err := os.WriteFile(s.path+checkSuffix, nil, fileMode); err != nil {
		s.log.Error("the queue can't be marked for a check", "error", err)
	}
}
