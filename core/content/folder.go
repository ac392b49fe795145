package content

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrReplaced means that a part of a path is a link, or was replaced while it was being
// opened.
var ErrReplaced = errors.New("a part of the path is a link or has been replaced")

// OpenFolder opens a folder that the user named. Even if the folder is replaced later,
// everything that is found through it was in it.
func OpenFolder(path string) (*os.Root, error) {
	dir, err := os.OpenRoot(path + here)
	return dir, without(err)
}

// without removes from an error the end of the path that the user did not name.
func without(err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		failed.Path = strings.TrimSuffix(failed.Path, here)
	}
	return err
}

// Enter opens a folder inside another without following a link. seen is the result of
// Lstat for it.
func Enter(dir *os.Root, name string, seen fs.FileInfo) (*os.Root, error) {
	if !seen.IsDir() {
		return nil, ErrReplaced
	}
	below, err := dir.OpenRoot(name + here)
	if err != nil {
		return nil, without(err)
	}
	facts, err := below.Stat(".")
	if err == nil && !os.SameFile(seen, facts) {
		err = ErrReplaced
	}
	if err != nil {
		_ = below.Close()
		return nil, err
	}
	return below, nil
}

// openParent opens the folder of the file at path, without following a link below the
// folder that the user named, and returns the file's own name.
func openParent(path, name string) (*os.Root, string, error) {
	top, below := split(path, name)
	dir, err := OpenFolder(top)
	for err == nil {
		part, rest, more := strings.Cut(below, string(filepath.Separator))
		if !more {
			return dir, below, nil
		}
		seen, lookErr := dir.Lstat(part)
		next := dir
		if err = lookErr; err == nil {
			next, err = Enter(dir, part, seen)
		}
		_ = dir.Close()
		dir, below = next, rest
	}
	return nil, "", err
}

// split splits path into the folder that the user named and the part below it, which is
// name without its first element. For a file that the user named itself, top is the
// file's folder.
func split(path, name string) (top, below string) {
	_, below, found := strings.Cut(filepath.FromSlash(name), string(filepath.Separator))
	if found && below != "" {
		if top, found = strings.CutSuffix(path, string(filepath.Separator)+below); found && top != "" {
			return top, below
		}
	}
	return filepath.Dir(path), filepath.Base(path)
}
