// Package smallfile reads and writes the small files that the program lives by:
// profiles, keys, certificates, notes of its own. They are read whole and
// written whole.
//
// It lies below the adapters, as package content does for what is uploaded, so
// that none of them waits for ever for the writer of a pipe that was named in
// the place of a file.
package smallfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// What is refused to be read.
var (
	ErrNotRegular = errors.New("it is not a regular file") // a folder, a pipe, a device
	ErrTooLarge   = errors.New("it is larger than")        // and by which limit
)

// Open opens a regular file for reading. A symbolic link is followed.
func Open(path string) (*os.File, error) {
	if err := Check(path); err != nil { // before opening, which a device may notice
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	if err := regular(f.Stat()); err != nil { // it may have been replaced in between
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Check reports whether path is a regular file, ErrNotRegular for what is
// something else.
func Check(path string) error { return regular(os.Stat(path)) }

func regular(info fs.FileInfo, err error) error {
	if err == nil && !info.Mode().IsRegular() {
		return ErrNotRegular
	}
	return err
}

// Read returns the content of a regular file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return readAll(f, limit)
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w %d bytes", ErrTooLarge, limit)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// Names of files that Write has not finished.
const leftoverPrefix, leftoverSuffix = ".ingester-", ".tmp"

// IsLeftover reports whether a file's name is that of one which a process that
// was killed left unfinished.
func IsLeftover(name string) bool {
	return strings.HasPrefix(name, leftoverPrefix) && strings.HasSuffix(name, leftoverSuffix)
}

// Write puts data in place of the file at path, durably, whole or not at all. A
// symbolic link is replaced, and what is there but no regular file is not. The
// folder is never seen without the one or the other; no other file is touched.
func Write(path string, data []byte, mode fs.FileMode) error {
	if err := replace(path, data, mode, (*os.File).Sync); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Replace is Write for a note that need not outlive a power cut: it does not
// wait for the disk. After one, the file may be there as it was, or torn.
func Replace(path string, data []byte, mode fs.FileMode) error {
	return replace(path, data, mode, func(*os.File) error { return nil })
}

func replace(path string, data []byte, mode fs.FileMode, sync func(*os.File) error) error {
	if err := Check(path); errors.Is(err, ErrNotRegular) {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), leftoverPrefix+"*"+leftoverSuffix) // O_EXCL, 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode) // whatever the umask took
	}
	if err == nil {
		err = sync(f)
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// SyncDir makes what was renamed or removed in a folder durable. Windows can't
// sync a folder and needn't.
func SyncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
