package watch

import (
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// held is a file that waits, whatever the others do.
type held struct {
	until  time.Time // zero: it waits for something else
	reason *core.Error
	tries  int  // attempts in this call
	asked  bool // then the server is asked whether it has stored the file; nothing is sent
}

// tracker knows the progress of a call, and what it waits for.
type tracker struct {
	Persistence
	since    time.Time // the last progress
	reached  bool      // the server has answered, or taken bytes
	failed   bool      // an attempt could not reach the server
	active   int       // files under way
	unsaved  bool      // the queue can't be saved
	most     map[core.TransferID]int64
	before   map[core.TransferID]int // attempts of earlier calls
	held     map[core.TransferID]held
	waits    []core.Wait
	paused   bool                 // everything is paused: nothing is sent until the user resumes it
	last     *core.Error          // the last failure
	reported time.Time            // until when the last reported wait lasts
	folders  map[string]time.Time // by path: since when it is away, as reported
}

func newTracker(p Persistence, now time.Time) tracker {
	return tracker{Persistence: p, since: now, most: map[core.TransferID]int64{}, before: map[core.TransferID]int{}, held: map[core.TransferID]held{}, folders: map[string]time.Time{}}
}

// begin takes the state of a file when the call begins.
func (g *tracker) begin(t core.Transfer) {
	if t.Attempts > 0 {
		g.before[t.ID] = t.Attempts
	}
}

// update takes the state of a file; was is whether it was under way before.
func (g *tracker) update(t core.Transfer, was bool, now time.Time) {
	switch active := t.State.Active(); {
	case active && !was:
		g.active++
	case was && !active:
		g.active--
	}
	if t.State.Active() && t.Sent > g.most[t.ID] {
		g.most[t.ID], g.since, g.reached = t.Sent, now, true
	}
	g.noteFailure(t.Error)
	if t.State == core.StateWaiting {
		g.held[t.ID] = held{t.NotBefore, t.Error, t.Attempts - g.before[t.ID], t.Doubtful()}
	} else {
		delete(g.held, t.ID)
	}
	if t.State.Done() {
		g.since = now
		g.reached = g.reached || t.State == core.StateStored
		g.forget(t.ID, false)
	}
}

// forget drops a file that has ended, or that is no longer in the queue.
func (g *tracker) forget(id core.TransferID, active bool) {
	if active {
		g.active--
	}
	delete(g.most, id)
	delete(g.before, id)
	delete(g.held, id)
}

// noteFailure concludes from a failure whether the server can be reached.
func (g *tracker) noteFailure(e *core.Error) {
	if e != nil {
		g.last = e
	}
	switch {
	case e == nil:
	case e.Status > 0 && e.Kind != core.KindNetwork, e.Outcome != core.OutcomeNotProcessed:
		g.reached = true
	case e.Kind == core.KindNetwork:
		g.failed = true
	}
}

// setWaits takes what the engine waits for: servers and folders.
func (g *tracker) setWaits(waits []core.Wait) {
	g.waits = waits
	for _, w := range waits {
		g.noteFailure(w.Reason)
	}
}

// mistaken reports whether the cause of waiting is more likely a mistake of the user
// than an outage.
func (g *tracker) mistaken() bool { return g.failed && !g.reached && !g.Given }

// givesUp reports whether it has waited long enough for n files that have not
// ended.
func (g *tracker) givesUp(n int, begun, now time.Time) bool {
	g.unsaved = false
	switch {
	case g.mistaken() && now.Sub(begun) >= mistakeAfter:
		return true
	case g.active > 0 || g.Endless:
		return false
	case g.Limit > 0:
		return now.Sub(g.since) >= g.Limit
	case g.paused:
		return true
	}
	if _, left := g.firstWait(now); left {
		return true
	}
	for _, h := range g.held {
		if h.tries < roundAttempts && !h.until.IsZero() && h.until.Sub(now) < mistakeAfter {
			return false
		}
	}
	return len(g.held) == n
}

// givesUpUnsaved is givesUp while the queue can't be saved. Files whose results can't be saved
// count as under way.
func (g *tracker) givesUpUnsaved(now time.Time) bool {
	g.unsaved = true
	return !g.Endless && now.Sub(g.since) >= g.patience()
}

// patience is how long to wait without progress while the queue can't be saved.
func (g *tracker) patience() time.Duration {
	if g.active > 0 {
		return max(g.Limit, unsavedLeast)
	}
	return g.Limit
}

// unsavedResult is the error of a file whose result could not be saved.
func unsavedResult(why *core.Error) *core.Error {
	e := *why
	e.Outcome = core.OutcomeUnknown
	return &e
}

// nextCheck is when to call givesUp again if nothing happens before, zero for never.
func (g *tracker) nextCheck(begun time.Time) time.Time {
	switch {
	case g.mistaken():
		return begun.Add(mistakeAfter)
	case g.active > 0 && !g.unsaved || g.Endless || g.Limit == 0 && !g.unsaved:
		return time.Time{}
	case g.unsaved:
		return g.since.Add(g.patience())
	}
	return g.since.Add(g.Limit)
}

// firstWait is the first wait to end of those for servers and folders.
func (g *tracker) firstWait(now time.Time) (first core.Wait, found bool) {
	for _, w := range g.waits {
		if w.Until.After(now) && (!found || w.Until.Before(first.Until)) {
			first, found = w, true
		}
	}
	return first, found
}

// next is what the n files that have not ended wait for, if none can be sent now and it
// was not reported before. A folder that is away is reported once in any case: the user
// may have to bring it back.
func (g *tracker) next(n int, now time.Time) (told report.Wait, isNew bool) {
	for _, w := range g.waits {
		if w.Path != "" && n > 0 && !g.folders[w.Path].Equal(w.Since) {
			g.folders[w.Path] = w.Since
			return report.Wait{Wait: w}, true
		}
	}
	if g.active > 0 || n == 0 {
		return told, false
	}
	w, found := g.firstWait(now)
	if found && w.Path != "" {
		return told, false
	}
	told.Wait = w
	if len(g.held) == n { // each waits, perhaps for longer than the server is left alone
		if first, ok := g.soonest(now); ok && first.Until.After(w.Until) {
			told, found = first, true
		}
	}
	if !found || told.Until.Sub(now) < leastTold || told.Until.Equal(g.reported) {
		return told, false
	}
	g.reported = told.Until
	return told, true
}

// soonest is the first wait to end of the held files.
func (g *tracker) soonest(now time.Time) (first report.Wait, found bool) {
	asked, asks := 0, false
	for _, h := range g.held {
		if h.asked {
			asked++
		}
		if h.until.After(now) && (!found || h.until.Before(first.Until)) {
			first.Wait, asks, found = core.Wait{Until: h.until, Reason: h.reason}, h.asked, true
		}
	}
	if asks {
		first.Asked = asked
	}
	return first, found
}

// errWaits is why a file is not sent, if nothing else is known.
func errWaits() *core.Error {
	return &core.Error{Kind: core.KindNetwork, Code: core.CodeUnreachable, Op: "upload", Message: "The file waits for its turn."}
}

// errPaused is why a file is not sent while everything is paused.
func errPaused() *core.Error {
	return &core.Error{Kind: core.KindConfig, Op: "upload", Message: "All is paused; 'ingester resume' goes on."}
}

// cause is what a file waits for when the call gives up.
func (g *tracker) cause(t core.Transfer) *core.Error {
	switch {
	case g.paused:
		return errPaused()
	case t.Error != nil:
		return t.Error
	case len(g.waits) > 0:
		return g.waits[0].Reason
	case g.last != nil:
		return g.last
	}
	return errWaits()
}
