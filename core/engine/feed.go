package engine

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"

	"github.com/artstore/ingester/core"
)

// feed implements core.Feed. It remembers which transfers changed, not how:
// Next reads their values.
type feed struct {
	e    *Engine
	call *Call         // whose transfers it shows, nil for all
	wake chan struct{} // buffered

	mu      sync.Mutex
	changed map[*item]struct{}
	removed map[core.TransferID]struct{}
	flags   bool // paused, halt or waits changed
	closed  bool
}

// Subscribe returns everything as it is now and a feed of what changes from
// now on.
func (e *Engine) Subscribe() (core.Snapshot, core.Feed) { return e.subscribe(nil) }

func (e *Engine) subscribe(c *Call) (core.Snapshot, core.Feed) {
	f := &feed{e: e, call: c, wake: make(chan struct{}, 1)}
	f.reset()
	e.mu.Lock()
	defer e.mu.Unlock()
	s := core.Snapshot{Transfers: make([]core.Transfer, 0, len(e.items)), Paused: e.paused, Halt: f.halt(), Halts: f.halts(), Waits: f.waits()}
	for _, it := range e.items {
		if f.shows(it) {
			s.Transfers = append(s.Transfers, it.value())
		}
	}
	inOrder(s.Transfers)
	e.feeds[f] = struct{}{}
	return s, f
}

// shows reports whether the feed shows a transfer. The caller holds Engine.mu.
func (f *feed) shows(it *item) bool { return f.call == nil || it.callers().has(f.call) }

// halt is why nothing that the feed shows is sent until someone acts. The caller
// holds Engine.mu.
func (f *feed) halt() *core.Error {
	for _, h := range f.halts() {
		return h.Reason
	}
	return nil
}

// halts is the same for each profile.
func (f *feed) halts() (halts []core.Halt) {
	for _, h := range f.e.halts {
		if h.all || f.of().covers(h.laneKey) {
			halts = append(halts, core.Halt{Profile: h.profile, Until: h.ends, Reason: h.err})
		}
	}
	return halts
}

// of returns the call whose transfers the feed shows.
func (f *feed) of() *Call {
	if f.call == nil {
		return f.e.self
	}
	return f.call
}

// value is what is shown of a transfer. The caller holds Engine.mu.
func (it *item) value() core.Transfer {
	t := it.transfer()
	if t.State.Active() {
		t.Sent = 0
		if r := it.run.Load(); r != nil {
			t.Sent = r.sent.Load()
		}
	}
	return t
}

func inOrder(list []core.Transfer) {
	slices.SortFunc(list, func(a, b core.Transfer) int { return cmp.Compare(a.Seq, b.Seq) })
}

// touch tells the feeds that an upload has made progress.
func (e *Engine) touch(it *item) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for f := range e.feeds {
		f.mark([]*item{it}, nil, nil, false)
	}
}

func (f *feed) reset() {
	f.changed, f.removed, f.flags = map[*item]struct{}{}, map[core.TransferID]struct{}{}, false
}

// mark notes changes. It never waits. The caller holds Engine.mu.
func (f *feed) mark(touched, added, removed []*item, flags bool) {
	f.mu.Lock()
	for _, list := range [][]*item{touched, added} {
		for _, it := range list {
			if f.shows(it) {
				f.changed[it] = struct{}{}
			}
		}
	}
	for _, it := range removed {
		if !f.shows(it) {
			continue
		}
		delete(f.changed, it)
		f.removed[it.id()] = struct{}{}
	}
	f.flags = f.flags || flags
	news := f.news()
	f.mu.Unlock()
	if news {
		f.signal()
	}
}

func (f *feed) news() bool { return f.flags || len(f.changed) > 0 || len(f.removed) > 0 }

func (f *feed) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Next implements core.Feed.
func (f *feed) Next(ctx context.Context) (core.Update, error) {
	for {
		ended := isClosed(f.e.ended) // asked first: nothing changes after it
		update, ok, closed := f.collect()
		switch {
		case closed:
			return core.Update{}, io.EOF
		case ok:
			return update, nil
		case ended:
			return core.Update{}, io.EOF
		}
		select {
		case <-f.wake:
		case <-f.e.ended:
		case <-ctx.Done():
			return core.Update{}, ctx.Err()
		}
	}
}

// collect takes what has gathered, with its newest values.
func (f *feed) collect() (u core.Update, ok, closed bool) {
	f.mu.Lock()
	if !f.news() || f.closed {
		defer f.mu.Unlock()
		return core.Update{}, false, f.closed
	}
	changed, removed := f.changed, f.removed
	f.reset()
	f.mu.Unlock()

	f.e.mu.RLock()
	u.Paused, u.Halt, u.Halts, u.Waits = f.e.paused, f.halt(), f.halts(), f.waits()
	u.Changed = make([]core.Transfer, 0, len(changed))
	for it := range changed {
		if !it.gone { // else its removal comes next
			u.Changed = append(u.Changed, it.value())
		}
	}
	f.e.mu.RUnlock()
	inOrder(u.Changed)
	for id := range removed {
		u.Removed = append(u.Removed, id)
	}
	slices.Sort(u.Removed)
	return u, true, false
}

// Close implements core.Feed.
func (f *feed) Close() {
	f.e.mu.Lock()
	delete(f.e.feeds, f)
	f.e.mu.Unlock()
	f.mu.Lock()
	f.closed = true
	f.reset()
	f.mu.Unlock()
	f.signal()
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
