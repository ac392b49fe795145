package engine

import (
	"container/heap"
	"context"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// doubt is what is known of a transfer whose file the server may already have.
// Only the journal's goroutine uses it.
type doubt struct {
	at      time.Time // when the server is asked next, zero for never
	absent  time.Time // when its list first lacked the file, zero if it never did
	answers int       // how many lists lacked the file
	errors  int       // questions in a row that failed
	cleared bool      // the server refuses duplicates, so the file may be sent again
}

// inDoubt reports whether the server has to be asked before anything else is
// done with the transfer.
func (it *item) inDoubt() bool {
	err := it.details().err
	return err != nil && err.Outcome == core.OutcomeUnknown && err.Code != core.CodeStoreDamaged && !it.cleared()
}

// doubt returns the transfer's doubt for changing, and makes it where there is
// none yet.
func (it *item) doubt() *doubt {
	if it.failures == nil {
		it.failures = &failures{}
	}
	if it.failures.doubt == nil {
		it.failures.doubt = &doubt{}
	}
	return it.failures.doubt
}

// asked reports whether the server was asked about the transfer, or will be.
func (it *item) asked() bool { return it.failures != nil && it.failures.doubt != nil }

// cleared reports whether the transfer can be sent again although the server may
// have its file.
func (it *item) cleared() bool { return it.asked() && it.failures.doubt.cleared }

// forget drops the transfer's doubt.
func (it *item) forget() {
	if it.failures != nil {
		it.failures.doubt = nil
	}
}

// askAt plans a question to the transfer's server.
func (e *Engine) askAt(it *item, at time.Time) {
	it.doubt().at = at
	heap.Push(&e.asks, due{it, at})
}

// askAll asks every server that may have one of our files now, whenever the next
// question was due: it may have learned more while this program did not run.
func (e *Engine) askAll() {
	for _, it := range e.items {
		if it.callers() != nil && it.inDoubt() && (it.state() == core.StateWaiting || it.state() == core.StateUnknown) {
			e.askAt(it, time.Time{})
		}
	}
}

// askLeft asks the profile's server, once, about transfers that other processes
// left. The answer changes only those that turn out to be stored.
func (e *Engine) askLeft(x *tx, w laneKey, to Endpoint) {
	for _, it := range e.items {
		if x.callers(it) != nil || it.asked() || !it.inDoubt() || it.state().Active() || !to.has(it.transfer(), w.profile) {
			continue
		}
		it.doubt()
		e.lane(w).doubts[it] = struct{}{}
	}
}

// inquire begins the questions that are due: one at a time for each lane, about
// all of its transfers together.
func (e *Engine) inquire(ctx context.Context, x *tx) {
	for len(e.asks) > 0 && !e.asks[0].at.After(x.now) {
		d := heap.Pop(&e.asks).(due)
		if d.it.asked() && d.it.doubt().at.Equal(d.at) && e.asksFor(x, d.it) {
			e.lane(x.laneKeyOf(d.it)).doubts[d.it] = struct{}{}
		}
	}
	for _, l := range e.lanes {
		if len(l.doubts) == 0 || l.inquiring != nil || l.halt != nil || l.until.After(x.now) {
			continue
		}
		var list []doubtful
		for it := range l.doubts {
			if e.asksFor(x, it) {
				list = append(list, doubtful{it: it, own: x.callers(it) != nil, t: x.get(it)})
			}
		}
		clear(l.doubts)
		if len(list) == 0 {
			continue
		}
		slices.SortFunc(list, func(a, b doubtful) int { return a.t.QueuedAt.Compare(b.t.QueuedAt) })
		l.inquiring = make(chan struct{})
		e.workers.Go(func() error {
			q := &inquiry{e: e, lane: l}
			q.ask(ctx, list)
			return nil
		})
	}
}

// Answered waits until no server is being asked about files of unknown outcome.
func (e *Engine) Answered(ctx context.Context) error {
	var asked []chan struct{}
	err := e.do(ctx, "ask the server", func(*tx) error {
		asked = nil
		for _, l := range e.lanes {
			if l.inquiring != nil {
				asked = append(asked, l.inquiring)
			}
		}
		return nil
	})
	for _, answered := range asked {
		select {
		case <-answered:
		case <-e.ended:
			return errStopped("ask the server")
		case <-ctx.Done():
			return cancelled("ask the server", ctx.Err())
		}
	}
	return err
}

// asksFor reports whether a transfer's server still has to be asked about it.
func (e *Engine) asksFor(x *tx, it *item) bool {
	if it.gone || it.removing || it.deleting > 0 {
		return false
	}
	t := x.get(it)
	return t.Doubtful() && !t.State.Active() && t.State != core.StateCancelled && t.State != core.StatePaused && !it.cleared()
}

// doubtful is a transfer that a server is asked about, with what was found out.
type doubtful struct {
	it    *item
	own   bool          // the transfer is this process's
	t     core.Transfer // as it was when the question began
	since time.Time     // as in core.Question, like the next field
	ended time.Time
	gone  int // deletions of such files begun before the question
}
