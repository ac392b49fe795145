package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/artstore/ingester/core"
)

// How long to wait for the queue's lock, and how often to try.
const (
	lockPatience = 2 * time.Second
	lockEvery    = 100 * time.Millisecond
)

// errOwned is the error if another process has the queue and does not share it.
func errOwned() error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeAlreadyRunning, Op: "take the queue",
		Message: "Another Ingester has the queue. Use its window, wait for it to end, or set INGESTER_HOME to another folder."}
}

// queueLock makes its process the owner of the queue. Locking a file is not enough:
// if that is deleted, a second process can create and lock another one of the same
// name. So the queue's folder is locked as well; it can't be deleted while the queue
// is in it.
type queueLock struct {
	file   *flock.Flock
	folder *flock.Flock // nil if the system can't lock folders
}

// takeLock makes this process the owner of the queue whose lock file is at
// path.
func takeLock(ctx context.Context, path string) (*queueLock, error) {
	l := newQueueLock(path)
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	every := time.NewTicker(lockEvery)
	defer every.Stop()
	for {
		if held, err := l.take(); held || err != nil {
			return l, err
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return nil, errOwned()
		}
	}
}

// lockError is the error of a lock that fails, other than that another process has
// it.
func lockError(path string, err error) error {
	e := &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "take the queue", Message: "The queue can't be locked.", Err: err}
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) {
		e.Code = core.CodeNoLocks
		e.Message = "The file system of " + filepath.Dir(path) + " can't lock files, as some network shares can't; without locks two programs could " +
			"send the same files twice. Set INGESTER_HOME to a folder on a disk of this computer."
	}
	return e
}

func newQueueLock(path string) *queueLock {
	return &queueLock{file: flock.New(path, flock.SetPermissions(0o600)), folder: flock.New(filepath.Dir(path), flock.SetFlag(os.O_RDONLY))}
}

// take is try, with an error for the user.
func (l *queueLock) take() (bool, error) {
	held, err := l.try()
	if err != nil {
		return false, lockError(l.file.Path(), err)
	}
	return held, nil
}

// try tries to take both locks. It reports whether they are held; otherwise neither
// is.
func (l *queueLock) try() (bool, error) {
	if l.folder != nil {
		held, err := l.folder.TryLock()
		if err != nil {
			l.folder = nil // Windows, where a locked file can't be deleted; network file systems
		} else if !held {
			return false, nil
		}
	}
	held, err := l.file.TryLock()
	if held && err == nil {
		held, err = l.inPlace()
	}
	if !held || err != nil {
		return false, errors.Join(err, l.Unlock())
	}
	return true, nil
}

// inPlace reports whether the locked file is the one that others find.
func (l *queueLock) inPlace() (bool, error) {
	locked, err := l.file.Stat()
	if err != nil {
		return false, err
	}
	found, err := os.Stat(l.file.Path())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(locked, found), err
}

// Unlock gives the queue to others.
func (l *queueLock) Unlock() error {
	err := l.file.Unlock()
	if l.folder != nil {
		err = errors.Join(err, l.folder.Unlock())
	}
	return err
}
