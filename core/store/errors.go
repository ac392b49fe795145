package store

import (
	"context"
	"errors"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

// What Open may find instead of a usable database.
var (
	errNewer   = errors.New("the database was written by a newer version")
	errDamaged = errors.New("the database is damaged")
)

// primaryMask extracts SQLite's primary result code from an extended one.
const primaryMask = 0xff

// resultCode returns SQLite's primary result code of an error, 0 for other errors.
func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & primaryMask
	}
	return 0
}

// isDamage reports whether err means that the file's content can't be trusted.
func isDamage(err error) bool {
	switch resultCode(err) {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return true
	}
	return errors.Is(err, errDamaged)
}

// isDisk reports whether err came from the disk below the database.
func isDisk(err error) bool {
	switch resultCode(err) {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN:
		return true
	}
	return false
}

// isUnlockable reports whether err means that the file system has no locks or no
// shared memory: SQLite needs both.
func isUnlockable(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_RDLOCK, sqlite3.SQLITE_IOERR_UNLOCK, sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
		sqlite3.SQLITE_IOERR_SHMLOCK, sqlite3.SQLITE_IOERR_SHMMAP:
		return true
	}
	return false
}

// isUnwritable reports whether err means that a file beside the database can't
// be written.
func isUnwritable(err error) bool {
	switch resultCode(err) {
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return true
	}
	return errors.Is(err, fs.ErrPermission)
}

// failed turns err into the error for callers; nil stays nil.
func failed(op string, err error) error {
	var done *core.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &done):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), resultCode(err) == sqlite3.SQLITE_INTERRUPT:
		return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: op, Message: "The work was stopped.", Err: err}
	}
	e := &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: op, Message: "The queue could not be read or written.", Err: err}
	switch {
	case errors.Is(err, errNewer):
		e.Code = core.CodeStoreNewer
		e.Message = "The queue was written by a newer version of this program; update the program."
	case errors.Is(err, smallfile.ErrNotRegular):
		e.Message = "What lies in the place of the queue is no regular file; move it away."
	case isDamage(err):
		e.Message = "The queue is damaged; restart the program, which keeps the damaged file and starts a new one."
	case resultCode(err) == sqlite3.SQLITE_FULL:
		e.Message = "The queue could not be saved because the disk is full."
	case isUnlockable(err):
		e.Code = core.CodeNoLocks
		e.Message = "The file system of the queue can't lock or map files, as some network shares can't; set INGESTER_HOME to a folder on a disk of this computer."
	case resultCode(err) == sqlite3.SQLITE_BUSY:
		e.Message = "The queue is in use by another program."
	case op == opRead && isUnwritable(err):
		e.Message = "The history could not be read; check the rights of its folder and files."
	case errors.Is(err, fs.ErrPermission), resultCode(err) == sqlite3.SQLITE_READONLY:
		e.Message = "The queue could not be saved because its folder is not writable."
	}
	return e
}
