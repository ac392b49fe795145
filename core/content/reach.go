package content

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core"
)

// errUnmounted is why a folder counts as away although it is there.
var errUnmounted = errors.New("what was mounted there is gone")

// Top returns the folder that the user named and in which src was found. For a file that
// was named itself it is the file's folder.
func Top(src core.Source) string {
	top, _ := split(src.Path, src.Name)
	return top
}

// Reach returns why the file of src can't be opened and read now, nil if it can. If the
// file is not at fault, place is the outermost folder below which no file can be read: one
// that can't be opened although it was there, or an empty one on which a volume was
// mounted. Otherwise place is "" and the error is the file's.
func Reach(src core.Source) (place string, err error) {
	top, below := split(src.Path, src.Name)
	dir, err := OpenFolder(top)
	if err == nil {
		err = listable(dir)
		_ = dir.Close()
	}
	if err != nil {
		return outermost(top, src), away(err)
	}
	err = readable(src)
	if core.CodeOf(err) != core.CodeFileMissing {
		return "", err
	}
	for { // find the innermost folder of the path that is still there
		below = filepath.Dir(below)
		folder := filepath.Join(top, below)
		if facts, err := os.Lstat(folder); err == nil && facts.IsDir() {
			if bare(folder, src) {
				return folder, away(errUnmounted)
			}
			break
		}
		if below == "." {
			break
		}
	}
	return "", err
}

// listable reads one name from a folder, because opening it alone may not access the
// volume.
func listable(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return allowed(err)
	}
	defer func() { _ = f.Close() }()
	if _, err = f.Readdirnames(1); errors.Is(err, io.EOF) {
		return nil
	}
	return allowed(err)
}

// allowed returns err, or nil if err only means that a folder may be entered but not
// listed.
func allowed(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// readable reads the beginning of the file of src, even if the file has changed.
func readable(src core.Source) error {
	f, err := openStrictly(src.Path, src.Name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var block [4 << 10]byte
	if _, err := f.ReadAt(block[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return Unreadable(err)
	}
	return nil
}

// outermost returns the folder to wait for if top can't be opened: the outermost one that
// is away.
func outermost(top string, src core.Source) string {
	for {
		parent := filepath.Dir(top)
		if parent == top {
			return top
		}
		if _, err := os.Stat(parent); err == nil {
			if bare(parent, src) {
				return parent
			}
			return top
		}
		top = parent
	}
}

// bare reports whether a folder looks like an abandoned mount point: it is empty, and on
// another device than the file was. Neither is enough by itself: people delete files, and
// some file systems give files a device of their own.
func bare(folder string, src core.Source) bool {
	dir, err := OpenFolder(folder)
	if err != nil {
		return false
	}
	defer func() { _ = dir.Close() }()
	f, err := dir.Open(".")
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	facts, err := f.Stat()
	if err != nil {
		return false
	}
	if _, err = f.Readdirnames(1); !errors.Is(err, io.EOF) {
		return false
	}
	id, _ := identity(facts, f, folder)
	now, then := device(id), device(src.FileID)
	return now != "" && then != "" && now != then
}

// device returns the part of a file's ID that identifies its device.
func device(id string) string {
	dev, _, _ := strings.Cut(id, ":")
	return dev
}

// away returns the error of a folder that can't be opened or read.
func away(err error) *core.Error {
	e := &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway, Op: op, Err: err,
		Message: "The folder is away: it, or what it is on, can't be read."}
	if SystemCode(err) == core.CodeTooManyOpen {
		e.Code, e.Message = core.CodeTooManyOpen, tooManyOpen
	}
	return e
}

const tooManyOpen = "The computer opens no more files."
