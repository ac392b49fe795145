package engine

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/artstore/ingester/core"
)

const opScan = "scan"

// progressEvery is after how many entries a scan tells how far it is.
const progressEvery = 500

// Scan finds the regular files at and below paths, in a fixed order: paths as
// given, folders by name. Links are not followed and special files never
// opened, not even looked into; both are told as skipped, and so is the same
// file by a second path. progress may be nil. A path that doesn't exist is an
// error, and then nothing is returned.
func (e *Engine) Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error) {
	w := walker{ctx: ctx, progress: progress, paths: map[string]bool{}, ids: map[string]bool{}}
	if w.progress == nil {
		w.progress = func(core.ScanProgress) {}
	}
	roots := make([]root, 0, len(paths))
	for _, p := range paths {
		r, err := newRoot(p)
		if err != nil {
			return core.Scan{}, err
		}
		roots = append(roots, r)
	}
	for _, r := range roots {
		if err := w.visit(r.path, r.name, r.facts, r.err); err != nil {
			return core.Scan{}, err
		}
	}
	w.tell()
	return w.found, nil
}

// root is a path that the user named.
type root struct {
	path, name string
	facts      fs.FileInfo
	err        error
}

func newRoot(p string) (root, error) {
	path, err := filepath.Abs(p)
	if err == nil && p == "" {
		err = fs.ErrNotExist // Abs takes it for the working directory
	}
	r := root{path: path, name: filepath.Base(path)}
	if err == nil {
		r.facts, r.err = os.Lstat(path)
		err = r.err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return root{}, &core.Error{Kind: core.KindFile, Code: core.CodeFileMissing, Op: opScan,
			Message: "There is no file or folder " + quote(p) + ".", Err: err}
	}
	r.err = err
	if r.name == string(filepath.Separator) {
		r.name = ""
	}
	return r, nil
}

func quote(path string) string { return "“" + path + "”" }

// walker is one scan.
type walker struct {
	ctx      context.Context
	progress func(core.ScanProgress)
	found    core.Scan
	entries  int
	paths    map[string]bool // of files found
	ids      map[string]bool
}

// visit looks at one entry. facts are those of the entry itself, err why there
// are none. The only error it returns is the end of the context.
func (w *walker) visit(path, name string, facts fs.FileInfo, err error) error {
	if w.ctx.Err() != nil {
		return cancelled(opScan, w.ctx.Err())
	}
	if w.entries++; w.entries%progressEvery == 0 {
		w.tell()
	}
	switch {
	case err != nil:
		w.skip(path, core.SkipUnreadable, err)
	case facts.IsDir():
		return w.folder(path, name)
	case facts.Mode()&fs.ModeSymlink != 0:
		w.skip(path, core.SkipSymlink, nil)
	case !facts.Mode().IsRegular():
		w.skip(path, core.SkipSpecial, nil)
	default:
		w.file(path, name, facts)
	}
	return nil
}

// folder visits what is in a folder.
func (w *walker) folder(path, name string) error {
	w.found.Folders++
	entries, err := os.ReadDir(path) // by name; with an error, what could be read
	if err != nil {
		w.skip(path, core.SkipUnreadable, err)
	}
	for _, entry := range entries {
		below := entry.Name()
		if name != "" {
			below = name + "/" + below
		}
		facts, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted while we look
		}
		if err := w.visit(filepath.Join(path, entry.Name()), below, facts, err); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) file(path, name string, facts fs.FileInfo) {
	id := fileID(facts)
	if w.paths[path] || id != "" && w.ids[id] {
		w.skip(path, core.SkipDuplicate, nil)
		return
	}
	w.paths[path] = true
	if id != "" {
		w.ids[id] = true
	}
	w.found.Bytes += facts.Size()
	w.found.Sources = append(w.found.Sources, core.Source{
		Path: path, Name: name, Size: facts.Size(), ModTime: facts.ModTime().UTC(), FileID: id,
	})
}

func (w *walker) skip(path string, reason core.SkipReason, err error) {
	w.found.Skipped = append(w.found.Skipped, core.Skipped{Path: path, Reason: reason, Err: err})
}

func (w *walker) tell() {
	w.progress(core.ScanProgress{
		Files: len(w.found.Sources), Folders: w.found.Folders, Bytes: w.found.Bytes, Skipped: len(w.found.Skipped),
	})
}
