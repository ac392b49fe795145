package upload

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/transport"
)

// continueLimit is the size above which the server is asked before the body is sent
// (Expect: 100-continue), so that a refusal costs nothing.
const continueLimit = 1 << 20

// Upload makes one attempt to send the file of t. It returns the receipt once the
// server's checksum and size match what was sent. Errors are *core.Error; Outcome
// says what the server may have done.
func (c *Client) Upload(ctx context.Context, t core.Transfer, p core.Progress) (core.Receipt, error) {
	file, err := content.Open(t.Source)
	if err != nil {
		return core.Receipt{}, err
	}
	defer func() { _ = file.Close() }()
	token, err := c.tokenFor(ctx, t.Source.Size)
	if err != nil {
		return core.Receipt{}, transport.TokenError(opUpload, err)
	}
	f, err := newForm(t.Source.Name, t.Options, !c.keepsTags.Load())
	if err != nil {
		return core.Receipt{}, &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: opUpload,
			Message: "What is said about the file can't be sent.", Err: err}
	}
	a := c.begin(ctx, t, f)
	if t.Source.Size <= wholeLimit {
		a.body, err = newWhole(ctx, f, file, t.Source.Size, c.cfg.Limiter, &a.conn, p)
		if err != nil {
			a.cancel(nil)
			return core.Receipt{}, err
		}
	} else {
		a.stream(file, p)
	}
	receipt, failure := a.run(token) //nolint:contextcheck // the attempt carries its context: it ends with the attempt
	if failure != nil {
		if failure.Op == "" {
			failure.Op = opUpload
		}
		c.server.Down(failure)
		c.cfg.Log.Debug("attempt failed", "transfer", t.ID, "code", failure.Code, "status", failure.Status, "outcome", failure.Outcome)
		return core.Receipt{}, failure
	}
	return receipt, nil
}

// attempt is one attempt under way.
type attempt struct {
	client   *Client
	parent   context.Context // the caller's
	ctx      context.Context // ends with the attempt
	cancel   context.CancelCauseFunc
	transfer core.Transfer
	form     form
	body     payload
	watch    *transport.Watchdog
	conn     transport.Connection
	passage  atomic.Pointer[transport.Passage] // set once the body is being read
}

func (c *Client) begin(ctx context.Context, t core.Transfer, f form) *attempt {
	a := &attempt{client: c, parent: ctx, transfer: t, form: f}
	a.ctx, a.cancel = context.WithCancelCause(ctx)
	a.watch = transport.NewWatchdog(a.cancel)
	return a
}

// stream makes a body that is read while it is sent.
func (a *attempt) stream(file *content.File, p core.Progress) {
	size := a.transfer.Source.Size
	report := transport.NewReporter(p, a.client.cfg.Now, size, 0)
	a.body = newBody(a.ctx, a.form, file.Section(0, size), size, report, a.client.cfg.Limiter, a.watch, a.measure, func(ctx context.Context) error {
		if err := file.Unchanged(); err != nil {
			return err
		}
		if size > core.FinishThreshold {
			return p.Finishing(ctx)
		}
		return nil
	})
}

// run sends the request and reads the answer. When it returns, nothing of the attempt
// runs any more.
func (a *attempt) run(token core.Token) (core.Receipt, *core.Error) {
	defer func() { a.cancel(nil); a.watch.Stop(); _, _ = a.body.finish(); a.measured(false) }()
	req, err := a.request(token)
	if err != nil {
		return core.Receipt{}, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid,
			Message: "The upload request can't be made.", Err: err}
	}
	resp, used, err := a.client.send(req, a.transfer.Source.Size)
	if err != nil {
		return core.Receipt{}, a.broken(err)
	}
	defer func() {
		_, _ = a.body.finish() // first: over HTTP/2 closing the answer waits for it
		_ = resp.Body.Close()
	}()
	complete := a.body.complete()
	a.body.stop()
	a.watch.Await()
	data, err := transport.ReadAnswer(resp.Body)
	a.measured(complete)
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated:
		a.client.taken(token)
		return a.accepted(resp, data, err, complete)
	case http.StatusUnauthorized:
		a.client.cfg.Tokens.Invalidate(token)
	case http.StatusMisdirectedRequest:
		used.CloseIdleConnections()
	}
	failure := transport.FailureOf(opUpload, resp, data, complete, a.client.cfg.Now())
	transport.CutShort(failure, a.body.begun() && !complete)
	if complete {
		a.outlasted(failure, token)
	}
	return core.Receipt{}, failure
}

// request returns the upload call. GetBody stays nil: with it net/http would send a
// body again by itself, although the server may have stored it.
func (a *attempt) request(token core.Token) (*http.Request, error) {
	ctx := httptrace.WithClientTrace(a.ctx, &httptrace.ClientTrace{GotConn: a.conn.Got, WroteHeaders: a.watch.Touch, WroteRequest: func(httptrace.WroteRequestInfo) { a.watch.Await() }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.client.uploadURL, a.body.reader())
	if err != nil {
		return nil, err
	}
	req.ContentLength = a.body.length()
	req.Header.Set("Content-Type", a.form.contentType)
	req.Header.Set("Authorization", "Bearer "+token.Value.Reveal())
	req.Header.Set("Idempotency-Key", string(a.transfer.ID))
	if a.transfer.Source.Size > continueLimit {
		req.Header.Set("Expect", "100-continue")
	}
	return req, nil
}

// accepted reads an answer of success. It is accepted only with the hash of
// everything that was sent.
func (a *attempt) accepted(resp *http.Response, data []byte, readErr error, complete bool) (core.Receipt, *core.Error) {
	sum, _ := a.body.finish()
	var failure *core.Error
	switch {
	case !complete:
		failure = invalidAnswer("The server said yes before it had the whole file.", nil)
		failure.Outcome = core.OutcomeCutOff
	case errors.Is(readErr, transport.ErrTooLong):
		failure = invalidAnswer("The server's answer is too long.", readErr)
	case readErr != nil:
		return core.Receipt{}, a.broken(readErr)
	}
	if failure == nil {
		receipt, err := parseReceipt(data, sent{name: content.SafeName(a.transfer.Source.Name), size: a.transfer.Source.Size, sum: sum, asked: a.transfer.Options})
		if err == nil {
			receipt.HTTP, receipt.Status = resp.Proto, resp.StatusCode
			a.client.learnTags(data, &receipt, a.transfer.Options)
			return receipt, nil
		}
		failure = core.AsError(err)
	}
	failure.Status = resp.StatusCode
	return core.Receipt{}, failure
}

// broken is the error of an attempt that got no answer, or only part of one.
func (a *attempt) broken(err error) *core.Error {
	e := a.client.server.Broken(a.parent, a.ctx, opUpload, err) // before finish ends the attempt
	if _, own := a.body.finish(); own != nil {
		failure := *own
		e = &failure
	}
	e.Outcome = a.outcome(e)
	return e
}

// outcome says what the server may have done, by how much of the body was sent.
func (a *attempt) outcome(e *core.Error) core.Outcome {
	switch {
	case e.Kind == core.KindTLS, e.Code == core.CodeTLSClientSilent, transport.Unprocessed(e), !a.body.begun():
		return core.OutcomeNotProcessed
	case !a.body.complete(), !a.conn.Wrote(a.body.length()):
		return core.OutcomeCutOff
	}
	return core.OutcomeUnknown
}
