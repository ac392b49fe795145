package profiles

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/artstore/ingester/core"
)

const (
	fileMode = 0o600
	dirMode  = 0o700

	// maxSize is the largest profile file in bytes.
	maxSize = 1 << 20
)

// LoadFile reads a profile file. Everything that is wrong with it is named in
// one *core.Error, with key and line. A profile whose values can't be used
// comes along with the error.
func LoadFile(path string) (core.Profile, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return core.Profile{}, unreadable("The profile file could not be found: "+path, err)
	}
	text, err := read(abs)
	if err != nil {
		return core.Profile{}, err
	}
	p, err := decode(text, filepath.Dir(abs))
	if err != nil {
		return p, refused(opRead, abs, err)
	}
	return p, nil
}

// WriteFile writes a profile file, mode 0600, over one that is there, whole or
// not at all. A symbolic link is replaced, what it points to stays. Paths to
// files in the folder of path or below it are written relative.
func WriteFile(path string, p core.Profile) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return unwritable(opSave, "The profile file could not be found: "+path, err)
	}
	return writeFile(opSave, abs, p)
}

func writeFile(op, path string, p core.Profile) error {
	text, err := prepare(op, p, filepath.Dir(path))
	if err != nil {
		return err
	}
	if err := replace(path, text); err != nil {
		return unwritable(op, "The profile file could not be written: "+path, err)
	}
	return nil
}

// read returns the content of a regular file of at most maxSize.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path) // before opening, which would wait for a pipe's writer
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound, Op: opRead,
			Message: "There is no profile file " + path + ".", Err: err}
	case err != nil:
		return nil, unreadable("The profile file could not be read: "+path, err)
	case !info.Mode().IsRegular():
		return nil, refused(opRead, path, errors.New("it is not a regular file"))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable("The profile file could not be read: "+path, err)
	}
	defer func() { _ = f.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, unreadable("The profile file could not be read: "+path, err)
	}
	if len(text) > maxSize {
		return nil, refused(opRead, path, fmt.Errorf("it is larger than %d bytes", maxSize))
	}
	return text, nil
}

// replace puts text in place of the file at path, durably and whole.
func replace(path string, text []byte) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".profile-*.tmp") // O_EXCL, 0600
	if err != nil {
		return err
	}
	err = fill(f, text)
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

// fill writes text and closes f once it is on the disk.
func fill(f *os.File, text []byte) error {
	_, err := f.Write(text)
	if err == nil {
		err = f.Chmod(fileMode) // whatever the umask took
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes a rename durable. Windows can't sync a folder and needn't.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
