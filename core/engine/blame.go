package engine

import (
	"path/filepath"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// lonePatience is how long unreadable files wait if no other files are left that
// could show whether the fault lies with the files or with their folder.
const lonePatience = 5 * time.Minute

// alikeFiles is how many files in a row have to be unreadable before their
// folder is blamed: a disk rarely has so many bad files side by side.
const alikeFiles = 3

// folder is what has been learned about the files below a folder that the user
// named, since one of them could not be read.
type folder struct {
	read    time.Time          // when the newest attempt began that could read a file
	failing map[*item]struct{} // files that could not be read since then
	alone   bool               // each of these files fails for itself
}

// blame finds out whether more than the one file is at fault when it can't be
// read. It looks at the disk.
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
	if r.t.Source.Copy == "" {
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

// alike reports whether this file is one of several in a row that can't be read,
// with no readable one between: then their folder is to blame.
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
	f.failing[r.it] = struct{}{} // counts even if the transaction can't be saved
	return len(f.failing) >= alikeFiles
}

// unreadableFolder is the error of files that wait because several files of
// their folder can't be read.
func unreadableFolder(failure *core.Error) *core.Error {
	return &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway, Op: failure.Op, Outcome: failure.Outcome, Err: failure,
		Message: "Several files in the folder can't be read."}
}

// readable notes that an attempt which began at start could read its file.
func (e *Engine) readable(src core.Source, start time.Time) {
	if len(e.folders) > 0 && src.Copy == "" {
		if f := e.folders[content.Top(src)]; f != nil && start.After(f.read) {
			f.read, f.alone = start, false
			clear(f.failing)
		}
	}
	for path, p := range e.places {
		if copied := src.Copy != "" && path == filepath.Dir(src.Copy); !p.away && (copied || covers(path, src.Path)) {
			delete(e.places, path)
		}
	}
}

// lone reports whether every file that the place holds was found unreadable, and
// long enough, although others of the folder could be sent: then each fails for
// itself.
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

// hasStored reports whether the list has a file below a folder that was stored.
func (e *Engine) hasStored(path string) bool {
	for _, it := range e.items {
		if it.state() == core.StateStored && covers(path, it.path()) {
			return true
		}
	}
	return false
}
