package upload

import (
	"bytes"
	"context"
	"io"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
)

// payload is the request body of one attempt.
type payload interface {
	reader() io.Reader
	length() int64
	begun() bool    // something may have been sent
	complete() bool // everything may have been sent
	stop()          // an answer has come
	// finish ends the body and waits until nothing of it runs any more. It
	// returns the content's hash if everything was handed out, and the body's
	// failure, if any.
	finish() (core.Checksum, *core.Error)
}

// body is read while it is sent: head, content, tail.
type body struct {
	*transport.Body
	content  reader
	finished bool
	sum      core.Checksum // valid once finished, "" unless everything was handed out
}

// gate is the tail of a body. It calls before first and hands out the tail only if
// that returns nil. Without the tail no server has the whole body.
type gate struct {
	body   *transport.Body
	tail   *bytes.Reader
	before func() error
}

// newBody returns the body of one attempt. begin is called once, before anything is
// handed out; before is called once, after the content and before the tail.
func newBody(ctx context.Context, f form, file io.Reader, size int64, report *transport.Reporter, limiter transport.Limiter, watch *transport.Watchdog, begin func(), before func(context.Context) error) *body {
	b := &body{Body: transport.NewBody(ctx, int64(len(f.head))+size+int64(len(f.tail)), watch)}
	ctx = b.Context() //nolint:contextcheck // of ctx: it ends with the body
	b.content = newReader(ctx, file, size)
	tail := &gate{body: b.Body, tail: bytes.NewReader(f.tail), before: func() error {
		watch.Rest()
		defer watch.Touch()
		return before(ctx)
	}}
	b.Parts = io.MultiReader(&opening{bytes.NewReader(f.head), begin}, b.Metered(b.content, limiter, report), tail)
	return b
}

func (b *body) reader() io.Reader { return b.Body }
func (b *body) length() int64     { return b.Length }
func (b *body) begun() bool       { return b.Begun() }
func (b *body) complete() bool    { return b.Complete() }
func (b *body) stop()             { b.Stop() }

// finish implements payload.
func (b *body) finish() (core.Checksum, *core.Error) {
	failure := b.Finish()
	if !b.finished {
		b.finished = true
		b.content.close()
		if b.Complete() {
			b.sum = b.content.sum()
		}
	}
	return b.sum, failure
}

// Read implements io.Reader.
func (g *gate) Read(p []byte) (int, error) {
	if g.before != nil {
		if err := g.before(); err != nil {
			return 0, err
		}
		g.before = nil
		g.body.Seal()
	}
	return g.tail.Read(p)
}

// opening is the head of a body. It calls a function when it is first read.
type opening struct {
	head  *bytes.Reader
	begin func()
}

// Read implements io.Reader.
func (o *opening) Read(p []byte) (int, error) {
	if o.begin != nil {
		o.begin()
		o.begin = nil
	}
	return o.head.Read(p)
}
