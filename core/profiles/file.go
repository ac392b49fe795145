package profiles

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

const (
	fileMode = 0o600
	dirMode  = 0o700

	// maxSize is the largest profile file in bytes.
	maxSize = 1 << 20
)

// LoadFile reads a profile file. Everything that is wrong with it is listed in one
// *core.Error, with key and line. A profile whose values can't be used is returned
// together with the error.
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

// WriteFile writes a profile file, mode 0600, completely or not at all, over an existing
// one. A symbolic link is replaced, and its target stays. Paths to files in the folder
// of path or below it are written as relative ones.
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
	if err := smallfile.Write(path, text, fileMode); err != nil {
		return unwritable(op, "The profile file could not be written: "+path, err)
	}
	return nil
}

// read returns the content of a regular file of at most maxSize.
func read(path string) ([]byte, error) {
	text, err := smallfile.Read(path, maxSize)
	switch {
	case err == nil:
		return text, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound, Op: opRead,
			Message: "There is no profile file " + path + ".", Err: err}
	case errors.Is(err, smallfile.ErrNotRegular), errors.Is(err, smallfile.ErrTooLarge):
		return nil, refused(opRead, path, err)
	}
	return nil, unreadable("The profile file could not be read: "+path, err)
}
