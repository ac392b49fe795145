package engine

import (
	"container/heap"
	"context"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// longestSleep is how often the wall clock is read while something waits: timers
// stand still while the machine is suspended.
const longestSleep = 30 * time.Second

// enqueue puts a transfer into the queue or heap of its durable state. Entries of
// its earlier states stay in the heaps until their turn comes, and are then
// passed over.
func (e *Engine) enqueue(it *item) {
	if it.gone || it.deleting > 0 || it.callers() == nil {
		if it.in < 0 {
			e.letGo(it)
		}
		return
	}
	if e.keepBack(it) {
		return
	}
	switch it.state() {
	case core.StateQueued:
		if it.inDoubt() {
			e.askAt(it, time.Time{})
			return
		}
		if l := e.lane(it.laneKey()); it.in != l.number {
			l.push(it)
		}
		e.journal.kick()
	case core.StateWaiting:
		switch details := it.details(); {
		case it.inDoubt(): // also if it became so while its profile led elsewhere
			e.askAt(it, details.notBefore)
		case isHeld(details.err):
			e.lane(it.laneKey()).held[it] = struct{}{}
			e.journal.kick()
		default:
			heap.Push(&e.waiting, due{it, details.notBefore})
		}
	case core.StateUnknown:
		if details := it.details(); it.inDoubt() && !details.notBefore.IsZero() {
			e.askAt(it, details.notBefore)
		}
	}
}

// schedule stages what is due and what there is room for: transfers that have
// waited long enough, and claims.
func (e *Engine) schedule(ctx context.Context, x *tx) {
	e.sought = x.now
	if e.stopping || e.draining || e.fault.err != nil {
		return
	}
	for len(e.waiting) > 0 && !e.waiting[0].at.After(x.now) {
		d := heap.Pop(&e.waiting).(due)
		if t := x.get(d.it); !d.it.removing && x.callers(d.it) != nil && t.State == core.StateWaiting && t.NotBefore.Equal(d.at) {
			t.State = core.StateQueued
			_ = x.put(d.it, t) // logged
		}
	}
	e.lookAround(x)
	e.forget(x)
	if e.paused || x.paused != nil {
		return
	}
	for _, l := range e.lanes {
		if l.halt != nil && !l.ends.IsZero() && !l.ends.After(x.now) {
			l.lift()
		}
	}
	e.inquire(ctx, x)
	e.sort()
	for _, l := range e.lanes {
		e.claim(ctx, x, l)
	}
}

// claim stages the start of as many of the lane's transfers as its limits allow.
func (e *Engine) claim(ctx context.Context, x *tx, l *lane) {
	l.skim(x)
	l.skimHeld(x)
	if l.halt != nil || l.until.After(x.now) || l.empty() {
		return
	}
	l.mu.Lock()
	endpoint, known := l.endpoint, l.known
	l.mu.Unlock()
	switch {
	case !known:
		l.look = time.Time{}
		e.ask(ctx, l)
		return
	case endpoint.Destination == l.to:
		e.release(x, l)
	case endpoint.Leads(l.to):
		e.rename(x, l, endpoint.Destination)
		return
	default:
		e.hold(ctx, x, l, endpoint.Destination)
		return
	}
	m := e.limits(l)
	l.ended = 0
	for ; l.pace.ready(x.now); l.skim(x) {
		it := l.pick(m)
		if it == nil {
			return
		}
		if r := e.start(ctx, x, l, it); r != nil {
			l.claim(r)
			l.pace.begin(x.now, l.claimed)
			x.claims = append(x.claims, r)
		}
	}
}

// limits returns the limits of a lane, lessened to what other lanes leave of the
// total: one attempt at least.
func (e *Engine) limits(l *lane) limits {
	m := l.limits()
	if e.cfg.Most == 0 {
		return m
	}
	left := e.cfg.Most
	for _, other := range e.lanes {
		if other != l {
			left -= other.claimed
		}
	}
	left = max(left, 1)
	return limits{streams: min(m.streams, left), bulk: min(m.bulk, left)}
}

// skim drops from the tops of the lane's queues what is no longer queued, now
// belongs to another lane, or waits for its place.
func (l *lane) skim(x *tx) {
	for _, h := range []*seqHeap{&l.small, &l.bulk} {
		for len(*h) > 0 && (l.stale(x, h.top()) || x.e.keepBack(h.top())) {
			if it := heap.Pop(h).(*item); it.in == l.number {
				it.in = 0
			}
		}
	}
}

func (l *lane) stale(x *tx, it *item) bool {
	return it.in != l.number || it.removing || x.callers(it) == nil || x.state(it) != core.StateQueued || x.laneKeyOf(it) != l.laneKey
}

// start stages the claim of one transfer. It is durable before the first byte is
// sent.
func (e *Engine) start(ctx context.Context, x *tx, l *lane, it *item) *run {
	t := x.get(it)
	r := &run{lane: l, it: it, size: t.Source.Size, restat: it.failed().last == core.CodeFileChanged, quit: ctx.Done(), done: make(chan struct{})}
	if t.Error != nil && t.Error.Code == core.CodeFileChanged {
		r.restat = true
	}
	if !maybeStored(t) {
		it.forget()
	}
	t.State = core.StateSending
	t.Attempts++
	t.StartedAt = x.now
	if err := x.put(it, t); err != nil {
		return nil
	}
	r.t = x.get(it)
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

// launch begins a run whose claim is durable.
func (e *Engine) launch(r *run) {
	r.it.run.Store(r)
	if r.lane.halt != nil || r.lane.until.After(e.now()) || e.paused || e.awayFor(r.it) != nil {
		e.conclude(r, result{}) // it was stopped in the same transaction
		return
	}
	if r.lane.begin(r) {
		e.workers.Go(func() error {
			e.work(r.lane)
			return nil
		})
	}
}

// ask reads the lane's profile. It may read the disk, so it does not run in the
// journal's goroutine.
func (e *Engine) ask(ctx context.Context, l *lane) {
	if l.asking {
		return
	}
	l.asking = true
	e.workers.Go(func() error {
		found, err := e.cfg.Uploaders.Endpoint(ctx, l.route())
		e.mustSave(func(x *tx) error {
			if err != nil && ctx.Err() == nil {
				e.noEndpoint(x, l, core.AsError(err))
			}
			x.after(func() {
				l.asking = false
				if err == nil {
					l.learn(found, e.now())
					e.journal.kick()
				}
			})
			return nil
		})
		return nil
	})
}

// noEndpoint handles a profile that can't be used. The lane halts; if the profile
// is gone for good, its transfers fail, as waiting would not help.
func (e *Engine) noEndpoint(x *tx, l *lane, failure *core.Error) {
	if failure.Code != core.CodeProfileNotFound {
		x.after(func() { l.halt = failure })
		return
	}
	if until := e.adoption(failure, x.now); !until.IsZero() {
		x.after(func() { l.hold(until) })
		return
	}
	for _, it := range e.items {
		if it.callers() == nil || x.state(it) != core.StateQueued && x.state(it) != core.StateWaiting {
			continue
		}
		if t := x.get(it); x.laneKeyOf(it) == l.laneKey && (t.State == core.StateQueued || isHeld(t.Error)) {
			t.State, t.Error = core.StateFailed, sticky(failure, maybeStored(t))
			if maybeStored(t) {
				t.State = core.StateUnknown
			}
			_ = x.put(it, t) // logged
		}
	}
}

// halt is why a lane, or everything, is not sent until someone acts.
type halt struct {
	laneKey
	all  bool
	err  *core.Error
	ends time.Time // zero for never
}

// halted returns what is not sent until someone acts, in a fixed order.
func (e *Engine) halted() []halt {
	var halts []halt
	if e.fault.err != nil {
		halts = append(halts, halt{all: true, err: e.fault.err, ends: e.fault.retry})
	}
	for w, l := range e.lanes {
		if l.halt != nil {
			halts = append(halts, halt{laneKey: w, err: l.halt, ends: l.ends})
		}
	}
	slices.SortFunc(halts, func(a, b halt) int {
		switch {
		case a.all || a.before(b.laneKey) && !b.all:
			return -1
		case b.all || b.before(a.laneKey):
			return 1
		}
		return 0
	})
	return halts
}

// untilDue is how long the journal can sleep if no change comes.
func (e *Engine) untilDue() time.Duration {
	now := e.now()
	wait := 24 * time.Hour // if nothing waits
	if e.stopping {
		return wait
	}
	until := func(at time.Time) { wait = min(wait, max(at.Sub(now), 0), longestSleep) }
	switch {
	case e.fault.err != nil:
		until(e.fault.retry)
		return wait
	case e.draining:
		return wait // what falls due is left to the process that gets the queue
	}
	if len(e.waiting) > 0 {
		until(e.waiting[0].at)
	}
	if len(e.leaving) > 0 {
		until(e.leaving[0].until)
	}
	for _, p := range e.places {
		if p.away && !p.looking {
			until(p.until)
		}
	}
	if e.paused {
		return wait
	}
	if len(e.asks) > 0 {
		until(e.asks[0].at)
	}
	for _, l := range e.lanes {
		if at := l.nextDue(e.sought); !at.IsZero() {
			until(at)
		}
	}
	return wait
}

// nextDue is when something has to be done for the lane if no change comes, zero
// for never. It judges by the state at now, so a time in the past is due.
func (l *lane) nextDue(now time.Time) time.Time {
	switch {
	case l.halt != nil:
		return l.ends
	case l.empty() && len(l.doubts) == 0:
		return time.Time{}
	case l.until.After(now):
		return l.until
	case l.empty(): // the server is being asked about its doubtful transfers
		return time.Time{}
	case !l.pace.ready(now):
		return l.pace.next
	}
	return l.look
}
