package viewtest

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/artstore/ingester/core"
)

// Subscribe implements view.Controller.
func (f *Fake) Subscribe() (core.Snapshot, core.Feed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := &feed{f: f, wake: make(chan struct{}, 1), changed: map[core.TransferID]bool{}, removed: map[core.TransferID]bool{}}
	f.queue.feeds[next] = struct{}{}
	if !f.queue.begun {
		return f.Snapshot, next
	}
	return core.Snapshot{Transfers: slices.Clone(f.queue.list), Paused: f.queue.paused, Halt: f.queue.why(), Halts: f.queue.stops(), Waits: f.Snapshot.Waits}, next
}

// why is what the queue is halted by.
func (q *queue) why() *core.Error {
	for _, stop := range q.stops() {
		return stop.Reason
	}
	return nil
}

// stops are what each profile is halted by.
func (q *queue) stops() (stops []core.Halt) {
	for _, profile := range slices.Sorted(maps.Keys(q.halts)) {
		stops = append(stops, core.Halt{Profile: profile, Reason: q.halts[profile]})
	}
	if q.halt != nil {
		stops = append(stops, core.Halt{Reason: q.halt})
	}
	return stops
}

// feed tells what changes in the queue, and what the tests say that does.
type feed struct {
	f       *Fake
	wake    chan struct{}
	changed map[core.TransferID]bool
	removed map[core.TransferID]bool
	flags   bool
	closed  bool
}

// Next implements core.Feed.
func (d *feed) Next(ctx context.Context) (core.Update, error) {
	for {
		if u, ok, closed := d.take(); closed {
			return core.Update{}, io.EOF
		} else if ok {
			return u, nil
		}
		select {
		case u, ok := <-d.f.Updates:
			if !ok {
				return core.Update{}, io.EOF
			}
			return u, nil
		case <-d.wake:
		case <-ctx.Done():
			return core.Update{}, ctx.Err()
		}
	}
}

// take is what has changed, with its newest values.
func (d *feed) take() (u core.Update, ok, closed bool) {
	d.f.mu.Lock()
	defer d.f.mu.Unlock()
	if d.closed || len(d.changed)+len(d.removed) == 0 && !d.flags {
		return core.Update{}, false, d.closed
	}
	q := &d.f.queue
	for _, t := range q.list {
		if d.changed[t.ID] {
			u.Changed = append(u.Changed, t)
		}
	}
	u.Removed = slices.Sorted(maps.Keys(d.removed))
	u.Paused, u.Halt, u.Halts, u.Waits = q.paused, q.why(), q.stops(), d.f.Snapshot.Waits
	clear(d.changed)
	clear(d.removed)
	d.flags = false
	return u, true, false
}

// Close implements core.Feed.
func (d *feed) Close() {
	_ = d.f.ask("feed closed")
	d.f.mu.Lock()
	defer d.f.mu.Unlock()
	delete(d.f.queue.feeds, d)
	d.closed = true
	d.signal()
}

func (d *feed) signal() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// tell makes the feeds report a change of a transfer.
func (f *Fake) tell(id core.TransferID) {
	for d := range f.queue.feeds {
		d.changed[id] = true
		d.signal()
	}
}

// tellRemoved makes the feeds report that a transfer is gone.
func (f *Fake) tellRemoved(id core.TransferID) {
	for d := range f.queue.feeds {
		delete(d.changed, id)
		d.removed[id] = true
		d.signal()
	}
}

// tellFlags makes the feeds report what stops the whole queue.
func (f *Fake) tellFlags() {
	for d := range f.queue.feeds {
		d.flags = true
		d.signal()
	}
}
