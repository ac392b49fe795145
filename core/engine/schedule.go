package engine

import (
	"container/heap"
	"context"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// longestRest is how often the wall clock is looked at while something waits:
// timers stand still while the machine sleeps.
const longestRest = 30 * time.Second

// due is a transfer that waits.
type due struct {
	it *item
	at time.Time
}

// dueHeap is a heap by time.
type dueHeap []due

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(v any)        { *h = append(*h, v.(due)) }
func (h *dueHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = due{}
	*h = old[:len(old)-1]
	return last
}

// place puts a transfer where its durable state belongs. What leaves a state
// stays behind in the heaps until its turn comes, and is passed over then.
func (e *Engine) place(it *item) {
	if it.gone || it.leaving > 0 || it.crew() == nil {
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
		if l := e.lane(it.way()); it.in != l.number {
			l.push(it)
		}
		e.journal.kick()
	case core.StateWaiting:
		switch late := it.late(); {
		case it.inDoubt(): // also if it is in doubt since its profile led elsewhere
			e.askAt(it, late.notBefore)
		case isHeld(late.err):
			e.lane(it.way()).held[it] = struct{}{}
			e.journal.kick()
		default:
			heap.Push(&e.waiting, due{it, late.notBefore})
		}
	case core.StateUnknown:
		if late := it.late(); it.inDoubt() && !late.notBefore.IsZero() {
			e.askAt(it, late.notBefore)
		}
	}
}

// schedule stages what time and room allow: transfers that have waited long
// enough, and claims.
func (e *Engine) schedule(ctx context.Context, x *tx) {
	e.sought = x.now
	if e.stopping || e.draining || e.fault.err != nil {
		return
	}
	for len(e.waiting) > 0 && !e.waiting[0].at.After(x.now) {
		d := heap.Pop(&e.waiting).(due)
		if t := x.get(d.it); !d.it.leaves && x.crew(d.it) != nil && t.State == core.StateWaiting && t.NotBefore.Equal(d.at) {
			t.State = core.StateQueued
			_ = x.put(d.it, t) // logged
		}
	}
	e.lookAround(x)
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

// claim stages the start of as many of the lane's transfers as there is room
// for.
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

// limits are those of a lane, with what others leave it of the room that there
// is for all: one attempt at least.
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

// skim drops what is no longer queued, goes another way by now, or waits for its
// place to be back, from the tops of the lane's queues.
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
	return it.in != l.number || it.leaves || x.crew(it) == nil || x.state(it) != core.StateQueued || x.wayOf(it) != l.way
}

// start stages the claim of one transfer, durable before its first byte.
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

// launch begins a claimed run: its claim is durable.
func (e *Engine) launch(r *run) {
	r.it.run.Store(r)
	if r.lane.halt != nil || r.lane.until.After(e.now()) || e.paused || e.awayFor(r.it) != nil {
		e.conclude(r, result{}) // what happened in the same round
		return
	}
	if r.lane.begin(r) {
		e.workers.Go(func() error {
			e.work(r.lane)
			return nil
		})
	}
}

// ask looks the lane's profile up, off the journal's goroutine: it may read
// the disk.
func (e *Engine) ask(ctx context.Context, l *lane) {
	if l.asking {
		return
	}
	l.asking = true
	e.workers.Go(func() error {
		found, err := e.cfg.Uploaders.Endpoint(ctx, l.route())
		e.owe(func(x *tx) error {
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

// noEndpoint deals with a profile that can't be used: without it nothing of it
// can be sent, but if it is gone for good, waiting won't help.
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
		if it.crew() == nil || x.state(it) != core.StateQueued && x.state(it) != core.StateWaiting {
			continue
		}
		if t := x.get(it); x.wayOf(it) == l.way && (t.State == core.StateQueued || isHeld(t.Error)) {
			t.State, t.Error = core.StateFailed, sticky(failure, maybeStored(t))
			if maybeStored(t) {
				t.State = core.StateUnknown
			}
			_ = x.put(it, t) // logged
		}
	}
}

// halt is why what goes a way, or all, is not sent until someone acts.
type halt struct {
	way
	all bool
	err *core.Error
}

// halted is what is not sent until someone acts, in a fixed order.
func (e *Engine) halted() []halt {
	var halts []halt
	if e.fault.err != nil {
		halts = append(halts, halt{all: true, err: e.fault.err})
	}
	for w, l := range e.lanes {
		if l.halt != nil {
			halts = append(halts, halt{way: w, err: l.halt})
		}
	}
	slices.SortFunc(halts, func(a, b halt) int {
		switch {
		case a.all || a.before(b.way) && !b.all:
			return -1
		case b.all || b.before(a.way):
			return 1
		}
		return 0
	})
	return halts
}

// rest is how long nothing needs to be done unless something happens.
func (e *Engine) rest() time.Duration {
	now := e.now()
	wait := 24 * time.Hour // nothing waits
	if e.stopping {
		return wait
	}
	until := func(at time.Time) { wait = min(wait, max(at.Sub(now), 0), longestRest) }
	switch {
	case e.fault.err != nil:
		until(e.fault.retry)
		return wait
	case e.draining:
		return wait // what is due is for the process that gets the queue
	}
	if len(e.waiting) > 0 {
		until(e.waiting[0].at)
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
		if at := l.rest(e.sought); !at.IsZero() {
			until(at)
		}
	}
	return wait
}

// rest is when something is to be done for the lane if nothing happens before,
// zero for never, by how it was at now: what has become due since then is.
func (l *lane) rest(now time.Time) time.Time {
	switch {
	case l.halt != nil:
		return l.ends
	case l.empty() && len(l.doubts) == 0:
		return time.Time{}
	case l.until.After(now):
		return l.until
	case l.empty(): // its doubts are being asked about
		return time.Time{}
	case !l.pace.ready(now):
		return l.pace.next
	}
	return l.look
}
