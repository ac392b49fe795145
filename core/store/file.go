package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/artstore/ingester/core/smallfile"
)

const (
	fileMode = 0o600
	dirMode  = 0o700

	newSuffix   = ".new"   // a database that is being made
	checkSuffix = ".check" // a mark: check the whole file
	sqliteMagic = "SQLite format 3\x00"

	// quickCheckLimit is the size in bytes up to which every start checks
	// the whole file. It costs about a second per 200 MB.
	quickCheckLimit = 32 << 20
)

// companions lists the files of a database, by suffix.
func companions() []string { return []string{"", "-wal", "-shm", "-journal"} }

// openDB returns a pool for the file at path; nothing is opened yet.
func openDB(path string, params ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding the database: %w", err)
	}
	abs = filepath.ToSlash(abs)
	if !strings.HasPrefix(abs, "/") {
		abs = "/" + abs // C:/… becomes file:///C:/…
	}
	params = append(params,
		"_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)",
		"_pragma=fullfsync(1)", // macOS: past the drive's cache; elsewhere nothing
		fmt.Sprintf("_busy_timeout=%d", busyTimeout))
	dsn := (&url.URL{Scheme: "file", Path: abs, RawQuery: strings.Join(params, "&")}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return db, nil
}

// prepare makes sure that the database file exists and is ours.
func (s *Store) prepare(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(s.path), dirMode); err != nil {
		return fmt.Errorf("making the folder of the queue: %w", err)
	}
	if err := s.settle(); err != nil {
		return err
	}
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if s.strayLog() {
			// SQLite would replay the log of the lost file into the new one.
			return fmt.Errorf("%w: only its log is left", errDamaged)
		}
		return s.create(ctx)
	case err != nil:
		return fmt.Errorf("looking for the queue: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", s.path)
	}
	if err := s.protect(); err != nil {
		return fmt.Errorf("protecting the queue: %w", err)
	}
	if err := s.probe(); err != nil {
		return err
	}
	return s.checkLog()
}

// checkLog checks the log before SQLite reads it, because SQLite takes what is
// left of a damaged log for all of it.
func (s *Store) checkLog() error {
	switch loss, err := lostLog(s.path); {
	case err != nil:
		return fmt.Errorf("reading the queue's log: %w", err)
	case loss != "":
		return fmt.Errorf("%w: %s", errDamaged, loss)
	}
	return nil
}

// protect takes away other users' access to the files.
func (s *Store) protect() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	for _, suffix := range companions() {
		info, err := os.Lstat(s.path + suffix)
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0) {
			continue
		}
		if err != nil {
			return err
		}
		s.log.Warn("the queue was open to other users; its mode is set right", "path", s.path+suffix, "mode", info.Mode().Perm().String())
		if err := os.Chmod(s.path+suffix, fileMode); err != nil {
			return err
		}
	}
	return nil
}

// strayLog reports whether there is a log without its database.
func (s *Store) strayLog() bool {
	return slices.ContainsFunc([]string{"-wal", "-journal"}, func(suffix string) bool {
		_, err := os.Lstat(s.path + suffix)
		return err == nil
	})
}

// probe reads the header without SQLite, which would write files beside one that
// must stay untouched.
func (s *Store) probe() error {
	f, err := smallfile.Open(s.path)
	if err != nil {
		return fmt.Errorf("opening the queue: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	header := make([]byte, 100)
	switch _, err := io.ReadFull(f, header); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it is too short", errDamaged)
	case err != nil:
		return fmt.Errorf("reading the queue: %w", err)
	}
	// https://www.sqlite.org/fileformat2.html#the_database_header
	version, id := binary.BigEndian.Uint32(header[60:]), binary.BigEndian.Uint32(header[68:])
	if string(header[:len(sqliteMagic)]) != sqliteMagic || id != applicationID {
		return fmt.Errorf("%w: it is no database of this program", errDamaged)
	}
	steps, err := migrations()
	if err != nil {
		return err
	}
	if int64(version) > int64(len(steps)) {
		return errNewer
	}
	return nil
}

// create makes an empty database under another name and renames it: a crash leaves
// either none or a complete one.
func (s *Store) create(ctx context.Context) error {
	temp, err := s.build(ctx)
	if err == nil {
		err = putInPlace(temp, s.path)
	}
	if err != nil {
		return fmt.Errorf("creating the queue: %w", err)
	}
	return nil
}

// build makes an empty database beside the path and returns its name.
func (s *Store) build(ctx context.Context) (string, error) {
	temp := s.path + newSuffix
	for _, suffix := range companions() { // left by an interrupted creation
		if err := os.Remove(temp + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("clearing up: %w", err)
		}
	}
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_RDWR, fileMode)
	if err != nil {
		return "", err
	}
	err = errors.Join(f.Chmod(fileMode), f.Close()) // independent of the umask
	if err == nil {
		err = fill(ctx, temp)
	}
	if err == nil {
		err = syncFile(temp)
	}
	return temp, err
}

// putInPlace renames a file whose content is on the disk already.
func putInPlace(temp, path string) error {
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return smallfile.SyncDir(filepath.Dir(path))
}

// fill writes the schema into an empty file and closes it. Its log is then part of
// the file.
func fill(ctx context.Context, path string) error {
	db, err := openDB(path, "_txlock=immediate")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(migrate(ctx, db), db.Close())
}

// exists reports whether any file of a database is at path.
func exists(path string) bool {
	for _, suffix := range companions() {
		if _, err := os.Lstat(path + suffix); err == nil {
			return true
		}
	}
	return false
}

// check checks the whole file, if that is quick or was asked for.
func (s *Store) check(ctx context.Context) error {
	info, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("looking for the queue: %w", err)
	}
	_, markErr := os.Lstat(s.path + checkSuffix)
	if info.Size() > quickCheckLimit && markErr != nil {
		return nil
	}
	check, verdict := "PRAGMA quick_check(1)", ""
	if markErr == nil {
		check = "PRAGMA integrity_check(1)" // the damage that was noticed may be in an index
	}
	if err := s.writer.QueryRowContext(ctx, check).Scan(&verdict); err != nil {
		return fmt.Errorf("checking the queue: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", errDamaged, verdict)
	}
	if markErr != nil {
		return nil
	}
	// A search block may be damaged without SQLite noticing; blocks can be made
	// again.
	if _, err := s.writer.ExecContext(ctx, "DELETE FROM search_blocks"); err != nil {
		return fmt.Errorf("clearing the search index: %w", err)
	}
	return os.Remove(s.path + checkSuffix)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
