package engine

import (
	"maps"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// waited is why a lane's transfers, or those of some callers, are left alone for
// a while.
type waited struct {
	laneKey
	callers *callers // nil: all of the lane
	wait    core.Wait
}

// waited returns what is left alone for a while, oldest first.
func (e *Engine) waited() []waited {
	var waits []waited
	now := e.now()
	for w, l := range e.lanes {
		if l.why != nil && (l.until.After(now) || l.claimed > 0 || !l.empty()) {
			waits = append(waits, waited{laneKey: w, wait: core.Wait{Profile: w.profile, Since: l.since, Until: l.until, Reason: l.why}})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(e.places)) {
		if p := e.places[path]; p.away && p.callers != nil {
			waits = append(waits, waited{callers: p.callers, wait: core.Wait{Path: path, Since: p.since, Until: p.until, Reason: p.reason}})
		}
	}
	slices.SortStableFunc(waits, func(a, b waited) int {
		if n := a.wait.Since.Compare(b.wait.Since); n != 0 || a.laneKey == b.laneKey {
			return n
		}
		if a.before(b.laneKey) {
			return -1
		}
		return 1
	})
	return waits
}

// tell shows what is left alone. It runs after a transaction, when every transfer is in
// its queue.
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

// waits returns the waits that the feed shows. The caller holds Engine.mu.
func (f *feed) waits() []core.Wait {
	var waits []core.Wait
	for _, w := range f.e.waits {
		if w.callers == nil && f.of().covers(w.laneKey) || w.callers != nil && (f.call == nil || w.callers.has(f.call)) {
			waits = append(waits, w.wait)
		}
	}
	return waits
}

// backOff leaves the server alone until a time. Why is shown until a later
// attempt has got an answer.
func (l *lane) backOff(until time.Time, why *core.Error, now time.Time) {
	l.hold(until)
	if l.why == nil {
		l.since = now
	}
	l.why = why
}

// recovered notes that an attempt's result shows the server well again. An
// attempt from before it was left alone shows nothing.
func (l *lane) recovered(now time.Time) {
	if !l.until.After(now) {
		l.why = nil
	}
}
