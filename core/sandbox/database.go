package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/artstore/ingester/core/smallfile"
)

const (
	indexName = "index.db"
	// maxReaders bounds the reading connections.
	maxReaders = 4
	// pageSize is in bytes. Each file changes a random page of both indexes,
	// and the log gets whole pages: small ones mean fewer bytes for each fsync.
	pageSize = 1024
	// logPages is how long the log may get, 4 MiB, as with SQLite's defaults.
	logPages = 4096
	// busyTimeout is how long a statement waits for a lock, in milliseconds.
	busyTimeout = 5000
)

// errDamaged means that a file is not an index, or not a whole one.
var errDamaged = errors.New("the index is damaged")

// openIndex opens or creates the index in dir. A damaged index is kept under another
// name, and a new one is created, which adopt fills from the descriptions.
func openIndex(ctx context.Context, dir, contents string, log *slog.Logger, now time.Time) (*index, error) {
	path := filepath.Join(dir, indexName)
	x, err := connect(ctx, path, contents)
	if isDamage(err) {
		aside := path + now.UTC().Format(".damaged-20060102T150405.000000000Z")
		log.Warn("the index is damaged: it is kept, and a new one is made from the descriptions", "kept", aside, "err", err)
		if err := setAside(path, aside); err != nil {
			return nil, err
		}
		x, err = connect(ctx, path, contents)
	}
	return x, err
}

// setAside renames a database and the files that belong to it.
func setAside(path, to string) error {
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+suffix, to+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return smallfile.SyncDir(filepath.Dir(path))
}

// connect opens an undamaged index, or creates an empty one.
func connect(ctx context.Context, path, contents string) (x *index, err error) {
	if err := create(path); err != nil {
		return nil, err
	}
	x = &index{contents: contents}
	defer func() {
		if err != nil {
			x, err = nil, errors.Join(err, x.close())
		}
	}()
	if x.writer, err = openDB(path, "_txlock=immediate"); err != nil {
		return x, err
	}
	x.writer.SetMaxOpenConns(1)
	if x.readers, err = openDB(path, "_pragma=query_only(1)"); err != nil {
		return x, err
	}
	x.readers.SetMaxOpenConns(maxReaders)
	if err := migrate(ctx, x.writer); err != nil {
		return x, err
	}
	if err := check(ctx, x.writer); err != nil {
		return x, err
	}
	return x, x.prepare(ctx)
}

// create creates an empty file if there is none. SQLite gives its mode to the files
// that belong to it.
func create(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, privateFile)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), smallfile.SyncDir(filepath.Dir(path)))
}

// openDB returns a pool for the file at path, which is absolute. It opens nothing
// yet.
func openDB(path string, params ...string) (*sql.DB, error) {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… becomes file:///C:/…
	}
	params = append(params, fmt.Sprintf("_pragma=page_size(%d)", pageSize), fmt.Sprintf("_pragma=wal_autocheckpoint(%d)", logPages),
		"_journal_mode=WAL", // after page_size, which can't change then
		"_pragma=synchronous(FULL)",
		"_pragma=fullfsync(1)", // macOS: past the drive's cache; elsewhere nothing
		fmt.Sprintf("_busy_timeout=%d", busyTimeout))
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: strings.Join(params, "&")}).String())
}

// prepare prepares the statements. If that fails, the tables are not those of the
// index's version.
func (x *index) prepare(ctx context.Context) error {
	for _, s := range []struct {
		stmt **sql.Stmt
		db   *sql.DB
		text string
	}{{&x.put, x.writer, putSQL}, {&x.byKey, x.readers, byKeySQL}, {&x.byID, x.readers, byIDSQL}} {
		var err error
		if *s.stmt, err = s.db.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // closed with the database
			return fmt.Errorf("%w: %w", errDamaged, err)
		}
	}
	return nil
}

// resultCode is SQLite's primary result code of an error, 0 for other errors.
func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// isDamage reports whether err means that an index's content can't be trusted.
func isDamage(err error) bool {
	code := resultCode(err)
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB || errors.Is(err, errDamaged)
}

// isFull reports whether err means that the disk has no room for the index.
func isFull(err error) bool { return resultCode(err) == sqlite3.SQLITE_FULL }

// isBusy reports whether err means that another program has locked the index.
func isBusy(err error) bool { return resultCode(err) == sqlite3.SQLITE_BUSY }
