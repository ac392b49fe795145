package engine

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// The pauses between two looks at a place that is away.
const (
	firstLook = time.Second
	lastLook  = 30 * time.Second
)

// relapse is how long a place has to stay back: one that is away again sooner was
// never really back.
const relapse = 5 * time.Minute

// place is a folder below which files can't be read, or a disk without room for
// copies. However many transfers wait for it, one look tells for all of them
// whether it is back. It belongs to the journal.
type place struct {
	path    string
	number  int32 // −1, −2 …: the value of item.in for what it holds
	alike   bool  // the folder is there, but its files can't be read
	away    bool  // false: it is back, but none of its files has been sent since
	since   time.Time
	until   time.Time // when the next look is due
	pause   time.Duration
	looking bool
	reason  *core.Error
	held    map[*item]struct{} // queued, or waiting because of the place
	callers *callers           // who wants them sent, or did
}

// suspend makes the transfers below a place wait.
func (e *Engine) suspend(at string, alike bool, reason *core.Error, now time.Time) {
	p := e.places[at]
	if p == nil || !p.away && now.Sub(p.until) > relapse {
		e.lastPlace--
		p = &place{path: at, number: e.lastPlace, since: now, held: map[*item]struct{}{}}
		e.places[at] = p
		e.log.Info("files wait for a folder or disk", "path", at, "error", reason)
	}
	if p.away {
		return
	}
	p.away, p.alike = true, alike
	p.put(reason, now)
	for _, l := range e.lanes {
		e.recall(l, func(r *run) bool { return e.awayFor(r.it) == p })
	}
}

// put plans the next look at the place, after a longer wait each time.
func (p *place) put(reason *core.Error, now time.Time) {
	p.pause = min(max(2*p.pause, firstLook), lastLook)
	p.until, p.reason = now.Add(p.pause), reason
}

// covers reports whether a file is below a folder.
func covers(folder, path string) bool {
	rest, below := strings.CutPrefix(path, folder)
	return below && (rest != "" && rest[0] == filepath.Separator || strings.HasSuffix(folder, string(filepath.Separator)))
}

// awayFor returns the place that a queued or waiting transfer has to wait for,
// nil for none.
func (e *Engine) awayFor(it *item) *place {
	if len(e.places) == 0 {
		return nil
	}
	why := it.details().err
	if it.state() == core.StateWaiting {
		switch {
		case why == nil || !why.Code.OfComputer():
			return nil
		case why.Code == core.CodeDiskFull:
			if p := e.places[e.cfg.Spooler.Folder()]; p != nil && p.away {
				return p
			}
			return nil
		}
	}
	path := it.path()
	for at, p := range e.places {
		if p.away && covers(at, path) {
			return p
		}
	}
	return nil
}

// keepBack holds a transfer whose place is away, and lets it go if the place is
// back. It reports whether the transfer is held.
func (e *Engine) keepBack(it *item) bool {
	var p *place
	if s := it.state(); s == core.StateQueued || s == core.StateWaiting {
		p = e.awayFor(it)
	}
	if it.in < 0 && (p == nil || it.in != p.number) {
		e.letGo(it)
	}
	if p == nil {
		return false
	}
	it.in = p.number
	p.held[it] = struct{}{}
	if wanted := it.callers(); wanted != p.callers && wanted != nil {
		for _, c := range wanted.calls {
			p.callers = p.callers.with(c)
		}
	}
	return true
}

// letGo takes a transfer from the place that holds it. A place with no transfers
// left is forgotten.
func (e *Engine) letGo(it *item) {
	for path, p := range e.places {
		if p.number != it.in {
			continue
		}
		if delete(p.held, it); len(p.held) == 0 {
			delete(e.places, path)
		}
	}
	it.in = 0
}

// lookAround looks at every place whose next look is due.
func (e *Engine) lookAround(x *tx) {
	for path, p := range e.places {
		switch {
		case !p.away || p.looking || p.until.After(x.now):
		case len(p.held) == 0: // the transfers that found it away were cancelled
			delete(e.places, path)
		default:
			e.look(p)
		}
	}
}

// look finds out, outside the journal's goroutine, whether a place is back. It
// looks for one of its files chosen at random, so that one bad file doesn't stand
// for all.
func (e *Engine) look(p *place) {
	one := e.untried(p)
	src := one.transfer().Source
	p.looking = true
	e.workers.Go(func() error {
		failure := e.stillAway(p.path, p.alike, src)
		e.mustSave(func(x *tx) error {
			x.after(func() {
				p.looking = false
				e.looked(p, one, failure, x.now)
			})
			return nil
		})
		return nil
	})
}

// untried returns one of the place's files that is not known to be bad, nil for
// none.
func (e *Engine) untried(p *place) (one *item) {
	var failing map[*item]struct{}
	if f := e.folders[p.path]; f != nil {
		failing = f.failing
	}
	for one = range p.held {
		if _, tried := failing[one]; !tried {
			break
		}
	}
	return one
}

// stillAway returns why a place can't be used yet, nil if it can be tried.
func (e *Engine) stillAway(path string, alike bool, src core.Source) *core.Error {
	if s := e.cfg.Spooler; s != nil && path == s.Folder() {
		if err := s.Room(); core.CodeOf(err) == core.CodeDiskFull {
			return core.AsError(err)
		}
		return nil
	}
	at, err := e.cfg.Reach(src)
	if code := core.CodeOf(err); at != "" || code.OfComputer() || alike && code == core.CodeFileUnreadable {
		return core.AsError(err)
	}
	return nil
}

// looked applies what a look at one of a place's files has found.
func (e *Engine) looked(p *place, one *item, failure *core.Error, now time.Time) {
	if e.places[p.path] != p || !p.away {
		return
	}
	if f := e.folders[p.path]; failure != nil && p.alike && f != nil {
		f.failing[one] = struct{}{}
	}
	if failure != nil && !e.lone(p, now) {
		p.put(failure, now)
		return
	}
	e.log.Info("a folder or disk is back", "path", p.path, "after", now.Sub(p.since))
	p.away = false
	for it := range p.held {
		it.in = 0
		e.enqueue(it)
	}
	clear(p.held)
	e.journal.kick()
}

// lookNow makes the next look at a transfer's place due now.
func (e *Engine) lookNow(it *item, now time.Time) {
	for _, p := range e.places {
		if p.number == it.in {
			p.pause, p.until = 0, now
		}
	}
}

// lookEverywhere makes the next look at every place due now.
func (e *Engine) lookEverywhere(now time.Time) {
	for _, p := range e.places {
		p.pause, p.until = 0, now
	}
}
