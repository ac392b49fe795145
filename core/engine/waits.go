package engine

import (
	"maps"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// waited is why what goes a way, or is of some calls, is left alone for a while.
type waited struct {
	way
	crew *crew // nil: by the way
	wait core.Wait
}

// waited is what is left alone for a while, oldest first.
func (e *Engine) waited() []waited {
	var waits []waited
	now := e.now()
	for w, l := range e.lanes {
		if l.why != nil && (l.until.After(now) || l.claimed > 0 || !l.empty()) {
			waits = append(waits, waited{way: w, wait: core.Wait{Profile: w.profile, Since: l.since, Until: l.until, Reason: l.why}})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(e.places)) {
		if p := e.places[path]; p.away && p.crew != nil {
			waits = append(waits, waited{crew: p.crew, wait: core.Wait{Path: path, Since: p.since, Until: p.until, Reason: p.reason}})
		}
	}
	slices.SortStableFunc(waits, func(a, b waited) int {
		if n := a.wait.Since.Compare(b.wait.Since); n != 0 || a.way == b.way {
			return n
		}
		if a.before(b.way) {
			return -1
		}
		return 1
	})
	return waits
}

// tell shows what is left alone, as it is once everything is in its place.
func (e *Engine) tell() {
	waits := e.waited()
	if slices.Equal(waits, e.waits) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waits = waits
	for f := range e.feeds {
		f.mark(nil, nil, nil, true)
	}
}

// waits are those of the feed. The caller holds Engine.mu.
func (f *feed) waits() []core.Wait {
	var waits []core.Wait
	for _, w := range f.e.waits {
		if w.crew == nil && f.of().covers(w.way) || w.crew != nil && (f.call == nil || w.crew.has(f.call)) {
			waits = append(waits, w.wait)
		}
	}
	return waits
}

// leave leaves the server alone until a time, and tells why, until something
// has come of an attempt after it.
func (l *lane) leave(until time.Time, why *core.Error, now time.Time) {
	l.hold(until)
	if l.why == nil {
		l.since = now
	}
	l.why = why
}

// relieve learns that the server is well again; what comes of attempts from
// before it was left alone says nothing about that.
func (l *lane) relieve(now time.Time) {
	if !l.until.After(now) {
		l.why = nil
	}
}
