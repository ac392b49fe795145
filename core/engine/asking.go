package engine

import (
	"container/heap"
	"context"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// doubt is what is known of a transfer that the server may have. It belongs to
// the journal.
type doubt struct {
	at      time.Time // when the server is asked next, zero for not
	absent  time.Time // since when its list lacks the file, zero before
	answers int       // lists without it
	errors  int       // questions in a row that nobody answered
	cleared bool      // the server refuses duplicates: it may be sent again
}

// inDoubt reports whether the server is to be asked before anything else is done.
func (it *item) inDoubt() bool {
	err := it.late().err
	return err != nil && err.Outcome == core.OutcomeUnknown && err.Code != core.CodeStoreDamaged && !it.cleared()
}

// doubt is what is known of a transfer's outcome, for changes.
func (it *item) doubt() *doubt {
	if it.failures == nil {
		it.failures = &failures{}
	}
	if it.failures.doubt == nil {
		it.failures.doubt = &doubt{}
	}
	return it.failures.doubt
}

// asked reports whether the server was, or is to be, asked for a transfer.
func (it *item) asked() bool { return it.failures != nil && it.failures.doubt != nil }

// cleared reports whether a transfer that the server may have can be sent again.
func (it *item) cleared() bool { return it.asked() && it.failures.doubt.cleared }

// forget drops what is known of a transfer's outcome.
func (it *item) forget() {
	if it.failures != nil {
		it.failures.doubt = nil
	}
}

// askAt has the server of a transfer asked at a time.
func (e *Engine) askAt(it *item, at time.Time) {
	it.doubt().at = at
	heap.Push(&e.asks, due{it, at})
}

// askAll has every server asked that may have something, whenever that was due:
// while this program did not run they may have come to know more.
func (e *Engine) askAll() {
	for _, it := range e.items {
		if it.crew() != nil && it.inDoubt() && (it.state() == core.StateWaiting || it.state() == core.StateUnknown) {
			e.askAt(it, time.Time{})
		}
	}
}

// askLeft has the server where a profile leads asked, once, for what other
// processes left there. Nothing but that it was stored comes of it.
func (e *Engine) askLeft(x *tx, w way, to Endpoint) {
	for _, it := range e.items {
		if x.crew(it) != nil || it.asked() || !it.inDoubt() || it.state().Active() || !to.has(it.transfer(), w.profile) {
			continue
		}
		it.doubt()
		e.lane(w).doubts[it] = struct{}{}
	}
}

// inquire begins the questions that are due: one at a time a lane, for all of
// its transfers together.
func (e *Engine) inquire(ctx context.Context, x *tx) {
	for len(e.asks) > 0 && !e.asks[0].at.After(x.now) {
		d := heap.Pop(&e.asks).(due)
		if d.it.asked() && d.it.doubt().at.Equal(d.at) && e.asksFor(x, d.it) {
			e.lane(x.wayOf(d.it)).doubts[d.it] = struct{}{}
		}
	}
	for _, l := range e.lanes {
		if len(l.doubts) == 0 || l.inquiring != nil || l.halt != nil || l.until.After(x.now) {
			continue
		}
		var list []doubtful
		for it := range l.doubts {
			if e.asksFor(x, it) {
				list = append(list, doubtful{it: it, own: x.crew(it) != nil, t: x.get(it)})
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

// Answered waits for the answers of servers that are being asked whether they
// have files of unknown outcome.
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

// asksFor reports whether a transfer is still one whose server is to be asked.
func (e *Engine) asksFor(x *tx, it *item) bool {
	if it.gone || it.leaves || it.leaving > 0 {
		return false
	}
	t := x.get(it)
	return t.Doubtful() && !t.State.Active() && t.State != core.StateCancelled && t.State != core.StatePaused && !it.cleared()
}

// doubtful is a transfer about which a server is asked, and what came of it.
type doubtful struct {
	it    *item
	own   bool          // it is this process's
	t     core.Transfer // when it was asked
	since time.Time     // as of core.Question, as is
	ended time.Time
	gone  int // files that the server was asked to forget before
}
