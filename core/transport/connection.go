package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

const (
	// verdictTimeout is how long a server gets to say why it closed a connection.
	verdictTimeout = 3 * time.Second
	// verdictWait is how long it gets for that after the handshake.
	verdictWait = time.Second
)

// Connection is the connection that a request got.
type Connection struct {
	mu    sync.Mutex
	begun bool
	wire  *socket // nil for HTTP/2, where other streams write too
	start int64   // bytes written before this request
}

// Got is the httptrace hook.
func (l *Connection) Got(got httptrace.GotConnInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun, l.wire = true, nil
	switch conn := got.Conn.(type) {
	case *tlsConn:
		l.wire = conn.wire
	case *socket:
		l.wire = conn
	}
	if l.wire != nil {
		l.start = l.wire.written.Load()
	}
}

// Begun reports whether the request got a connection.
func (l *Connection) Begun() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.begun
}

// Wrote reports whether n bytes of the request may have been sent. TLS makes them
// only more.
func (l *Connection) Wrote(n int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire == nil || l.wire.written.Load()-l.start >= n
}

// unread lists texts of errors which mean that no server processed the request (RFC
// 9113 §8.7): RST_STREAM(REFUSED_STREAM) or GOAWAY with a smaller last stream; GOAWAY
// with an error code; an HTTP/2 connection that was full or closing before the body
// was begun. golang.org/x/net/http2 and net/http have no types for them.
var unread = [...]string{"cannot retry err [", "received GOAWAY from server ErrCode", "cannot rewind body after connection loss"} //nolint:gochecknoglobals // a table

// Unprocessed reports whether err says that an HTTP/2 server did not process
// the request.
func Unprocessed(err error) bool {
	text := err.Error()
	for _, words := range unread {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// ConnectionError classifies the error that a transport returned instead of an
// answer.
func (s *Server) ConnectionError(ctx context.Context, doing string, err error) *core.Error {
	e := wire.NetworkError(doing, err)
	var spoke http2.StreamError // shows that the server accepted the connection
	vague := (e.Code == core.CodeConnectionLost && !errors.As(err, &spoke)) || e.Code == core.CodeTLSFailed
	if vague && !s.link.isUp() {
		shown := s.link.shown()
		var heard error
		e, heard = s.pools.verdict(ctx, doing, e)
		if shown > 0 && wire.HungUp(heard) {
			e = wire.SilentRefusal(doing, err)
		}
	}
	s.link.down(e)
	return e
}

// verdict asks a server that closed a connection for its reason. In TLS 1.3 it checks
// our certificate while the request is already being sent, so its alert may be lost.
// On a connection without a request the alert arrives; heard is what came.
func (r *pools) verdict(ctx context.Context, doing string, e *core.Error) (found *core.Error, heard error) {
	if r.tls == nil {
		return e, nil
	}
	ctx, cancel := context.WithTimeout(ctx, verdictTimeout)
	defer cancel()
	err := r.listen(ctx)
	var certificate *tls.CertificateVerificationError
	if wire.Alert(err) != "" || errors.As(err, &certificate) {
		return wire.NetworkError(doing, err), err
	}
	if e.Kind == core.KindTLS && strings.Contains(e.Err.Error(), "client conn could not be established") {
		e.Kind, e.Code, e.Message = core.KindNetwork, core.CodeConnectionLost, "The connection to the server was lost."
	}
	return e, err
}

// listen connects to the server, through the proxy if there is one, and returns as an
// error what the server says unasked. A request is sent only to servers without
// ALPN, for which net/http does not hand over the connection.
func (r *pools) listen(ctx context.Context) error {
	hear := func(_ string, conn *tls.Conn) http.RoundTripper { return listener{conn} }
	t := r.transport(1)
	t.Protocols, t.DisableKeepAlives = nil, true
	t.TLSClientConfig = r.tls.Clone()
	t.TLSClientConfig.ClientSessionCache = nil
	t.TLSClientConfig.NextProtos = []string{"h2", "http/1.1"} // over h2 the server speaks first
	t.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{"h2": hear, "http/1.1": hear}
	defer t.CloseIdleConnections()
	ask := url.URL{Scheme: "https", Host: r.address, Path: "/health/live"}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, ask.String(), http.NoBody)
	if err != nil {
		return err
	}
	wire.Address(req)
	resp, err := t.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close() // the answer to HEAD is empty
	}
	return err
}

// listener is a transport that sends nothing and waits for what the server says.
type listener struct{ conn *tls.Conn }

// RoundTrip implements http.RoundTripper. It always returns an error.
func (l listener) RoundTrip(*http.Request) (*http.Response, error) {
	defer func() { _ = l.conn.Close() }() // nothing was sent that could be lost
	_ = l.conn.SetReadDeadline(time.Now().Add(verdictWait))
	if _, err := l.conn.Read(make([]byte, 1)); err != nil {
		return nil, err
	}
	return nil, errors.New("the server has no objection")
}
