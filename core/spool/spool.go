// Package spool keeps copies of files whose length is not known before they have been
// read: in /proc, on some network and user-space file systems. The copy is sent, so that
// every attempt sends the same.
package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/smallfile"
)

const (
	// Limit is the size of the largest copy. A longer file may have no end.
	Limit = 1 << 30
	// reserve is how much space on the disk is left free for everything else.
	reserve = 256 << 20
	// lookEvery is after how many bytes the free space is checked again.
	lookEvery = 16 << 20
)

const op = "copy file of unknown length"

// The reasons for which a copy is given up.
var (
	errTooLong = fmt.Errorf("it gives more than %d MiB, and may have no end", Limit>>20)
	errNoSpace = errors.New("the disk has too little free space")
)

// Dir is the folder of the copies.
type Dir struct {
	path  string
	limit int64
	free  func(path string) (int64, error) // returns how many bytes may still be written there
}

// Open returns the folder at path, which is created with the first copy.
func Open(path string) *Dir { return &Dir{path: path, limit: Limit, free: free} }

// Spool copies everything that reading the file of src gives. It returns src with the copy
// and its size once that is on the disk. Errors are *core.Error.
func (d *Dir) Spool(ctx context.Context, src core.Source) (core.Source, error) {
	file, err := content.Open(src)
	if err != nil {
		return src, err
	}
	defer func() { _ = file.Close() }()
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return src, refused(err)
	}
	to, err := os.CreateTemp(d.path, "") // for its owner only, under an unused name
	if err != nil {
		return src, refused(err)
	}
	src.Copy = to.Name()
	src.Size, err = file.Copy(ctx, &bounded{dir: d, to: to})
	if err == nil {
		err = to.Sync()
	}
	if err = errors.Join(err, to.Close()); err == nil {
		err = smallfile.SyncDir(d.path)
	}
	if err != nil {
		d.Drop(src.Copy)
		return src, refused(err)
	}
	return src, nil
}

// refused returns the error of a file that can't be sent because it can't be copied. An
// error of the file itself is returned as it is.
func refused(err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	e := &core.Error{Kind: core.KindFile, Code: core.CodeFileLength, Op: op, Err: err,
		Message: "The system doesn't tell how long the file is, and it can't be copied first."}
	switch code := content.SystemCode(err); {
	case code == core.CodeTooManyOpen:
		e.Code, e.Message = code, "The computer opens no more files."
	case code == core.CodeDiskFull, errors.Is(err, errNoSpace):
		e.Code, e.Message = core.CodeDiskFull, "The disk of this computer has no room for a copy of the file, whose length only reading tells."
	}
	return e
}

// Drop tries to delete a copy. If it fails, Sweep deletes it later.
func (d *Dir) Drop(path string) {
	if filepath.Dir(path) == d.path {
		_ = os.Remove(path)
	}
}

// Sweep deletes all copies but those to keep.
func (d *Dir) Sweep(keep []string) {
	found, _ := os.ReadDir(d.path) // none if there is no folder
	for _, entry := range found {
		if path := filepath.Join(d.path, entry.Name()); !slices.Contains(keep, path) {
			d.Drop(path)
		}
	}
}

// Folder is where the copies are.
func (d *Dir) Folder() string { return d.path }

// Room returns an error if there is no room for a copy.
func (d *Dir) Room() error {
	if err := d.hasRoom(); err != nil {
		return refused(err)
	}
	return nil
}

func (d *Dir) hasRoom() error {
	left, err := d.free(d.path)
	if err != nil {
		return fmt.Errorf("asking for the free space: %w", err)
	}
	if left < reserve+lookEvery {
		return errNoSpace
	}
	return nil
}

// bounded writes a copy as long as it is within the limits.
type bounded struct {
	dir     *Dir
	to      io.Writer
	written int64
	looked  int64 // after how many bytes the free space was last checked
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.written+int64(len(p)) > b.dir.limit {
		return 0, errTooLong
	}
	if b.written == 0 || b.written-b.looked >= lookEvery {
		b.looked = b.written
		if err := b.dir.hasRoom(); err != nil {
			return 0, err
		}
	}
	n, err := b.to.Write(p)
	b.written += int64(n)
	return n, err
}

// clamp returns the bytes of n blocks of a size, at most the largest int64.
func clamp(n, size uint64) int64 {
	if size == 0 || n > math.MaxInt64/size {
		return math.MaxInt64
	}
	return int64(n * size)
}
