package tus

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
)

// statusChecksumMismatch is a status of tus: the bytes that came don't match their
// checksum.
const statusChecksumMismatch = 460

// idempotencyKey is the header by which a server recognises a transfer. A tus
// server may ignore it.
const idempotencyKey = "Idempotency-Key"

// request is what is asked of the server.
type request struct {
	method, url string
	header      map[string]string
	size        int64 // of the transfer: large ones use other connections
	once        bool  // completes an upload in one request, so repeating it would store a second file

	length  int64 // length of the body
	content func(*transport.Body) io.Reader
}

// answer is a server's answer, read to its end.
type answer struct {
	*http.Response
	data     []byte
	begun    bool // some of the body had been sent, or there is none
	complete bool // all of the body had been sent
	token    core.Token
}

// exchange is a request under way.
type exchange struct {
	client *Client
	parent context.Context // the caller's
	ctx    context.Context // ends with the exchange
	cancel context.CancelCauseFunc
	doing  string
	watch  *transport.Watchdog
	conn   transport.Connection
	body   *transport.Body // nil for none
	token  core.Token
	pool   *transport.Pool
	resp   *http.Response
}

// call makes a request and reads the answer, whatever its status. If none came, the
// error's Outcome is unknown if all of the request may have arrived.
func (c *Client) call(ctx context.Context, doing string, r request) (*answer, *core.Error) {
	x, e := c.begin(ctx, doing, r)
	if e != nil {
		return nil, e
	}
	defer x.end()
	begun, complete := x.body == nil || x.body.Begun(), x.body == nil || x.body.Complete()
	data, err := transport.ReadAnswer(x.resp.Body)
	if err != nil && err != transport.ErrTooLong { //nolint:errorlint // as ReadAnswer returns it
		return nil, x.broken(err)
	}
	return &answer{Response: x.resp, data: data, begun: begun, complete: complete, token: x.token}, nil
}

// begin sends a request and returns when the answer begins.
func (c *Client) begin(ctx context.Context, doing string, r request) (*exchange, *core.Error) {
	token, err := c.cfg.Tokens.Token(ctx)
	if err != nil {
		return nil, transport.TokenError(doing, err)
	}
	x := &exchange{client: c, parent: ctx, doing: doing, token: token}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	x.watch = transport.NewWatchdog(x.cancel)
	req, err := x.request(r) //nolint:contextcheck // the exchange carries its context
	if err != nil {
		x.end()
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: doing,
			Message: "The upload request can't be made.", Err: err}
	}
	if x.resp, x.pool, err = c.server.Send(req, r.size); err != nil { //nolint:bodyclose // end does
		e := x.broken(err)
		x.end()
		return nil, e
	}
	if x.body != nil {
		x.body.Stop()
	}
	x.watch.Await()
	if x.resp.StatusCode == http.StatusUnauthorized {
		c.cfg.Tokens.Invalidate(token)
	}
	return x, nil
}

// unrepeatable is an empty body that HTTP/2 does not recognise as empty: it sends
// requests with an empty body again by itself when a stream is reset. (Over HTTP/1.1
// this body would be sent in chunks, which some gateways refuse in a request without
// content.)
type unrepeatable struct{ io.ReadCloser }

func (x *exchange) request(r request) (*http.Request, error) {
	ctx := httptrace.WithClientTrace(x.ctx, &httptrace.ClientTrace{GotConn: x.conn.Got, WroteHeaders: x.wroteHeaders})
	var body io.Reader
	switch {
	case r.content != nil:
		x.body = transport.NewBody(x.ctx, r.length, x.watch)
		x.body.Parts = r.content(x.body)
		body = x.body
	case r.once && x.client.mayUseHTTP2(r.size):
		body = unrepeatable{http.NoBody}
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = r.length
	req.Header.Set("Tus-Resumable", version)
	req.Header.Set("Authorization", "Bearer "+x.token.Value.Reveal())
	for name, value := range r.header {
		if name == idempotencyKey {
			// Under its canonical name it would allow net/http to repeat the
			// request.
			req.Header[strings.ToLower(name)] = []string{value}
			continue
		}
		req.Header.Set(name, value)
	}
	return req, nil
}

// mayUseHTTP2 reports whether a request of a transfer of size bytes may go over
// HTTP/2.
func (c *Client) mayUseHTTP2(size int64) bool {
	return c.cfg.HTTPVersion == core.HTTP2 || c.cfg.HTTPVersion != core.HTTP11 && size < bulk
}

// wroteHeaders starts the watchdog: the steps before have limits of their own.
func (x *exchange) wroteHeaders() {
	if x.body == nil {
		x.watch.Await()
		return
	}
	x.watch.Touch()
}

// broken is the error of an exchange that got no answer, or only part of one.
func (x *exchange) broken(err error) *core.Error {
	e := x.client.server.Broken(x.parent, x.ctx, x.doing, err)
	if e.Code == core.CodeTimeout && x.body == nil {
		e.Message = "The server does not answer."
	}
	var own *core.Error
	begun, complete, length := true, true, int64(1)
	if x.body != nil {
		own = x.body.Finish()
		begun, complete, length = x.body.Begun(), x.body.Complete(), max(x.body.Length, 1)
	}
	if own != nil {
		failure := *own
		e = &failure
	}
	switch {
	case e.Kind == core.KindTLS, e.Code == core.CodeTLSClientSilent, transport.Unprocessed(e), !begun, x.resp == nil && (!x.conn.Begun() || !x.conn.Wrote(1)):
		e.Outcome = core.OutcomeNotProcessed
	case !complete, !x.conn.Wrote(length):
		e.Outcome = core.OutcomeCutOff
	default:
		e.Outcome = core.OutcomeUnknown
	}
	return e
}

// end returns when nothing of the exchange runs any more.
func (x *exchange) end() {
	if x.body != nil {
		_ = x.body.Finish() // first: over HTTP/2 closing the answer waits for it
	}
	if x.resp != nil {
		_ = x.resp.Body.Close()
		if x.resp.StatusCode == http.StatusMisdirectedRequest {
			x.pool.CloseIdleConnections()
		}
	}
	x.cancel(nil)
	x.watch.Stop()
}

// refused is the error of an answer other than the expected one. finishing says
// that the request would have finished the upload.
func (c *Client) refused(doing string, a *answer, finishing bool) *core.Error {
	e := transport.FailureOf(doing, a.Response, a.data, finishing && a.complete, c.cfg.Now())
	transport.CutShort(e, a.begun && !a.complete)
	if a.complete && transport.Outlasted(e, a.token, c.cfg.Now()) {
		return e
	}
	if crossed(e.ServerText) {
		e.Code, e.Message, e.Err = core.CodeServerBusy, "The server was still busy with another request for this upload.", errCrossed
		if locked(e.ServerText) {
			e.Code = core.CodeKeyInProgress
		}
		return e
	}
	switch a.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		e.Message = "The server does not know this upload, or its address; check tus_url."
	case http.StatusConflict:
		e.Code, e.Message = core.CodeServerFailure, "The server's copy ends elsewhere than it said."
	case http.StatusLocked: // for the server the connection of an earlier attempt has not ended
		e.Code, e.Message = core.CodeKeyInProgress, "The server is still busy with an earlier attempt of this file."
	case http.StatusPreconditionFailed:
		e.Message = "The server does not speak tus " + version + "."
	case statusChecksumMismatch:
		e.Kind, e.Code, e.Message = core.KindIntegrity, core.CodeChecksumMismatch, "What arrived at the server is not what was sent."
	}
	return e
}
