package diagnose

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// maxRead is how many bytes of an answer, with its header, are read at most.
const maxRead = 128 << 10

// reply is the result of the one request.
type reply struct {
	status  int
	version string // "HTTP/2"
	header  http.Header
	body    []byte
	at      time.Time // the time by our clock, halfway between request and answer
	err     error     // why there is no answer
}

// request makes the request unless it was made before: a GET without a token that
// changes nothing.
func (s *server) request(ctx context.Context) *reply {
	if s.reply != nil {
		return s.reply
	}
	s.reply = &reply{}
	u := *s.url
	if s.get != "" {
		u.Path, u.RawPath, u.RawQuery = strings.TrimRight(u.Path, "/")+s.get, "", ""
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		s.reply.err = err
		return s.reply
	}
	wire.Address(req)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "ingester")
	before := s.test.cfg.Now()
	s.reply.err = s.send(req)
	if s.reply.err != nil {
		s.reply.err = cause(ctx, s.reply.err)
		return s.reply
	}
	after := s.test.cfg.Now()
	s.reply.at = before.Add(after.Sub(before) / 2)
	return s.reply
}

// send makes the request over the open connection.
func (s *server) send(req *http.Request) error {
	defer within(req.Context(), s.raw)()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	transport := &http.Transport{
		Proxy:                  func(*http.Request) (*url.URL, error) { return s.forward(), nil },
		DialContext:            once(s.conn),
		DialTLSContext:         once(s.conn),
		Protocols:              protocols,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxRead,
	}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return s.lastWords(err)
	}
	defer func() { _ = resp.Body.Close() }() // only read from
	return s.reply.take(resp)
}

// forward returns the proxy to which plain HTTP requests have to be sent, nil for none.
func (s *server) forward() *url.URL {
	if s.proxy == nil || s.encrypted() || !strings.HasPrefix(s.proxy.Scheme, "http") {
		return nil
	}
	plain := *s.proxy
	plain.Scheme = "http" // TLS to an https proxy is already established
	return &plain
}

// once returns a dialer that returns an open connection once.
func once(conn net.Conn) func(context.Context, string, string) (net.Conn, error) {
	used := new(atomic.Bool)
	return func(context.Context, string, string) (net.Conn, error) {
		if used.Swap(true) {
			return nil, io.ErrUnexpectedEOF // net/http would repeat the request
		}
		return conn, nil
	}
}

// lastWords returns the alert with which the server ended the connection, if it did,
// else err. A server that refuses our certificate sends an alert and resets the
// connection during the request; net/http reports whichever it meets first, and over
// HTTP/2 neither. But package tls keeps an alert that was read, and one that was not
// can still be read.
func (s *server) lastWords(err error) error {
	if s.hello.conn == nil || wire.Alert(err) != "" {
		return err
	}
	_ = s.raw.SetReadDeadline(time.Now().Add(wire.AlertGrace)) // on failure the next call fails, which is as good
	if _, last := s.hello.conn.Read(make([]byte, 1)); last != nil && wire.Alert(last) != "" {
		return last
	}
	return err
}

func (r *reply) take(resp *http.Response) error {
	wire.Decode(resp)
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRead))
	if err != nil {
		return err
	}
	r.status, r.header, r.body = resp.StatusCode, resp.Header, body
	r.version = "HTTP/" + strconv.Itoa(resp.ProtoMajor)
	if resp.ProtoMajor == 1 {
		r.version += "." + strconv.Itoa(resp.ProtoMinor)
	}
	return nil
}

// refusesCertificate reports whether nginx demands another client certificate, or one at
// all: it completes the handshake and answers 400.
func (r *reply) refusesCertificate() bool {
	return wire.CertificateRefusal(op, r.status, r.body) != nil
}

// checkHTTP tells the HTTP version of the server's answer. The content of the answer is
// for later steps.
func (s *server) checkHTTP(ctx context.Context) verdict {
	want := s.test.cfg.Profile.Upload.HTTPVersion
	uploads := s.target != core.TargetAdmin
	if uploads && want == core.HTTP2 && !s.encrypted() {
		return failed(problem(core.KindConfig, core.CodeProfileInvalid, fact("http.needs_tls", nil)))
	}
	if uploads && want == core.HTTP2 && s.hello.state.NegotiatedProtocol != "h2" {
		return failed(problem(core.KindTLS, core.CodeTLSPolicy, fact("http.not_offered", nil)))
	}
	r := s.request(ctx)
	if r.err != nil {
		return failed(answerError(r.err))
	}
	if r.status == http.StatusProxyAuthRequired {
		return failed(errProxyLogin(s.proxy != nil && s.proxy.User != nil))
	}
	told := facts{plain(r.version)}
	switch {
	case !uploads || !s.encrypted():
	case r.version == "HTTP/2" && want != core.HTTP2:
		told = append(told, fact("http.large", nil))
	case r.version != "HTTP/2" && want != core.HTTP11:
		told = append(told, fact("http.no_http2", nil))
	}
	return verdict{found: told}
}

// answerError returns the error if something else came instead of an answer.
func answerError(err error) *core.Error {
	e := wire.NetworkError(op, err)
	if malformed(err) {
		nonsense := problem(core.KindServer, core.CodeAnswerInvalid, fact("http.nonsense", nil))
		nonsense.Err = e.Err
		return nonsense
	}
	return e
}

// malformed reports whether what came is not HTTP, by the text of the error, as net/http
// has no type for it.
func malformed(err error) bool { return strings.Contains(err.Error(), "malformed HTTP") }
