package upload

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"github.com/artstore/ingester/core"
)

const (
	// verdictTimeout is how long a server gets to say why it hangs up.
	verdictTimeout = 3 * time.Second
	// verdictWait is how long it gets after the handshake.
	verdictWait = time.Second
)

// line is the connection that an attempt got.
type line struct {
	mu    sync.Mutex
	wire  *wire // nil for HTTP/2, which other streams write to as well
	start int64 // bytes written before this request
}

// got is the httptrace hook.
func (l *line) got(got httptrace.GotConnInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wire = nil
	switch conn := got.Conn.(type) {
	case *tlsConn:
		l.wire = conn.wire
	case *wire:
		l.wire = conn
	}
	if l.wire != nil {
		l.start = l.wire.written.Load()
	}
}

// wrote reports whether n bytes of the request may have left; TLS only adds.
func (l *line) wrote(n int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire == nil || l.wire.written.Load()-l.start >= n
}

// broken is the error of an attempt that got no answer, or only part of one.
func (a *attempt) broken(err error) *core.Error {
	cause := context.Cause(a.ctx) // before finish ends the attempt
	_, own := a.body.finish()
	var e *core.Error
	switch {
	case own != nil:
		failure := *own
		e = &failure
	case errors.Is(cause, errStalled), errors.Is(cause, errNoAnswer):
		e = &core.Error{Kind: core.KindNetwork, Code: core.CodeStalled, Message: "The server took no more data.", Err: cause}
		if errors.Is(cause, errNoAnswer) {
			e.Code, e.Message = core.CodeTimeout, "The server has the whole file but does not answer."
		}
	case a.parent.Err() != nil:
		e = core.NetworkError(opUpload, a.parent.Err())
	case refusedStream(err):
		e = &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost, Message: "The server turned the request away unread.", Err: err}
	default:
		e = a.client.lineError(a.ctx, opUpload, err)
		if e.Kind == core.KindCancelled { // not by the caller
			e.Kind, e.Code, e.Message = core.KindNetwork, core.CodeConnectionLost, "The connection to the server was lost."
		}
	}
	e.Outcome = a.outcome(e)
	return e
}

// outcome says what the server may have done, by what of the body had left.
func (a *attempt) outcome(e *core.Error) core.Outcome {
	switch {
	case e.Kind == core.KindTLS, refusedStream(e), !a.body.begun.Load():
		return core.OutcomeNotProcessed
	case !a.body.complete.Load(), !a.line.wrote(a.body.length):
		return core.OutcomeCutOff
	}
	return core.OutcomeUnknown
}

// unread are the words, for golang.org/x/net/http2 and net/http have nothing
// else, of errors that mean that no server processed the request (RFC 9113
// §8.7): RST_STREAM(REFUSED_STREAM) or GOAWAY with a smaller last stream; GOAWAY
// with an error code; an HTTP/2 connection that was full or closing before the
// body was begun.
var unread = [...]string{"cannot retry err [", "received GOAWAY from server ErrCode", "cannot rewind body after connection loss"} //nolint:gochecknoglobals // a table

// refusedStream reports whether an HTTP/2 server did not process the request.
func refusedStream(err error) bool {
	text := err.Error()
	for _, words := range unread {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// lineError classifies what a transport returned instead of an answer.
func (c *Client) lineError(ctx context.Context, op string, err error) *core.Error {
	e := core.NetworkError(op, err)
	if e.Code == core.CodeProxy && strings.Contains(err.Error(), http.StatusText(http.StatusProxyAuthRequired)) {
		e.Status = http.StatusProxyAuthRequired
	}
	var spoke http2.StreamError // so the server accepted the connection
	vague := (e.Code == core.CodeConnectionLost && !errors.As(err, &spoke)) || e.Code == core.CodeTLSFailed
	if vague && !c.link.isUp() {
		e = c.routes.verdict(ctx, op, e)
	}
	c.link.down(e)
	return e
}

// verdict asks a server that hung up for its reason. In TLS 1.3 it judges our
// certificate while the request is already on its way; what it then says may
// be lost. Without a request it arrives.
func (r *routes) verdict(ctx context.Context, op string, e *core.Error) *core.Error {
	if r.tls == nil || r.proxied() {
		return e
	}
	ctx, cancel := context.WithTimeout(ctx, verdictTimeout)
	defer cancel()
	conn, err := r.dial(ctx, "tcp", r.address)
	if err != nil {
		return e
	}
	config := r.tls.Clone()
	config.ClientSessionCache = nil
	config.NextProtos = []string{"h2", "http/1.1"} // over h2 the server speaks first
	secure, err := handshake(ctx, asWire(conn), config)
	if err == nil {
		defer func() { _ = secure.Close() }()
		_ = secure.SetReadDeadline(time.Now().Add(verdictWait))
		_, err = secure.Read(make([]byte, 1))
	}
	var remote *net.OpError
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &remote) && remote.Op == "remote error" || errors.As(err, &certificate) {
		return core.NetworkError(op, err)
	}
	if e.Kind == core.KindTLS && strings.Contains(e.Err.Error(), "client conn could not be established") {
		e.Kind, e.Code, e.Message = core.KindNetwork, core.CodeConnectionLost, "The connection to the server was lost."
	}
	return e
}

// proxied reports whether the server is reached through a proxy.
func (r *routes) proxied() bool {
	u, err := r.proxy(&http.Request{URL: &url.URL{Scheme: "https", Host: r.address}})
	return err != nil || u != nil
}
