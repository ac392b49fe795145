// Package smallfile reads and writes the program's small files, each as a whole: profiles,
// keys, certificates, and notes of its own.
//
// All adapters use it, so that none of them waits for ever for the writer of a pipe that
// was named instead of a file. Package content does the same for uploaded files.
package smallfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// The reasons for which a file is not read.
var (
	ErrNotRegular = errors.New("it is not a regular file") // a folder, a pipe, a device
	ErrTooLarge   = errors.New("it is larger than")        // followed by the limit
)

// Open opens a regular file for reading. A symbolic link is followed.
func Open(path string) (*os.File, error) {
	if err := Check(path); err != nil { // before opening, as opening may affect a device
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	if err := regular(f.Stat()); err != nil { // again, as it may have been replaced in between
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Check returns ErrNotRegular if path is something other than a regular file.
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
	defer func() { _ = f.Close() }() // only for reading
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

// The names of files that Write has not finished.
const leftoverPrefix, leftoverSuffix = ".ingester-", ".tmp"

// IsLeftover reports whether a name is that of a file which a killed process left
// unfinished.
func IsLeftover(name string) bool {
	return strings.HasPrefix(name, leftoverPrefix) && strings.HasSuffix(name, leftoverSuffix)
}

// Write replaces the file at path by data, durably, and completely or not at all. A
// symbolic link is replaced, but anything else that is not a regular file is not. At every
// moment either the old or the new file is there. No other file is touched.
func Write(path string, data []byte, mode fs.FileMode) error {
	err := replace(path, private, func(f *os.File) error { return errors.Join(put(f, data, mode), f.Sync()) })
	if err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Replace is Write for a file that need not survive a power cut: it does not wait for the
// disk. After a power cut the file may be the old one or damaged.
func Replace(path string, data []byte, mode fs.FileMode) error {
	return replace(path, private, func(f *os.File) error { return put(f, data, mode) })
}

// Export is Write for a file that the user keeps: write writes it, and it has the mode that
// new files of the user have. An error of write is returned as it is.
func Export(path string, write func(io.Writer) error) error {
	err := replace(path, ordinary, func(f *os.File) error {
		if err := write(f); err != nil {
			return err
		}
		return f.Sync()
	})
	if err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// The modes that a file begins with, before the umask.
const (
	private  fs.FileMode = 0o600
	ordinary fs.FileMode = 0o666
)

// put writes data, and sets the mode independent of the umask.
func put(f *os.File, data []byte, mode fs.FileMode) error {
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Chmod(mode)
}

func replace(path string, mode fs.FileMode, fill func(*os.File) error) error {
	if err := Check(path); errors.Is(err, ErrNotRegular) {
		return err
	}
	part := filepath.Join(filepath.Dir(path), leftoverPrefix+rand.Text()+leftoverSuffix) // no other file has this name
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = errors.Join(fill(f), f.Close())
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return nil
}

// SyncDir makes renamed and removed files in a folder durable. Windows can't sync a folder
// and need not.
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
