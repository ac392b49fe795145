package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

// maxNote is the size in bytes of the largest note that the program leaves for
// its next start.
const maxNote = 64 << 10

// readCurrent is the name of the profile that the window uses, "" for none.
func readCurrent(f folders) (string, error) {
	data, err := smallfile.Read(f.current(), maxNote)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound, Op: "read the chosen profile", Message: "The choice can't be read.", Err: err}
	}
	return strings.TrimSpace(string(data)), nil
}

// writeCurrent remembers the chosen profile; "" is none.
func writeCurrent(f folders, name string) error {
	path := f.current()
	var err error
	if name == "" {
		if err = os.Remove(path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	} else {
		err = smallfile.Write(path, []byte(name+"\n"), 0o600)
	}
	if err != nil {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "remember the chosen profile",
			Message: "The choice can't be saved in " + filepath.Dir(path) + ".", Err: err}
	}
	return nil
}
