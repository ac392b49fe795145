package transport

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/artstore/ingester/core"
)

// errAnswered ends a body whose answer came before its end.
var errAnswered = errors.New("the server answered before the end of the body")

// Body is a request body that knows how much of it was handed out, because that
// decides what a failed request may have done.
//
// net/http may still read it after RoundTrip has returned. After Finish it uses
// nothing of the caller's any more.
type Body struct {
	Length int64     // length of the whole body
	Parts  io.Reader // the content; set before the first Read

	ctx    context.Context // ends with the body
	cancel context.CancelFunc
	watch  *Watchdog

	mu       sync.Mutex // held by Read
	failure  *core.Error
	out      atomic.Int64 // bytes handed out
	answered atomic.Bool
	begun    atomic.Bool
	complete atomic.Bool
}

// NewBody returns a body of length bytes that touches watch while it is read.
func NewBody(ctx context.Context, length int64, watch *Watchdog) *Body {
	b := &Body{Length: length, watch: watch}
	b.ctx, b.cancel = context.WithCancel(ctx)
	return b
}

// Context returns a context that ends with the body.
func (b *Body) Context() context.Context { return b.ctx }

// Sent is how many bytes were handed out.
func (b *Body) Sent() int64 { return b.out.Load() }

// Begun reports whether something was handed out.
func (b *Body) Begun() bool { return b.begun.Load() }

// Complete reports whether everything was handed out, or Seal was called.
func (b *Body) Complete() bool { return b.complete.Load() }

// Seal makes the body count as complete before its end is handed out.
func (b *Body) Seal() { b.complete.Store(true) }

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.complete.Load():
	case b.answered.Load():
		// The answer is being read: if the body ended now, net/http would close
		// the connection.
		<-b.ctx.Done()
		return 0, errAnswered
	case b.failure != nil:
		return 0, b.failure
	case b.ctx.Err() != nil:
		return 0, b.ctx.Err() // finished: nothing of the caller's is used
	default:
		b.watch.Touch()
	}
	n, err := b.Parts.Read(p)
	if n > 0 {
		b.begun.Store(true)
		if b.out.Add(int64(n)) >= b.Length {
			b.complete.Store(true)
			b.watch.Await()
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.fail(err)
	}
	return n, err
}

// fail keeps a failure of our own. One that only follows from the end of the attempt
// doesn't count.
func (b *Body) fail(err error) {
	if b.ctx.Err() == nil || core.CodeOf(err) != core.CodeInternal {
		b.failure = core.AsError(err)
	}
}

// Close implements io.Closer: net/http reads no more. It may be called while a Read
// waits, and ends that. A body that was not begun and got no answer stays usable:
// golang.org/x/net/http2 closes it when a connection turns out to be full, and then
// sends it over the next one.
func (b *Body) Close() error {
	if b.begun.Load() || b.answered.Load() {
		b.cancel()
	}
	return nil
}

// Stop makes further reads wait until Finish: an answer has come.
func (b *Body) Stop() { b.answered.Store(true) }

// Finish ends the body, waits until nothing of it runs any more, and returns its
// failure, if any.
func (b *Body) Finish() *core.Error {
	b.cancel()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failure
}

// Metered returns a reader of r, a part of b, that keeps to the limiter and reports
// what it hands out.
func (b *Body) Metered(r io.Reader, limiter Limiter, report *Reporter) io.Reader {
	return &metered{body: b, from: r, limiter: limiter, report: report}
}

type metered struct {
	body    *Body
	from    io.Reader
	limiter Limiter // nil: none
	report  *Reporter
}

func (m *metered) Read(p []byte) (int, error) {
	if m.limiter != nil {
		p = p[:min(len(p), max(m.limiter.Burst(), 1))]
	}
	n, err := m.from.Read(p)
	if n > 0 && m.limiter != nil {
		m.body.watch.Rest() // waiting for our own limit is no stall
		limited := m.limiter.WaitN(m.body.ctx, n)
		m.body.watch.Touch()
		if limited != nil {
			return 0, limited
		}
	}
	m.report.Add(int64(n))
	return n, err
}
