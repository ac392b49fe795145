package engine

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

// The waits between attempts to save after a failure, of a full disk for
// instance.
const (
	firstStoreRetry = time.Second
	lastStoreRetry  = 30 * time.Second
)

// Results of small files may wait a moment while other files are under way, so
// that several share one commit.
const (
	gatherFor  = 20 * time.Millisecond
	gatherMost = 256 // results
)

// change is a change of the queue. apply stages it. Where the change must be
// saved, apply is called again after a commit that failed, so side effects
// belong in tx.then.
type change struct {
	apply    func(*tx) error
	patient  bool       // may wait, to share a commit
	mustSave bool       // of work that was done: kept until it is saved
	done     chan error // buffered; nil where nobody waits
	err      error
}

// journal gathers changes.
type journal struct {
	wake chan struct{} // buffered: there are changes
	soon chan struct{} // buffered: there are changes that may wait

	mu      sync.Mutex
	inbox   []*change
	patient int // how many of them may wait
	closed  bool
}

func newJournal() journal {
	return journal{wake: make(chan struct{}, 1), soon: make(chan struct{}, 1)}
}

// post hands in a change. It returns false if the journal has ended.
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

// kick makes the journal begin a transaction now.
func (j *journal) kick() { signal(j.wake) }

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take returns the changes that have gathered. The last call closes the journal.
func (j *journal) take(last bool) []*change {
	j.mu.Lock()
	defer j.mu.Unlock()
	taken := j.inbox
	j.inbox, j.patient, j.closed = nil, 0, last
	return taken
}

// do posts a change and returns once it is durable and shown, or refused.
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

// mustSave posts the change that follows from work that was done. It can't be
// refused.
func (e *Engine) mustSave(apply func(*tx) error) {
	e.journal.post(&change{apply: apply, mustSave: true})
}

// fault is the state of a store that fails to save.
type fault struct {
	err   *core.Error // nil: all is well
	count int         // failed commits in a row
	retry time.Time
}

// keep is the journal's goroutine. It works until quit is closed, then saves what
// is left and returns why something could not be saved.
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
			e.fault.retry = time.Time{} // the last chance to save
			e.transact(ctx, e.journal.take(true))
			if len(e.unsaved) > 0 {
				return e.fault.err
			}
			return nil
		}
		e.transact(ctx, e.journal.take(false))
		timer.Reset(e.untilDue())
	}
}

// transact applies, commits and shows the changes that have gathered.
func (e *Engine) transact(ctx context.Context, fresh []*change) {
	x := e.begin()
	if e.fault.err != nil && len(fresh) == 0 && x.now.Before(e.fault.retry) {
		return // whatever woke it: saving is not due yet
	}
	changes := slices.Concat(e.unsaved, fresh)
	e.unsaved = nil
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

// abandon drops what was staged after a commit failed. Callers get the error;
// changes that must be saved are kept and tried again, first without the others,
// then with growing waits while the queue stands still.
func (e *Engine) abandon(ctx context.Context, x *tx, changes []*change, err error) {
	delay := min(firstStoreRetry<<min(e.fault.count, 6), lastStoreRetry)
	e.fault.count++
	alone := true
	for _, c := range changes {
		switch {
		case c.mustSave:
			e.unsaved = append(e.unsaved, c)
		default:
			alone = false
			c.done <- err
		}
	}
	if alone || len(e.unsaved) > 0 {
		level := slog.LevelDebug // the queue's state shows it too
		if e.fault.count == 1 {
			level = slog.LevelError
		}
		e.log.Log(ctx, level, "the queue can't be saved", "error", err, "results kept", len(e.unsaved))
		e.fault.err, e.fault.retry = core.AsError(err), x.now.Add(delay)
	}
	if !alone {
		e.fault.retry = x.now // perhaps one of the refused changes was the cause
		e.journal.kick()
	}
	e.discard(x)
}
