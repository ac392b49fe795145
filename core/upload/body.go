package upload

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
)

// How often progress is reported.
const (
	reportEvery = 100 * time.Millisecond
	reportBytes = 1 << 20
)

// errAnswered ends a body whose answer came before its end.
var errAnswered = errors.New("the server answered before the end of the body")

// body is the request body of one attempt: head, content, tail. It counts
// what it hands out, because that decides what a failed attempt may have done.
//
// net/http may still read it after RoundTrip has returned; after finish it
// touches nothing of the caller's any more.
type body struct {
	ctx    context.Context
	cancel context.CancelFunc
	length int64 // of the whole body

	mu       sync.Mutex // held by Read
	parts    io.Reader
	content  content
	failure  *core.Error // why Read failed, nil as long as it didn't
	finished bool
	sum      core.Checksum // once finished, "" unless all was handed out
	answered atomic.Bool
	begun    atomic.Bool // something was handed out
	complete atomic.Bool // the tail was handed out

	report  reporter
	limiter Limiter
	watch   *watchdog
}

// gate is the tail of a body: it opens when before returns nil, and notes that
// it did. Without it no server has the whole body.
type gate struct {
	body   *body
	tail   *bytes.Reader
	before func() error
}

// newBody returns the body of one attempt. before is called once, when all
// content has been handed out and before the tail is.
func newBody(ctx context.Context, f form, file io.Reader, size int64, report reporter, limiter Limiter, watch *watchdog, before func(context.Context) error) *body {
	b := &body{length: int64(len(f.head)) + size + int64(len(f.tail)), report: report, limiter: limiter, watch: watch}
	b.ctx, b.cancel = context.WithCancel(ctx)
	b.content = newContent(b.ctx, file, size) //nolint:contextcheck // the attempt carries its context: it ends with the attempt
	tail := &gate{body: b, tail: bytes.NewReader(f.tail), before: func() error {
		watch.rest()
		defer watch.touch()
		return before(b.ctx)
	}}
	b.parts = io.MultiReader(bytes.NewReader(f.head), &metered{b}, tail)
	return b
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.complete.Load():
		return b.parts.Read(p) // what is left of the tail, then io.EOF
	case b.answered.Load():
		// The answer is being read: ending the body now would end the
		// connection under it.
		<-b.ctx.Done()
		return 0, errAnswered
	case b.failure != nil:
		return 0, b.failure
	case b.ctx.Err() != nil:
		return 0, b.ctx.Err() // finished: the content must not be touched
	}
	b.watch.touch()
	n, err := b.parts.Read(p)
	if n > 0 {
		b.begun.Store(true)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.fail(err)
	}
	return n, err
}

// fail remembers a failure of our own; one that only follows from the end of
// the attempt is none.
func (b *body) fail(err error) {
	if b.ctx.Err() == nil || core.CodeOf(err) != core.CodeInternal {
		b.failure = core.AsError(err)
	}
}

// Close implements io.Closer: net/http reads no more. It may be called while
// a Read waits, and ends that. A body that was not begun stays as it is:
// golang.org/x/net/http2 closes it when a connection turns out to be full, and
// then takes it to the next one.
func (b *body) Close() error {
	if b.begun.Load() {
		b.cancel()
	}
	return nil
}

// stop makes further reads wait until finish: an answer has come.
func (b *body) stop() { b.answered.Store(true) }

// finish ends the body and returns when nothing of it runs any more, with the
// failure that it had, if any, and the content's hash if all was handed out.
func (b *body) finish() (core.Checksum, *core.Error) {
	b.cancel()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.finished {
		b.finished = true
		b.content.close()
		if b.complete.Load() {
			b.sum = b.content.sum()
		}
	}
	return b.sum, b.failure
}

// metered hands out content: limited, reported.
type metered struct{ body *body }

func (m *metered) Read(p []byte) (int, error) {
	b := m.body
	if b.limiter != nil {
		p = p[:min(len(p), max(b.limiter.Burst(), 1))]
	}
	n, err := b.content.Read(p)
	if n > 0 && b.limiter != nil {
		b.watch.rest() // waiting for our own limit is no stall
		limited := b.limiter.WaitN(b.ctx, n)
		b.watch.touch()
		if limited != nil {
			return 0, limited
		}
	}
	b.report.add(n)
	return n, err
}

// Read implements io.Reader.
func (g *gate) Read(p []byte) (int, error) {
	if g.before != nil {
		if err := g.before(); err != nil {
			return 0, err
		}
		g.before = nil
		g.body.complete.Store(true)
		defer g.body.watch.await()
	}
	return g.tail.Read(p)
}

// reporter tells Progress how far it is, not too often.
type reporter struct {
	to   core.Progress
	now  func() time.Time
	size int64

	sent, told int64
	at         time.Time
}

// start reports 0.
func (r *reporter) start() {
	r.at = r.now()
	r.to.Sent(0)
}

func (r *reporter) add(n int) {
	if n <= 0 {
		return
	}
	r.sent += int64(n)
	if r.sent < r.size && r.sent-r.told < reportBytes {
		if now := r.now(); now.Sub(r.at) < reportEvery {
			return
		}
	}
	r.told, r.at = r.sent, r.now()
	r.to.Sent(r.sent)
}
