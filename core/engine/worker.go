package engine

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// run is one attempt, from its claim to its result.
type run struct {
	lane   *lane
	it     *item
	t      core.Transfer // as claimed
	size   int64         // as claimed, for the lane's counts
	restat bool          // the file had changed: read its facts again first

	ctx    context.Context // ends when the attempt has to stop
	cancel context.CancelFunc
	sent   atomic.Int64    // bytes of the file sent so far
	quit   <-chan struct{} // closed when the engine has to end
	done   chan struct{}   // closed once the result is durable

	// What follows belongs to the journal.
	wish     core.State // the state that the user wants for the transfer
	released bool       // no longer counted in the lane's limits
}

// result is the outcome of a run.
type result struct {
	begun      bool // false: nothing was done, and the run doesn't count as an attempt
	start, end time.Time
	sent       int64
	resumed    int64  // what the server had when the attempt began
	place      string // the place that is away, "" for none
	receipt    core.Receipt
	err        *core.Error // nil: stored
	honours    honours     // asked if the outcome is unknown
}

// honours is whether a server refuses duplicates by Idempotency-Key.
type honours int

const (
	honoursUnknown honours = iota // the server could not be asked; it is asked before the next attempt
	honoursNo
	honoursYes
)

// work is a worker: it makes attempts until its lane has no more for it. After a
// failed one it waits until the journal has handled it: if the server refuses a
// sign-in, no second one is tried.
func (e *Engine) work(l *lane) {
	for r := l.next(); r != nil; r = l.next() {
		out := e.attempt(r)
		e.conclude(r, out)
		if out.err != nil {
			select {
			case <-r.done:
			case <-r.quit:
			}
		}
	}
}

// attempt makes one attempt.
func (e *Engine) attempt(r *run) result {
	out := result{start: e.now()}
	if r.ctx.Err() != nil || isClosed(r.quit) {
		return out
	}
	endpoint, err := r.lane.current(r.ctx, e.cfg.Uploaders, out.start)
	if err == nil && endpoint.Destination != r.lane.to {
		return out // the profile has changed: the transfer has to wait
	}
	out.begun = true
	if err == nil {
		err = e.send(r, &out)
	}
	if core.CodeOf(err) == core.CodeOtherServer { // the profile has changed just now
		r.lane.lookAgain()
		return result{start: out.start}
	}
	out.end = e.now()
	if err != nil && r.ctx.Err() != nil && core.CodeOf(err) == core.CodeInternal {
		err = cancelled("upload", err)
	}
	out.err = core.AsError(err)
	if err != nil {
		e.blame(r, &out)
	}
	return out
}

// send sends the file, unless the server may have it already and may not refuse
// duplicates.
func (e *Engine) send(r *run, out *result) error {
	uploader, err := e.cfg.Uploaders.Uploader(r.ctx, r.lane.route(), r.lane.to)
	if err != nil {
		return err
	}
	if maybeStored(r.t) {
		if err := e.verify(r, uploader, out); err != nil {
			return err
		}
	}
	if r.restat {
		if err := e.restat(r); err != nil {
			return err
		}
	}
	err = e.upload(r, uploader, out)
	if needsCopy(r.t, err) {
		if err = e.spool(r, err); err == nil {
			err = e.upload(r, uploader, out)
		}
	}
	if err == nil && r.lane.askKey() {
		r.lane.setKey(ask(r, uploader))
	}
	if err != nil && core.AsError(err).Outcome == core.OutcomeUnknown {
		out.honours = ask(r, uploader)
	}
	return err
}

// upload sends the file, or the part that the server lacks.
func (e *Engine) upload(r *run, uploader Uploader, out *result) (err error) {
	p := &progress{e: e, r: r}
	e.observer.UploadStarted()
	begun := e.cfg.Now()
	ended := e.claims.begin(r)
	out.receipt, err = uploader.Upload(r.ctx, r.t, p)
	ended(out.receipt.FileID)
	e.observer.UploadFinished(r.t.Options.Retention, e.cfg.Now().Sub(begun), r.t.Source.Size, err)
	out.sent = r.sent.Load()
	out.resumed = p.resumed
	r.lane.timed(uploader.RoundTrip())
	return err
}

func ask(r *run, u Uploader) honours {
	switch yes, err := u.HonoursKey(r.ctx, r.t); {
	case err != nil:
		return honoursUnknown
	case yes:
		return honoursYes
	}
	return honoursNo
}

// verify asks the server before a file is sent that the server may have already.
// An error is why it is not sent; it says nothing about the file.
func (e *Engine) verify(r *run, u Uploader, out *result) error {
	yes, err := u.HonoursKey(r.ctx, r.t)
	switch {
	case err != nil:
		failure := *core.AsError(err)
		failure.Outcome = core.OutcomeNotProcessed
		return &failure
	case !yes:
		out.honours = honoursNo
		return r.t.Error // the outcome stays unknown
	}
	return nil
}

// restat reads the file's facts again.
func (e *Engine) restat(r *run) error {
	src, err := content.Look(r.t.Source)
	if err != nil {
		return nil //nolint:nilerr // the uploader reports it in better words
	}
	return e.do(r.ctx, "send file", func(x *tx) error {
		t := x.get(r.it)
		if t.Resume != "" && fileOf(t.Source) != fileOf(src) { // what the server has is of another version of the file
			t.Resume = ""
		}
		t.Source = src
		x.after(func() { r.t.Source, r.t.Resume = src, t.Resume })
		return x.put(r.it, t)
	})
}

// progress implements core.Progress for one attempt.
type progress struct {
	e       *Engine
	r       *run
	resumed int64 // what the server had when the attempt began
}

// Sent implements core.Progress.
func (p *progress) Sent(n int64) {
	if more := n - p.r.sent.Swap(n); more > 0 {
		p.e.observer.BytesSent(more)
	}
	p.e.touch(p.r.it)
	if p.r.lane.narrow.Load() { // by now the network's speed may be known
		p.e.journal.kick()
	}
}

// Resumed implements core.Progress. What earlier attempts sent is not counted
// again.
func (p *progress) Resumed(n int64) {
	p.resumed = n
	p.r.sent.Store(n)
	p.e.touch(p.r.it)
}

// Resumable implements core.Progress.
func (p *progress) Resumable(ctx context.Context, note string) error {
	return p.e.do(ctx, "send file", func(x *tx) error {
		t := x.get(p.r.it)
		t.Resume = note
		return x.put(p.r.it, t)
	})
}

// errStopping ends an upload whose run has to stop.
var errStopping = errors.New("the transfer is being stopped")

// Finishing implements core.Progress: from now on the server may have it all.
func (p *progress) Finishing(ctx context.Context) error {
	return p.e.do(ctx, "send file", func(x *tx) error {
		if p.r.ctx.Err() != nil {
			return cancelled("send file", errStopping)
		}
		t := x.get(p.r.it)
		t.State = core.StateSent
		return x.put(p.r.it, t)
	})
}
