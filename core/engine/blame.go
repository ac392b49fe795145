package engine

import (
	"path/filepath"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// lonePatience is how long files wait that can't be read, where there are no
// others left to tell whether the fault is theirs.
const lonePatience = 5 * time.Minute

// alikeFiles is how many files in a row have to be unreadable for the fault to
// be their folder's: a disk rarely has so many bad ones side by side.
const alikeFiles = 3

// folder is what is known of the files below a folder that the user named, since
// one of them could not be read.
type folder struct {
	read    time.Time          // begin of the newest attempt that read one
	failing map[*item]struct{} // since then
	alone   bool               // these fail for themselves
}

// blame finds out whether a file could not be read because of more than the
// file. It looks at the disk.
func (e *Engine) blame(r *run, out *result) {
	failure := out.err
	if failure.Kind != core.KindFile || failure.Outcome == core.OutcomeUnknown {
		return
	}
	switch failure.Code {
	case core.CodeFileLength:
		return
	case core.CodeDiskFull:
		out.place = e.cfg.Spooler.Folder()
		return
	}
	if r.t.Source.Snapshot == "" {
		if at, err := e.cfg.Reach(r.t.Source); at != "" {
			wider := *core.AsError(err)
			wider.Outcome = failure.Outcome
			out.place, out.err = at, &wider
			return
		}
	}
	if failure.Code.OfComputer() { // a moment ago
		out.place = content.Top(r.t.Source)
	}
}

// alike reports whether a file can't be read as several before it, with none
// between that could: the fault is their folder's then.
func (e *Engine) alike(r *run, out result, since time.Time) bool {
	if out.place != "" || out.err.Code != core.CodeFileUnreadable || out.err.Outcome == core.OutcomeUnknown {
		return false
	}
	top := content.Top(r.t.Source)
	f := e.folders[top]
	if f == nil {
		f = &folder{failing: map[*item]struct{}{}}
		e.folders[top] = f
	}
	if f.alone || !f.read.IsZero() && !f.read.Before(since) {
		return false // its neighbours can be read
	}
	f.failing[r.it] = struct{}{} // saved or not: it was so
	return len(f.failing) >= alikeFiles
}

// unreadableFolder is why files wait of which several can't be read.
func unreadableFolder(failure *core.Error) *core.Error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway, Op: failure.Op, Outcome: failure.Outcome, Err: failure,
		Message: "Several files in the folder can't be read."}
}

// readable learns that a file was read by an attempt that began at start.
func (e *Engine) readable(src core.Source, start time.Time) {
	if len(e.folders) > 0 && src.Snapshot == "" {
		if f := e.folders[content.Top(src)]; f != nil && start.After(f.read) {
			f.read, f.alone = start, false
			clear(f.failing)
		}
	}
	for path, p := range e.places {
		if copied := src.Snapshot != "" && path == filepath.Dir(src.Snapshot); !p.away && (copied || covers(path, src.Path)) {
			delete(e.places, path)
		}
	}
}

// lone reports whether all that a place holds has been found unreadable, others
// were not, and it has lasted: then each fails for itself.
func (e *Engine) lone(p *place, now time.Time) bool {
	f := e.folders[p.path]
	if !p.alike || f == nil || now.Sub(p.since) < lonePatience || !e.hasStored(p.path) {
		return false
	}
	for it := range p.held {
		if _, tried := f.failing[it]; !tried {
			return false
		}
	}
	f.alone = true
	return true
}

// hasStored reports whether a file below a folder was sent since the start.
func (e *Engine) hasStored(path string) bool {
	for _, it := range e.items {
		if it.state() == core.StateStored && covers(path, it.path()) {
			return true
		}
	}
	return false
}
