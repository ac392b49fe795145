package engine

import (
	"container/heap"
	"context"
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
	if it.gone || it.leaving > 0 {
		return
	}
	switch it.state() {
	case core.StateQueued:
		if !it.queued {
			e.lane(it.shared.options.Profile).push(it)
		}
		e.journal.kick()
	case core.StateWaiting:
		heap.Push(&e.waiting, due{it, it.late().notBefore})
	}
}

// schedule stages what time and room allow: transfers that have waited long
// enough, and claims.
func (e *Engine) schedule(ctx context.Context, x *tx) {
	if e.stopping || e.fault.err != nil {
		return
	}
	for len(e.waiting) > 0 && !e.waiting[0].at.After(x.now) {
		d := heap.Pop(&e.waiting).(due)
		if t := x.get(d.it); !d.it.leaves && t.State == core.StateWaiting && t.NotBefore.Equal(d.at) {
			t.State = core.StateQueued
			_ = x.put(d.it, t) // logged
		}
	}
	if e.paused || x.paused != nil {
		return
	}
	e.sort()
	for _, l := range e.lanes {
		if e.cfg.Profile == "" || e.cfg.Profile == l.profile {
			e.claim(ctx, x, l)
		}
	}
}

// claim stages the start of as many of the lane's transfers as there is room
// for.
func (e *Engine) claim(ctx context.Context, x *tx, l *lane) {
	l.skim(x)
	if l.halt != nil && !l.ends.IsZero() && !l.ends.After(x.now) {
		l.lift()
	}
	if l.halt != nil || l.until.After(x.now) || len(l.small)+len(l.bulk) == 0 {
		return
	}
	l.mu.Lock()
	endpoint, known := l.endpoint, l.known
	l.mu.Unlock()
	if !known {
		e.ask(ctx, l)
		return
	}
	m := l.limits()
	l.ended = 0
	for ; ; l.skim(x) {
		it := l.pick(m)
		if it == nil {
			return
		}
		it.queued = false
		if r := e.start(ctx, x, l, it, endpoint); r != nil {
			l.claim(r)
			x.claims = append(x.claims, r)
		}
	}
}

// skim drops what is no longer queued from the tops of the lane's queues.
func (l *lane) skim(x *tx) {
	for _, h := range []*seqHeap{&l.small, &l.bulk} {
		for len(*h) > 0 && (h.top().leaves || x.state(h.top()) != core.StateQueued) {
			heap.Pop(h).(*item).queued = false
		}
	}
}

// start stages the claim of one transfer, durable before its first byte.
func (e *Engine) start(ctx context.Context, x *tx, l *lane, it *item, endpoint Endpoint) *run {
	t := x.get(it)
	if t.Server != endpoint.Server && maybeStored(t) {
		// What another server may have is not for this one to say.
		t.State = core.StateUnknown
		_ = x.put(it, t) // logged
		return nil
	}
	r := &run{lane: l, it: it, size: t.Source.Size, restat: it.failed().last == core.CodeFileChanged, quit: ctx.Done(), done: make(chan struct{})}
	if t.Error != nil && t.Error.Code == core.CodeFileChanged {
		r.restat = true
	}
	if t.Server != endpoint.Server {
		t.Resume = "" // the other server is out of reach
	}
	t.State, t.Server = core.StateSending, endpoint.Server
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
	if r.lane.halt != nil || r.lane.until.After(e.now()) || e.paused {
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
		found, err := e.cfg.Uploaders.Endpoint(ctx, l.profile)
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
	for _, it := range e.items {
		if x.state(it) != core.StateQueued {
			continue
		}
		if t := x.get(it); t.Options.Profile == l.profile {
			t.State, t.Error = core.StateFailed, sticky(failure, maybeStored(t))
			if maybeStored(t) {
				t.State = core.StateUnknown
			}
			_ = x.put(it, t) // logged
		}
	}
}

// haltError is why nothing is sent until someone acts, nil while all is well.
func (e *Engine) haltError() *core.Error {
	if e.fault.err != nil {
		return e.fault.err
	}
	if l := e.lanes[e.cfg.Profile]; l != nil {
		return l.halt
	}
	var first *lane
	for _, l := range e.lanes {
		if l.halt != nil && (first == nil || l.profile < first.profile) {
			first = l
		}
	}
	if first == nil {
		return nil
	}
	return first.halt
}

// rest is how long nothing needs to be done unless something happens.
func (e *Engine) rest() time.Duration {
	now := e.now()
	wait := 24 * time.Hour // nothing waits
	if e.stopping {
		return wait
	}
	until := func(at time.Time) { wait = min(wait, max(at.Sub(now), 0), longestRest) }
	if e.fault.err != nil {
		until(e.fault.retry)
	} else {
		if len(e.waiting) > 0 {
			until(e.waiting[0].at)
		}
		for _, l := range e.lanes {
			if l.until.After(now) && len(l.small)+len(l.bulk) > 0 {
				until(l.until)
			}
			if l.halt != nil && !l.ends.IsZero() {
				until(l.ends)
			}
		}
	}
	return wait
}
