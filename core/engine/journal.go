package engine

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

// The waits between attempts to save what a full disk or the like refused.
const (
	firstStoreRetry = time.Second
	lastStoreRetry  = 30 * time.Second
)

// Results of small files are in no hurry while others are on their way: what
// gathers for a moment shares one commit.
const (
	gatherFor  = 20 * time.Millisecond
	gatherMost = 256 // results
)

// change is something that someone wants changed. apply stages it; it may be
// called again when the commit fails and the change is owed, so whatever it
// does besides belongs into tx.then.
type change struct {
	apply   func(*tx) error
	patient bool       // may wait for others
	owed    bool       // the result of work that was done: kept until it is saved
	done    chan error // buffered; nil where nobody waits
	err     error
}

// journal gathers changes.
type journal struct {
	wake chan struct{} // buffered: something has gathered
	soon chan struct{} // buffered: something has that may wait for more

	mu      sync.Mutex
	inbox   []*change
	patient int // of them may wait
	closed  bool
}

func newJournal() journal {
	return journal{wake: make(chan struct{}, 1), soon: make(chan struct{}, 1)}
}

// post hands in a change; false when the journal has ended.
func (j *journal) post(c *change) bool {
	j.mu.Lock()
	open := !j.closed
	if open {
		j.inbox = append(j.inbox, c)
		if c.patient {
			j.patient++
		}
	}
	first, full := j.patient == 1, j.patient >= gatherMost
	j.mu.Unlock()
	switch {
	case !c.patient || full:
		j.kick()
	case first:
		signal(j.soon)
	}
	return open
}

// kick makes a round happen now.
func (j *journal) kick() { signal(j.wake) }

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take returns what has gathered. The last call closes the journal.
func (j *journal) take(last bool) []*change {
	j.mu.Lock()
	defer j.mu.Unlock()
	taken := j.inbox
	j.inbox, j.patient, j.closed = nil, 0, last
	return taken
}

// do has a change made and returns once it is durable and shown, or refused.
func (e *Engine) do(ctx context.Context, op string, apply func(*tx) error) error {
	select {
	case <-e.ready:
	case <-e.ended:
		return errStopped(op)
	case <-ctx.Done():
		return cancelled(op, ctx.Err())
	}
	c := &change{apply: apply, done: make(chan error, 1)}
	if !e.journal.post(c) {
		return errStopped(op)
	}
	return <-c.done // the journal always answers
}

// owe hands in the result of work that was done. It can't be refused.
func (e *Engine) owe(apply func(*tx) error) {
	e.journal.post(&change{apply: apply, owed: true})
}

// fault is a store that refuses to save.
type fault struct {
	err   *core.Error // nil: all is well
	count int         // failed commits in a row
	retry time.Time
}

// keep is the journal's goroutine: it works until quit is closed, then saves
// what is left and returns the error of what could not be saved.
func (e *Engine) keep(ctx context.Context, quit <-chan struct{}) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-e.journal.wake:
		case <-e.journal.soon:
			timer.Reset(gatherFor)
			continue
		case <-timer.C:
		case <-quit:
			e.fault.retry = time.Time{} // now or never
			e.round(ctx, e.journal.take(true))
			if len(e.owed) > 0 {
				return e.fault.err
			}
			return nil
		}
		e.round(ctx, e.journal.take(false))
		timer.Reset(e.rest())
	}
}

// round applies, commits and shows what has gathered.
func (e *Engine) round(ctx context.Context, fresh []*change) {
	x := e.begin()
	if e.fault.err != nil && len(fresh) == 0 && x.now.Before(e.fault.retry) {
		return // whatever woke it: what is owed waits with the rest
	}
	changes := slices.Concat(e.owed, fresh)
	e.owed = nil
	for _, c := range changes {
		c.err = c.apply(x)
	}
	if e.fault.err != nil && x.empty() && len(changes) == 0 && !x.now.Before(e.fault.retry) {
		e.fault.err = nil // the next claim tries whether saving works again
	}
	e.schedule(ctx, x)
	if err := e.commit(ctx, x); err != nil {
		e.abandon(ctx, x, changes, err)
		return
	}
	e.takeBack(ctx, x.unwanted)
	e.publish(x)
	e.tell()
	for _, c := range changes {
		if c.done != nil {
			c.done <- c.err
		}
	}
}

// commit makes what is staged durable. It is carried out even while Run ends.
func (e *Engine) commit(ctx context.Context, x *tx) error {
	batch := x.batch()
	if batch.Empty() {
		return nil
	}
	err := e.cfg.Store.Commit(context.WithoutCancel(ctx), batch)
	if err == nil && e.fault.count > 0 {
		e.fault = fault{}
		e.journal.kick() // claims were held back
	}
	return err
}

// abandon forgets what is staged: whoever waits is told, results are kept and
// tried again, first without the others, then with growing waits while the
// queue stands still.
func (e *Engine) abandon(ctx context.Context, x *tx, changes []*change, err error) {
	delay := min(firstStoreRetry<<min(e.fault.count, 6), lastStoreRetry)
	e.fault.count++
	alone := true
	for _, c := range changes {
		switch {
		case c.owed:
			e.owed = append(e.owed, c)
		default:
			alone = false
			c.done <- err
		}
	}
	if alone || len(e.owed) > 0 {
		level := slog.LevelDebug // it is told in the state of the queue, too
		if e.fault.count == 1 {
			level = slog.LevelError
		}
		e.log.Log(ctx, level, "the queue can't be saved", "error", err, "results kept", len(e.owed))
		e.fault.err, e.fault.retry = core.AsError(err), x.now.Add(delay)
	}
	if !alone {
		e.fault.retry = x.now // perhaps it was the others' fault
		e.journal.kick()
	}
	e.discard(x)
}
