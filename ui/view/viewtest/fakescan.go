package viewtest

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/artstore/ingester/core"
)

// Scan implements view.Controller.
func (f *Fake) Scan(ctx context.Context, paths []string, progress func(core.ScanProgress)) (core.Scan, error) {
	if f.Dialogs.Scan != nil {
		return f.heldScan(ctx, progress)
	}
	if f.Server == nil {
		progress(core.ScanProgress{Files: len(f.ScanResult.Sources)})
		_ = f.ask("scan %q", paths)
		return f.ScanResult, f.ScanErr
	}
	if ctx.Err() != nil {
		return core.Scan{}, stopped("scan")
	}
	w := walk{seen: map[string]bool{}}
	missing := 0
	for _, p := range paths {
		if !w.root(p) {
			missing++
		}
	}
	if missing > 0 && missing == len(paths) {
		return core.Scan{}, refusal(core.KindFile, core.CodeFileMissing, "scan")
	}
	progress(core.ScanProgress{Files: len(w.found.Sources), Folders: w.found.Folders, Bytes: w.found.Bytes, Skipped: len(w.found.Skipped)})
	return w.found, nil
}

// heldScan goes on until it is stopped.
func (f *Fake) heldScan(ctx context.Context, progress func(core.ScanProgress)) (core.Scan, error) {
	for {
		select {
		case p := <-f.Dialogs.Scan:
			progress(p)
		case <-ctx.Done():
			_ = f.ask("scan stopped")
			return core.Scan{}, ctx.Err()
		}
	}
}

// walk is a scan under way.
type walk struct {
	found core.Scan
	seen  map[string]bool
}

// root looks at what was named, and reports whether it is there.
func (w *walk) root(named string) bool {
	path := named
	if target, err := filepath.EvalSymlinks(named); err == nil && named != "" {
		path = target
	}
	w.found.Roots = append(w.found.Roots, core.Root{Named: named, Path: path})
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.Mode()&fs.ModeSymlink != 0: // it leads nowhere
		w.skip(named, core.SkipSymlink, err)
	case err != nil:
		w.skip(named, core.SkipMissing, err)
		return false
	case info.IsDir():
		w.folder(path, filepath.Base(named))
	case w.seen[path]:
		w.skip(named, core.SkipDuplicate, nil)
	default:
		w.file(path, filepath.Base(named), info)
	}
	return true
}

// folder takes the files of a folder, which has a name.
func (w *walk) folder(dir, name string) {
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(dir, path)
		switch {
		case cmp.Or(err, relErr) != nil:
			return cmp.Or(err, relErr)
		case entry.IsDir():
			w.found.Folders++
		case entry.Type()&fs.ModeSymlink != 0:
			w.skip(path, core.SkipSymlink, nil)
		default:
			info, err := entry.Info()
			if err != nil {
				return err
			}
			w.file(path, name+"/"+filepath.ToSlash(rel), info)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.skip(dir, core.SkipUnreadable, err)
	}
}

func (w *walk) file(path, name string, info fs.FileInfo) {
	w.seen[path] = true
	w.found.Bytes += info.Size()
	w.found.Sources = append(w.found.Sources, core.Source{Path: path, Name: name, Size: info.Size(), ModTime: info.ModTime()})
}

func (w *walk) skip(path string, reason core.SkipReason, err error) {
	w.found.Skipped = append(w.found.Skipped, core.Skipped{Path: path, Reason: reason, Err: err})
}
