package engine

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
)

// Run loads the queue and works it off until ctx ends. It returns once every
// goroutine has ended and every result is saved; an error is why some could not
// be. Files whose attempts were stopped are queued again; if the server may have
// stored one, the server is asked before it is sent again. An engine runs once.
func (e *Engine) Run(ctx context.Context) error {
	if !e.started.CompareAndSwap(false, true) {
		return &core.Error{Kind: core.KindUsage, Code: core.CodeInternal, Op: "run queue", Message: "The queue runs already."}
	}
	defer close(e.ended)
	e.workers = &errgroup.Group{}
	if err := e.load(ctx); err != nil {
		e.journal.take(true)
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	var keeper errgroup.Group
	quit := make(chan struct{})
	keeper.Go(func() error { return e.keep(ctx, quit) })
	e.running = ctx
	close(e.ready)
	<-ctx.Done()
	e.stop(context.WithoutCancel(ctx))
	close(quit)
	return keeper.Wait()
}

// stop returns when no attempt and no Submit is under way any more.
func (e *Engine) stop(ctx context.Context) {
	_ = e.do(ctx, "stop", func(*tx) error {
		e.stopping = true // at once: a full disk must not keep the program from ending
		for _, l := range e.lanes {
			e.recall(l, func(*run) bool { return true })
		}
		return nil
	})
	<-e.submits          // kept, so that no Submit begins any more
	_ = e.workers.Wait() // workers return no errors
}

// load reads the queue and recovers what a crash interrupted.
func (e *Engine) load(ctx context.Context) error {
	found, err := e.cfg.Store.Unfinished(ctx)
	if err != nil {
		return err
	}
	x := e.begin()
	e.loaded = x.now
	var interrupted, cancelled []*item
	for _, t := range found {
		it := &item{packed: e.packer.pack(t, packed{})}
		if t.Error != nil {
			it.failures = &failures{last: t.Error.Code}
		}
		e.lastSeq, e.firstSeq = max(e.lastSeq, t.Seq), min(e.firstSeq, t.Seq)
		x.add(it)
		if t.State.Active() {
			interrupted = append(interrupted, it)
		}
		if t.State == core.StateCancelled && t.Resume != "" && it.callers() != nil {
			cancelled = append(cancelled, it)
		}
	}
	e.publish(x)
	e.askAll()
	e.sweep(found)
	e.recover(interrupted)
	e.disownAll(cancelled)
	if len(found) > 0 {
		e.log.Info("the queue is loaded", "transfers", len(found), "interrupted", len(interrupted))
	}
	return nil
}

// errInterrupted is the cause of an attempt that ended with the program.
var errInterrupted = errors.New("the program ended during the upload")

// recover queues what was under way when the program ended. If the server may
// have the file, that is remembered, and the server is asked when the file's turn
// comes.
func (e *Engine) recover(interrupted []*item) {
	for chunk := range chunks(interrupted) {
		e.mustSave(func(x *tx) error {
			for _, it := range chunk {
				t := x.get(it)
				failure := interruption(t)
				t.State = core.StateQueued
				if failure.Outcome == core.OutcomeUnknown {
					t.Error = failure
				}
				x.attempts = append(x.attempts, record(t, result{start: t.StartedAt, end: x.now, err: failure}))
				_ = x.put(it, t) // logged
			}
			return nil
		})
	}
}

// interruption says what the server may have of a transfer that was under way.
// If the transfer has a Resume note, its uploader finds that out by itself.
func interruption(t core.Transfer) *core.Error {
	failure := &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: "upload", Outcome: core.OutcomeCutOff,
		Message: "The upload was interrupted.", Err: errInterrupted}
	if t.Resume == "" && (t.State == core.StateSent || t.Source.Size <= core.FinishThreshold) {
		failure.Kind, failure.Code, failure.Outcome = core.KindNetwork, core.CodeOutcomeUnknown, core.OutcomeUnknown
		failure.Message = "The upload was interrupted when the server may have had the whole file."
	}
	return failure
}
