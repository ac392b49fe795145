package engine

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
)

// item is a transfer in the list.
type item struct {
	packed                     // durable; guarded by Engine.mu, written by the journal
	run    atomic.Pointer[run] // the attempt under way; written by the journal
	gone   bool                // removed; guarded like packed

	// What follows belongs to the journal.
	removing bool           // its removal is staged
	deleting int8           // requests under way to delete what the server has of it
	in       int32          // number of the lane in whose queue it is, or of the place that holds it; 0 for none
	next     *core.Transfer // staged
	failures *failures      // nil: none yet
}

// failures sums up a transfer's failed attempts and what its server was asked
// since.
type failures struct {
	doubt  *doubt    // nil: the server was not asked whether it has the file
	last   core.Code // how the newest attempt failed
	same   int       // how many attempts in a row failed like that
	since  time.Time // when the first of these ended
	useful int       // attempts that don't count, as they brought a good part of the file to the server
	had    int64     // bytes of the file that the server had after them
}

// failed returns how attempts failed so far.
func (it *item) failed() failures {
	if it.failures == nil {
		return failures{}
	}
	return *it.failures
}

// forgive lets the next failure count as the first of its kind.
func (it *item) forgive() {
	if it.failures != nil {
		it.failures.same, it.failures.since = 0, time.Time{}
	}
}

// tx is one transaction of the journal: the changes that become durable together.
type tx struct {
	e       *Engine
	now     time.Time
	touched []*item
	added   []*item // new in the list, durable already or staged
	again   []*item // whose queue or heap has to be found again
	removed []*item

	unlisted   []core.Transfer   // rows to save of transfers that are not in the list, or not yet
	withdrawn  []core.TransferID // rows not in the list that are to be deleted
	attempts   []core.Attempt
	drops      []core.DropRecord
	claims     []*run
	ended      []*run
	unwanted   []unwanted
	newCallers map[*item]*callers // changed callers; not durable, like the next field
	paused     *bool              // the new value
	then       []func()           // run once the transaction is durable, before it is shown
	failed     []func()           // run if it can't be saved
}

func (e *Engine) begin() *tx { return &tx{e: e, now: e.now()} }

// get returns the newest value of a transfer: staged, or else durable.
func (x *tx) get(it *item) core.Transfer {
	if it.next != nil {
		return *it.next
	}
	return it.transfer()
}

// state is get's state, without unpacking the transfer.
func (x *tx) state(it *item) core.State {
	if it.next != nil {
		return it.next.State
	}
	return it.state()
}

// seq is get's position in the queue.
func (x *tx) seq(it *item) int64 {
	if it.next != nil {
		return it.next.Seq
	}
	return it.seq
}

// copyOf is the path of the copy that is sent instead of the file, "" for none.
func (x *tx) copyOf(it *item) string {
	if it.next != nil {
		return it.next.Source.Copy
	}
	return it.details().copied
}

// put stages a new value. All changes of state go through it: one that the table
// of states doesn't allow is a bug, and is refused.
func (x *tx) put(it *item, t core.Transfer) error {
	from := x.state(it)
	if from != t.State && !from.CanBecome(t.State) {
		err := &core.Error{Kind: core.KindServer, Code: core.CodeInternal, Op: "change transfer",
			Message: fmt.Sprintf("A transfer can't go from %q to %q.", from, t.State)}
		x.e.log.Error("illegal change of state", "transfer", t.ID, "from", from, "to", t.State)
		return err
	}
	spared := t.State == core.StateCancelled && x.spares(it)
	if t.State == core.StateCancelled && t.Resume != "" && !spared {
		x.takeBack(it, t)
		t.Resume = ""
	}
	if from != t.State {
		tidy(&t, x.now)
	}
	if !spared {
		x.dropCopy(x.copyOf(it), t)
	}
	if it.next == nil {
		x.touched = append(x.touched, it)
	}
	it.next = &t
	return nil
}

// tidy clears the fields that have no meaning in the state that t has entered.
func tidy(t *core.Transfer, now time.Time) {
	t.Sent, t.FinishedAt = 0, time.Time{}
	if t.State.Done() {
		t.FinishedAt = now
	}
	if t.State != core.StateWaiting && t.State != core.StateUnknown {
		t.NotBefore = time.Time{}
	}
	switch t.State {
	case core.StateStored:
		t.Sent, t.Error, t.Resume = t.Source.Size, nil, ""
	case core.StateTaken:
		t.Resume = "" // Error stays: it is why nobody knows
	case core.StateWaiting, core.StateFailed, core.StateUnknown:
	default:
		// That a server may have the file is remembered until the end.
		if !maybeStored(*t) {
			t.Error = nil
		}
	}
}

// maybeStored reports whether the server may have stored the file in an earlier
// attempt. The transfer's error keeps this, so it is durable and survives later
// attempts.
func maybeStored(t core.Transfer) bool {
	return t.Error != nil && t.Error.Outcome == core.OutcomeUnknown
}

// add puts a durable transfer on the list.
func (x *tx) add(it *item) { x.added = append(x.added, it) }

// remove takes a transfer off the list.
func (x *tx) remove(it *item) {
	it.removing = true
	x.removed = append(x.removed, it)
	if x.spares(it) {
		return
	}
	t := x.get(it)
	if t.Resume != "" {
		x.takeBack(it, t)
	}
	x.dropCopy(t.Source.Copy, core.Transfer{})
}

// pause stages that everything is paused or resumed.
func (x *tx) pause(all bool) { x.paused = &all }

func (x *tx) after(f func()) { x.then = append(x.then, f) }

func (x *tx) empty() bool { return x.batch().Empty() }

func (x *tx) batch() core.Batch {
	b := core.Batch{Put: slices.Clone(x.unlisted), Attempts: x.attempts, Remove: slices.Clone(x.withdrawn), Drops: x.drops}
	for _, it := range x.touched {
		b.Put = append(b.Put, *it.next)
	}
	for _, it := range x.removed {
		b.Remove = append(b.Remove, it.id())
	}
	return b
}

// publish shows what has become durable, and acts on it.
func (e *Engine) publish(x *tx) {
	for _, f := range x.then {
		f()
	}
	for _, it := range x.touched {
		if to := it.next.State; to.Done() && to != it.state() {
			e.observer.FileEnded(to)
		}
	}
	e.show(x)
	for _, it := range slices.Concat(x.touched, x.added, x.again, x.removed) {
		e.enqueue(it)
	}
	for _, r := range x.claims {
		e.launch(r)
	}
	for _, r := range x.ended { // last: those who wait find everything done
		r.it.run.Store(nil)
		e.claims.release(r.it)
		close(r.done)
	}
}

// show changes the list in memory and marks the changes for every feed, at once.
func (e *Engine) show(x *tx) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, it := range x.touched {
		it.packed, it.next = e.packer.pack(*it.next, it.packed), nil
	}
	for it, c := range x.newCallers {
		it.packed = e.packer.assign(it.packed, c)
	}
	for _, it := range x.added {
		e.items[it.id()] = it
	}
	for _, it := range x.removed {
		it.gone = true
		delete(e.items, it.id())
	}
	halts, waits := e.halted(), e.waited()
	flags := !slices.Equal(halts, e.halts) || !slices.Equal(waits, e.waits)
	e.halts, e.waits = halts, waits
	if x.paused != nil {
		flags = flags || e.paused != *x.paused
		e.paused = *x.paused
	}
	for f := range e.feeds {
		f.mark(x.touched, slices.Concat(x.added, x.again), x.removed, flags)
	}
}

// discard drops what is staged, after a commit failed.
func (e *Engine) discard(x *tx) {
	for _, f := range x.failed {
		f()
	}
	touched := x.touched
	for _, it := range touched {
		it.next = nil
	}
	for _, it := range x.removed {
		it.removing = false
	}
	for _, r := range x.claims {
		r.lane.release(r)
		r.cancel()
	}
	e.show(&tx{e: e})
	for _, it := range touched {
		e.enqueue(it)
	}
}
