// Package content handles a file to be sent: it opens it without following links or
// waiting, checks that it is still the file that was found, and describes it in the form
// that every upload protocol uses.
package content

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/artstore/ingester/core"
)

// op is the operation in errors.
const op = "upload"

// File is the open file of a transfer.
type File struct {
	*os.File
	path    string
	before  fs.FileInfo
	changed time.Time // the change time when it was opened, zero if unknown
}

// Open opens the file that want describes, or the copy that is sent instead. Below the
// folder that the user named it follows no symbolic link, and it never waits on a pipe
// or device. If the file has changed since it was found, or is another one, the error is
// CodeFileChanged.
func Open(want core.Source) (*File, error) {
	if want.Copy != "" {
		return openCopy(want)
	}
	if s := openIdentified(want); s != nil {
		return s, nil
	}
	s, err := openStrictly(want.Path, want.Name)
	if err != nil {
		return nil, err
	}
	if !is(s.File, s.before, want) {
		_ = s.Close()
		return nil, Changed("The file has changed since it was added.")
	}
	return s, nil
}

// openIdentified opens a file whose identity is fully known, if it is still that file.
// That takes half the time of checking every folder on the path: the identity alone
// tells whether it is the file.
func openIdentified(want core.Source) *File {
	if !identified(want) {
		return nil
	}
	top, below := split(want.Path, want.Name)
	dir, err := OpenFolder(top)
	if err != nil {
		return nil
	}
	s, err := open(dir, below, want.Path)
	if err != nil {
		return nil
	}
	if !is(s.File, s.before, want) {
		_ = s.Close()
		return nil
	}
	return s
}

// openCopy opens the copy of a file whose length was not known.
func openCopy(want core.Source) (*File, error) {
	s, err := openStrictly(want.Copy, filepath.Base(want.Copy))
	switch {
	case core.CodeOf(err) == core.CodeFileMissing:
		return nil, Changed("The copy of the file is gone; the file is read again.")
	case err != nil:
		return nil, err
	case s.before.Size() != want.Size:
		_ = s.Close()
		return nil, Changed("The copy of the file is not whole; the file is read again.")
	}
	return s, nil
}

// Look describes the file of src as it is now. It has to be a regular file, found
// without following a link below the folder that the user named.
func Look(src core.Source) (core.Source, error) {
	dir, base, err := openParent(src.Path, src.Name)
	if err != nil {
		return src, Unreadable(err)
	}
	defer func() { _ = dir.Close() }()
	facts, err := dir.Lstat(base)
	switch {
	case err != nil:
		return src, Unreadable(err)
	case !facts.Mode().IsRegular():
		return src, notRegular()
	}
	return Describe(src.Path, src.Name, facts), nil
}

// openStrictly opens any regular file at path, without following a link below the folder
// that the user named.
func openStrictly(path, name string) (*File, error) {
	dir, base, err := openParent(path, name)
	if err != nil {
		return nil, Unreadable(err)
	}
	return open(dir, base, path)
}

// open opens the regular file name in dir, and closes dir. Links on the path may be
// followed, but never out of dir.
func open(dir *os.Root, name, path string) (*File, error) {
	defer func() { _ = dir.Close() }()
	seen, err := dir.Lstat(name)
	if err != nil {
		return nil, Unreadable(err)
	}
	if !seen.Mode().IsRegular() {
		return nil, notRegular()
	}
	f, err := dir.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, Unreadable(err)
	}
	s := &File{File: f, path: path}
	s.before, err = f.Stat()
	switch {
	case err != nil:
		err = Unreadable(err)
	case !s.before.Mode().IsRegular():
		err = notRegular()
	case !os.SameFile(seen, s.before):
		err = Changed("The file was replaced while it was being opened.")
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	_, s.changed = identity(s.before, f, path)
	return s, nil
}

// Unchanged returns an error if the file is longer than the announced size, has changed
// since it was opened, or was replaced: the open file may no longer be the one at its
// path.
func (s *File) Unchanged() error {
	if err := s.EndsAt(s.before.Size()); err != nil {
		return err
	}
	return s.still()
}

// still is Unchanged without the check of the length.
func (s *File) still() error {
	after, err := s.Stat()
	if err != nil {
		return Unreadable(err)
	}
	_, changed := identity(after, s.File, s.path)
	if after.Size() != s.before.Size() || !after.ModTime().Equal(s.before.ModTime()) || !sameMoment(changed, s.changed) {
		return Changed("The file changed while it was being sent.")
	}
	switch there, err := os.Lstat(s.path); {
	case errors.Is(err, fs.ErrNotExist):
		return Changed("The file was removed while it was being sent.")
	case err != nil:
		return Unreadable(err)
	case !os.SameFile(there, s.before):
		return Changed("The file was replaced while it was being sent.")
	}
	return nil
}

// EndsAt returns an error if the file goes on after its first size bytes. Only reading
// tells that, as the size in a directory entry may be wrong.
func (s *File) EndsAt(size int64) error {
	var more [1]byte
	switch n, err := s.ReadAt(more[:], size); {
	case n > 0:
		return s.otherLength("The file holds more than was said.")
	case errors.Is(err, io.EOF):
		return nil
	default:
		return Unreadable(err)
	}
}

// otherLength is the error of a file that is longer or shorter than its directory entry
// said. If the entry still says so, its length can't be trusted.
func (s *File) otherLength(message string) error {
	e := Changed(message)
	if after, err := s.Stat(); err == nil && after.Size() == s.before.Size() {
		e.Err = ErrLength
	}
	return e
}

// ErrLength is the cause of a CodeFileChanged for a file whose directory entry keeps
// saying another length than reading gives: in /proc, on some network and user-space
// file systems.
var ErrLength = errors.New("the length that the system tells is not the file's")

// Section returns a reader of the bytes from … to. A file that has become shorter gives
// CodeFileChanged.
func (s *File) Section(from, to int64) io.Reader { return &section{file: s, at: from, end: to} }

type section struct {
	file    *File
	at, end int64
}

// Read implements io.Reader.
func (s *section) Read(p []byte) (int, error) {
	if s.at >= s.end {
		return 0, io.EOF
	}
	n, err := s.file.ReadAt(p[:min(int64(len(p)), s.end-s.at)], s.at)
	s.at += int64(n)
	switch {
	case n > 0 || err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		return 0, s.file.otherLength("The file holds less than was said.")
	}
	return 0, Unreadable(err)
}

func notRegular() *core.Error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFileNotRegular, Op: op,
		Message: "This is not a regular file; links, folders, pipes and devices are not sent."}
}

// Changed returns the error of a file that has changed.
func Changed(message string) *core.Error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFileChanged, Op: op, Message: message}
}

// Unreadable returns the error of a file that could not be opened or read. An error
// that says so already is returned as it is.
func Unreadable(err error) *core.Error {
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	e := &core.Error{Kind: core.KindFile, Code: core.CodeFileUnreadable, Op: op, Message: "The file can't be read.", Err: err}
	switch code := SystemCode(err); { // first, as Windows reports a share that is away as a missing file
	case code == core.CodeTooManyOpen:
		e.Code, e.Message = code, tooManyOpen
	case code == core.CodeFolderAway:
		e = away(err)
	case code == core.CodeFileInUse:
		e.Code, e.Message = code, "Another program keeps the file to itself."
	case errors.Is(err, ErrReplaced):
		e.Code, e.Message = core.CodeFileNotRegular, "A folder on the way to the file has been replaced; links are not followed."
	case errors.Is(err, fs.ErrNotExist):
		e.Code, e.Message = core.CodeFileMissing, "The file is not there any more."
	case errors.Is(err, fs.ErrPermission):
		e.Code, e.Message = core.CodeFilePermission, "This program may not read the file."
	}
	return e
}
