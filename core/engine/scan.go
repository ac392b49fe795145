package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

const opScan = "scan"

// progressEvery is after how many entries a scan reports its progress.
const progressEvery = 500

// Scan finds the regular files at and below paths, in a fixed order: paths as
// given, folders by name. A link that the user named is followed, one found in a
// folder is not, and special files are never opened. What is left out is
// reported as skipped, as are repeated paths and paths that don't exist. A hard
// link is a file of its own. progress may be nil. If none of the paths can be
// read, that is an error, and nothing is returned.
func Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error) {
	w := scanner{ctx: ctx, progress: progress, paths: map[string]bool{}}
	if w.progress == nil {
		w.progress = func(core.ScanProgress) {}
	}
	roots := make([]root, 0, len(paths))
	for _, p := range paths {
		r := newRoot(p)
		roots = append(roots, r)
		w.found.Roots = append(w.found.Roots, core.Root{Named: p, Path: r.path})
	}
	var bad []*core.Error
	for i, r := range roots {
		files, skipped := len(w.found.Sources), len(w.found.Skipped)
		if err := w.root(r); err != nil {
			return core.Scan{}, err
		}
		if failure := r.failure(paths[i], w.found.Skipped[skipped:]); failure != nil && len(w.found.Sources) == files {
			bad = append(bad, failure)
		}
	}
	w.tell()
	if len(bad) > 0 && len(bad) == len(paths) {
		if len(bad) > 1 {
			bad[0].Message = fmt.Sprintf("Not one of %d files and folders can be read. The first: %s", len(bad), bad[0].Message)
		}
		return core.Scan{}, bad[0]
	}
	return w.found, nil
}

// Scan calls the function of the same name.
func (e *Engine) Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error) {
	return Scan(ctx, paths, progress)
}

// root is a path that the user named.
type root struct {
	named string // absolute
	path  string // where a link leads
	name  string
	facts fs.FileInfo
	err   error // why facts is nil
}

func newRoot(p string) root {
	if p == "" { // Abs would take it for the working directory
		return root{err: fs.ErrNotExist}
	}
	path, err := filepath.Abs(p)
	r := root{named: path, path: path, name: filepath.Base(path), err: err}
	if err == nil {
		r.facts, r.err = os.Lstat(path)
	}
	if r.name == string(filepath.Separator) {
		r.name = ""
	}
	if r.err == nil && r.facts.Mode()&fs.ModeSymlink != 0 {
		r.follow()
	}
	return r
}

// failure is why nothing of the root could be read, nil if something could.
func (r root) failure(named string, skipped []core.Skipped) *core.Error {
	for _, s := range skipped {
		switch {
		case s.Path != r.named && s.Path != r.path:
		case s.Reason == core.SkipMissing:
			return &core.Error{Kind: core.KindFile, Code: core.CodeFileMissing, Op: opScan,
				Message: "There is no file or folder " + quote(named) + ".", Err: s.Err}
		case s.Reason == core.SkipUnreadable:
			e := content.Unreadable(s.Err)
			return &core.Error{Kind: core.KindFile, Code: e.Code, Op: opScan, Message: quote(named) + " can't be read.", Err: s.Err}
		}
	}
	return nil
}

// follow resolves a link that the user named. It stays a link if its target
// doesn't exist, or is a pipe such as a shell makes for <(command).
func (r *root) follow() {
	target, err := filepath.EvalSymlinks(r.named)
	if err == nil {
		var facts fs.FileInfo
		if facts, err = os.Lstat(target); err == nil {
			r.path, r.facts = target, facts
			return
		}
	}
	// Links in /proc lead to things that have no path.
	if facts, statErr := os.Stat(r.named); statErr == nil && !facts.IsDir() && !facts.Mode().IsRegular() {
		r.facts = facts
		return
	}
	r.err = err
}

func quote(path string) string { return "“" + path + "”" }

// scanner is the state of one scan.
type scanner struct {
	ctx      context.Context
	progress func(core.ScanProgress)
	found    core.Scan
	entries  int
	paths    map[string]bool // paths of files found
}

// root scans what the user named.
func (w *scanner) root(r root) error {
	if err := w.step(); err != nil {
		return err
	}
	if r.err == nil && r.facts.IsDir() {
		dir, err := content.OpenFolder(r.path)
		if err == nil {
			return w.folder(dir, r.path, r.name)
		}
		w.found.Folders++
		r.err = err
	}
	w.file(r.named, r.path, r.name, r.facts, r.err)
	return nil
}

// step counts an entry. Its only error is that the context has ended.
func (w *scanner) step() error {
	if w.ctx.Err() != nil {
		return cancelled(opScan, w.ctx.Err())
	}
	if w.entries++; w.entries%progressEvery == 0 {
		w.tell()
	}
	return nil
}

// folder scans a folder and closes it.
func (w *scanner) folder(dir *os.Root, path, name string) error {
	defer func() { _ = dir.Close() }()
	w.found.Folders++
	entries, err := list(dir)
	if err != nil {
		w.skip(path, core.SkipUnreadable, err)
	}
	for _, entry := range entries {
		below := entry
		if name != "" {
			below = name + "/" + entry
		}
		if err := w.entry(dir, entry, filepath.Join(path, entry), below); err != nil {
			return err
		}
	}
	return nil
}

// list returns the names in a folder, sorted; with an error, those that could be
// read.
func list(dir *os.Root) ([]string, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// entry scans one entry of a folder. It opens the entry through the open folder,
// not through its path, of which a part may have become a link.
func (w *scanner) entry(dir *os.Root, entry, path, name string) error {
	if err := w.step(); err != nil {
		return err
	}
	facts, err := dir.Lstat(entry)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // deleted during the scan
	case err == nil && facts.IsDir():
		below, err := content.Enter(dir, entry, facts)
		if err == nil {
			return w.folder(below, path, name)
		}
		w.found.Folders++
		w.skip(path, core.SkipUnreadable, err)
		return nil
	}
	w.file(path, path, name, facts, err)
	return nil
}

// file takes a file or reports why it is left out. facts describe the entry
// itself; err is why there are none.
func (w *scanner) file(named, path, name string, facts fs.FileInfo, err error) {
	switch {
	case err != nil && facts != nil && facts.Mode()&fs.ModeSymlink != 0:
		w.skip(named, core.SkipSymlink, err)
	case errors.Is(err, fs.ErrNotExist):
		w.skip(named, core.SkipMissing, err)
	case err != nil:
		w.skip(named, core.SkipUnreadable, err)
	case facts.Mode()&fs.ModeSymlink != 0:
		w.skip(named, core.SkipSymlink, nil)
	case !facts.Mode().IsRegular():
		w.skip(named, core.SkipSpecial, nil)
	case w.paths[path]:
		w.skip(named, core.SkipDuplicate, nil)
	default:
		w.paths[path] = true
		w.found.Bytes += facts.Size()
		w.found.Sources = append(w.found.Sources, content.Describe(path, name, facts))
	}
}

func (w *scanner) skip(path string, reason core.SkipReason, err error) {
	w.found.Skipped = append(w.found.Skipped, core.Skipped{Path: path, Reason: reason, Err: err})
}

func (w *scanner) tell() {
	w.progress(core.ScanProgress{
		Files: len(w.found.Sources), Folders: w.found.Folders, Bytes: w.found.Bytes, Skipped: len(w.found.Skipped),
	})
}
