package upload

import (
	"errors"
	"io/fs"
	"os"

	"github.com/artstore/ingester/core"
)

// source is the open file of a transfer.
type source struct {
	*os.File
	before fs.FileInfo
}

// openSource opens the file that want describes. It follows no symbolic link
// and never waits on a pipe or device. A file that is not as it was when it
// was found gives CodeFileChanged.
func openSource(want core.Source) (*source, error) {
	seen, err := os.Lstat(want.Path)
	if err != nil {
		return nil, fileError(err)
	}
	if !seen.Mode().IsRegular() {
		return nil, notRegular()
	}
	f, err := os.OpenFile(want.Path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, fileError(err)
	}
	s := &source{File: f}
	if s.before, err = f.Stat(); err != nil {
		_ = f.Close()
		return nil, fileError(err)
	}
	switch {
	case !s.before.Mode().IsRegular():
		err = notRegular()
	case !os.SameFile(seen, s.before), s.before.Size() != want.Size, !s.before.ModTime().Equal(want.ModTime):
		err = changed("The file has changed since it was added.")
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return s, nil
}

// unchanged reports, as an error, whether the file is no longer what it was
// when it was opened.
func (s *source) unchanged() error {
	after, err := s.Stat()
	if err != nil {
		return fileError(err)
	}
	if after.Size() != s.before.Size() || !after.ModTime().Equal(s.before.ModTime()) {
		return changed("The file changed while it was being sent.")
	}
	return nil
}

func notRegular() *core.Error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFileNotRegular, Op: opUpload,
		Message: "This is not a regular file; links, folders, pipes and devices are not sent."}
}

func changed(message string) *core.Error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFileChanged, Op: opUpload, Message: message}
}

func fileError(err error) *core.Error {
	e := &core.Error{Kind: core.KindFile, Code: core.CodeFileUnreadable, Op: opUpload, Message: "The file can't be read.", Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Code, e.Message = core.CodeFileMissing, "The file is not there any more."
	case errors.Is(err, fs.ErrPermission):
		e.Code, e.Message = core.CodeFilePermission, "This program may not read the file."
	}
	return e
}
