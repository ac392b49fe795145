// Package content is a file to be sent: opened without following links or
// waiting, checked to be what it was when it was found, and described in the
// words that every upload protocol uses for it.
package content

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/artstore/ingester/core"
)

// op is what errors say was being done.
const op = "upload"

// File is the open file of a transfer.
type File struct {
	*os.File
	before fs.FileInfo
}

// Open opens the file that want describes. It follows no symbolic link
// and never waits on a pipe or device. A file that is not as it was when it
// was found gives CodeFileChanged.
func Open(want core.Source) (*File, error) {
	seen, err := os.Lstat(want.Path)
	if err != nil {
		return nil, Unreadable(err)
	}
	if !seen.Mode().IsRegular() {
		return nil, notRegular()
	}
	f, err := os.OpenFile(want.Path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, Unreadable(err)
	}
	s := &File{File: f}
	if s.before, err = f.Stat(); err != nil {
		_ = f.Close()
		return nil, Unreadable(err)
	}
	switch {
	case !s.before.Mode().IsRegular():
		err = notRegular()
	case !os.SameFile(seen, s.before), s.before.Size() != want.Size, !s.before.ModTime().Equal(want.ModTime):
		err = Changed("The file has changed since it was added.")
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return s, nil
}

// Unchanged reports, as an error, whether the file is no longer what it was
// when it was opened, or no longer where it was: what is open may be a file
// that another has taken the place of.
func (s *File) Unchanged() error {
	after, err := s.Stat()
	if err != nil {
		return Unreadable(err)
	}
	if after.Size() != s.before.Size() || !after.ModTime().Equal(s.before.ModTime()) {
		return Changed("The file changed while it was being sent.")
	}
	switch there, err := os.Lstat(s.Name()); {
	case errors.Is(err, fs.ErrNotExist):
		return Changed("The file was removed while it was being sent.")
	case err != nil:
		return Unreadable(err)
	case !os.SameFile(there, s.before):
		return Changed("The file was replaced while it was being sent.")
	}
	return nil
}

// Section returns a reader of the bytes from … to. A file that has become
// shorter gives CodeFileChanged.
func (s *File) Section(from, to int64) io.Reader { return &section{file: s.File, at: from, end: to} }

type section struct {
	file    io.ReaderAt
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
		return 0, Changed("The file became shorter while it was being sent.")
	}
	return 0, Unreadable(err)
}

func notRegular() *core.Error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFileNotRegular, Op: op,
		Message: "This is not a regular file; links, folders, pipes and devices are not sent."}
}

// Changed is the error of a file that is not what it was.
func Changed(message string) *core.Error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFileChanged, Op: op, Message: message}
}

// Unreadable is the error of a file that could not be opened or read.
func Unreadable(err error) *core.Error {
	e := &core.Error{Kind: core.KindFile, Code: core.CodeFileUnreadable, Op: op, Message: "The file can't be read.", Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Code, e.Message = core.CodeFileMissing, "The file is not there any more."
	case errors.Is(err, fs.ErrPermission):
		e.Code, e.Message = core.CodeFilePermission, "This program may not read the file."
	}
	return e
}
