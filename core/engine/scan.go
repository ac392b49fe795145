package engine

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

const opScan = "scan"

// progressEvery is after how many entries a scan tells how far it is.
const progressEvery = 500

// Scan finds the regular files at and below paths, in a fixed order: paths as
// given, folders by name. A link that is named is followed, one that is found in
// a folder is not, and special files are never opened; what is left out is told
// as skipped, and so is the same path a second time. A hard link is a file of
// its own. progress may be nil. A path that doesn't exist is an error, and then
// nothing is returned.
func (e *Engine) Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error) {
	w := walker{ctx: ctx, progress: progress, paths: map[string]bool{}}
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
		w.found.Roots = append(w.found.Roots, core.Root{Named: p, Path: r.path})
	}
	for _, r := range roots {
		if err := w.root(r); err != nil {
			return core.Scan{}, err
		}
	}
	w.tell()
	return w.found, nil
}

// root is a path that the user named.
type root struct {
	named string // absolute
	path  string // where a link leads
	name  string
	facts fs.FileInfo
	err   error // why there are no facts
}

func newRoot(p string) (root, error) {
	path, err := filepath.Abs(p)
	if err == nil && p == "" {
		err = fs.ErrNotExist // Abs takes it for the working directory
	}
	r := root{named: path, path: path, name: filepath.Base(path)}
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
	if err == nil && r.facts.Mode()&fs.ModeSymlink != 0 {
		r.follow()
	}
	return r, nil
}

// follow goes to where a link leads that the user named. It stays a link where
// that is nowhere, or a pipe like that of a shell.
func (r *root) follow() {
	target, err := filepath.EvalSymlinks(r.named)
	if err == nil {
		var facts fs.FileInfo
		if facts, err = os.Lstat(target); err == nil {
			r.path, r.facts = target, facts
			return
		}
	}
	// Links of /proc lead to what has no path.
	if facts, statErr := os.Stat(r.named); statErr == nil && !facts.IsDir() && !facts.Mode().IsRegular() {
		r.facts = facts
		return
	}
	r.err = err
}

func quote(path string) string { return "“" + path + "”" }

// walker is one scan.
type walker struct {
	ctx      context.Context
	progress func(core.ScanProgress)
	found    core.Scan
	entries  int
	paths    map[string]bool // of files found
}

// root looks at what the user named.
func (w *walker) root(r root) error {
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

// step counts an entry. The only error it returns is the end of the context.
func (w *walker) step() error {
	if w.ctx.Err() != nil {
		return cancelled(opScan, w.ctx.Err())
	}
	if w.entries++; w.entries%progressEvery == 0 {
		w.tell()
	}
	return nil
}

// folder looks at what is in a folder, which it closes.
func (w *walker) folder(dir *os.Root, path, name string) error {
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

// list returns what is in a folder by name; with an error, what could be read.
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

// entry looks at one entry of a folder. Nothing is found through its path, in
// which a link may be by now, but in the folder that is open.
func (w *walker) entry(dir *os.Root, entry, path, name string) error {
	if err := w.step(); err != nil {
		return err
	}
	facts, err := dir.Lstat(entry)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // deleted while we look
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

// file takes a file, or tells why it is left out. facts are those of the entry
// itself, err why there are none.
func (w *walker) file(named, path, name string, facts fs.FileInfo, err error) {
	switch {
	case err != nil && facts != nil && facts.Mode()&fs.ModeSymlink != 0:
		w.skip(named, core.SkipSymlink, err)
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

func (w *walker) skip(path string, reason core.SkipReason, err error) {
	w.found.Skipped = append(w.found.Skipped, core.Skipped{Path: path, Reason: reason, Err: err})
}

func (w *walker) tell() {
	w.progress(core.ScanProgress{
		Files: len(w.found.Sources), Folders: w.found.Folders, Bytes: w.found.Bytes, Skipped: len(w.found.Skipped),
	})
}
