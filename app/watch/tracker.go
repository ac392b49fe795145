package watch

import (
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// held is a file that waits by itself.
type held struct {
	until  time.Time // zero: until something else is over
	reason *core.Error
	tries  int  // in this call
	asked  bool // then the server is asked whether it has stored it; nothing is sent
}

// tracker knows what a call has gained so far, and what it waits for.
type tracker struct {
	Persistence
	since   time.Time // when something last went forward
	reached bool      // the server has answered, or taken bytes
	failed  bool      // an attempt found no server
	active  int       // files under way
	unsaved bool      // the queue can't be saved
	most    map[core.TransferID]int64
	before  map[core.TransferID]int // attempts of earlier calls
	held    map[core.TransferID]held
	waits   []core.Wait
	paused  bool                 // all is: nothing begins until somebody resumes it
	last    *core.Error          // failure
	told    time.Time            // until when the last wait was that was told
	folders map[string]time.Time // told to be away since, by path
}

func newTracker(p Persistence, now time.Time) tracker {
	return tracker{Persistence: p, since: now, most: map[core.TransferID]int64{}, before: map[core.TransferID]int{}, held: map[core.TransferID]held{}, folders: map[string]time.Time{}}
}

// begin learns how a file of the call stood when it began.
func (g *tracker) begin(t core.Transfer) {
	if t.Attempts > 0 {
		g.before[t.ID] = t.Attempts
	}
}

// see learns how a file is; was says whether it was under way.
func (g *tracker) see(t core.Transfer, was bool, now time.Time) {
	switch active := t.State.Active(); {
	case active && !was:
		g.active++
	case was && !active:
		g.active--
	}
	if t.State.Active() && t.Sent > g.most[t.ID] {
		g.most[t.ID], g.since, g.reached = t.Sent, now, true
	}
	g.blame(t.Error)
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

// forget drops a file that has ended, or is no longer listed.
func (g *tracker) forget(id core.TransferID, active bool) {
	if active {
		g.active--
	}
	delete(g.most, id)
	delete(g.before, id)
	delete(g.held, id)
}

// blame learns from a failure whether there is a server.
func (g *tracker) blame(e *core.Error) {
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

// learn takes what is left alone for a while.
func (g *tracker) learn(waits []core.Wait) {
	g.waits = waits
	for _, w := range waits {
		g.blame(w.Reason)
	}
}

// mistaken reports whether the call waits for what is more likely a mistake
// than an outage.
func (g *tracker) mistaken() bool { return g.failed && !g.reached && !g.Given }

// over reports whether it has waited long enough for n files that have not
// ended.
func (g *tracker) over(n int, begun, now time.Time) bool {
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
	if _, left := g.alone(now); left {
		return true
	}
	for _, h := range g.held {
		if h.tries < roundAttempts && !h.until.IsZero() && h.until.Sub(now) < mistakeAfter {
			return false
		}
	}
	return len(g.held) == n
}

// overUnsaved is over while the queue can't be saved. The files whose results
// can't be are under way for as long.
func (g *tracker) overUnsaved(now time.Time) bool {
	g.unsaved = true
	return !g.Endless && now.Sub(g.since) >= g.patience()
}

// patience is how long nothing may go forward while the queue can't be saved.
func (g *tracker) patience() time.Duration {
	if g.active > 0 {
		return max(g.Limit, unsavedLeast)
	}
	return g.Limit
}

// unsavedResult is why it is not known what became of a file.
func unsavedResult(why *core.Error) *core.Error {
	e := *why
	e.Outcome = core.OutcomeUnknown
	return &e
}

// look is when to ask over again if nothing happens before, zero for never.
func (g *tracker) look(begun time.Time) time.Time {
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

// alone is what keeps files from being sent that would be, and ends first.
func (g *tracker) alone(now time.Time) (first core.Wait, found bool) {
	for _, w := range g.waits {
		if w.Until.After(now) && (!found || w.Until.Before(first.Until)) {
			first, found = w, true
		}
	}
	return first, found
}

// next is what n files that have not ended wait for, if none of them can go on
// now, and it was not told before. A folder that is away is told once, whatever
// else goes on: nobody else looks for it.
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
	w, found := g.alone(now)
	if found && w.Path != "" {
		return told, false
	}
	told.Wait = w
	if len(g.held) == n { // each by itself, perhaps for longer than the server is left alone
		if first, ok := g.soonest(now); ok && first.Until.After(w.Until) {
			told, found = first, true
		}
	}
	if !found || told.Until.Sub(now) < leastTold || told.Until.Equal(g.told) {
		return told, false
	}
	g.told = told.Until
	return told, true
}

// soonest is what the first of the files that wait by themselves waits for.
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

// errWaits is why a file is not sent of which nothing else is known.
func errWaits() *core.Error {
	return &core.Error{Kind: core.KindNetwork, Code: core.CodeUnreachable, Op: "upload", Message: "The file waits for its turn."}
}

// errPaused is why a file is not sent while all is paused.
func errPaused() *core.Error {
	return &core.Error{Kind: core.KindConfig, Op: "upload", Message: "All is paused; 'ingester resume' goes on."}
}

// why is what a file still waits for when the call gives up.
func (g *tracker) why(t core.Transfer) *core.Error {
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
