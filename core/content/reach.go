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

// errUnmounted is why a folder that is there counts as away.
var errUnmounted = errors.New("what was mounted there is gone")

// Top is the folder that the user named src in: of a file that was named
// itself, the one that it is in.
func Top(src core.Source) string {
	top, _ := split(src.Path, src.Name)
	return top
}

// Reach says why the file of src can't be opened and read now, nil where it
// can. Where it is not the file's fault, place is the folder below which
// nothing can be, as far up as that goes: one that can't be opened though it
// was there, or an empty one that a volume was mounted on. Elsewhere place is
// "" and the error is that of the file.
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
	for { // the folder on the way that is still there
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

// listable reads a name of a folder: opening it may need nothing of the volume.
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

// allowed is err, unless it is that a folder may be entered and not listed.
func allowed(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// readable reads the beginning of the file of src, whatever has become of it.
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

// outermost is the folder to wait for where top can't be opened: the farthest
// up that is away too.
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

// bare reports whether a folder looks like one that a volume was mounted on: it
// is empty, and on another device than the file was. Neither alone would do:
// people delete files, and some file systems show them on a device of their own.
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

// device is the part of a file's ID that says where it is.
func device(id string) string {
	dev, _, _ := strings.Cut(id, ":")
	return dev
}

// away is the error of a folder that can't be opened, or not read.
func away(err error) *core.Error {
	e := &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway, Op: op, Err: err,
		Message: "The folder is away: it, or what it is on, can't be read."}
	if SystemCode(err) == core.CodeTooManyOpen {
		e.Code, e.Message = core.CodeTooManyOpen, tooManyOpen
	}
	return e
}

const tooManyOpen = "The computer opens no more files."
