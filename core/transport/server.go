// Package transport has the connections to one server, and knows the meaning of its
// answers and failures. The upload protocols, package upload and package tus, use it.
//
// It sends each request once, follows no redirect, and distinguishes what a server
// can't have received, what it may have received, and what it answered.
package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// opOpen is New's operation in errors.
const opOpen = "prepare uploads"

// Tokens provides access tokens. Errors are *core.Error.
type Tokens interface {
	Token(ctx context.Context) (core.Token, error)
	// TokenFor is Token for a request that takes d. The token lives that long if
	// possible.
	TokenFor(ctx context.Context, d time.Duration) (core.Token, error)
	// Invalidate drops t, so that the next Token call fetches a new one.
	Invalidate(t core.Token)
}

// Limiter limits the bandwidth; *rate.Limiter of golang.org/x/time is one.
type Limiter interface {
	WaitN(ctx context.Context, n int) error // n ≤ Burst
	Burst() int                             // bytes
}

// Config says where the server is and how to reach it.
type Config struct {
	Base        *url.URL    // scheme and host count
	TLS         *tls.Config // nil: the system's roots, no client certificate
	HTTPVersion string      // core.HTTPAuto, core.HTTP2 or core.HTTP11; "" is auto
	Connections int         // at most, at least 1
	UserAgent   string
	Continue    time.Duration                         // how long to wait for 100 Continue before a body is sent; 0 is 5 s
	Proxy       func(*http.Request) (*url.URL, error) // nil: the environment's
	Dial        wire.Dial                             // nil: TCP
}

// Server is one server and the connections to it. It is safe for use by many
// goroutines.
type Server struct {
	userAgent string
	pools     *pools
	link      *link
	// neverExpect: the server can't be asked before a body is sent.
	neverExpect atomic.Bool
}

// New returns a server to which nothing connects before it is first used. The error
// is a *core.Error for an HTTP version that can't work.
func New(cfg Config) (*Server, error) {
	if cfg.HTTPVersion == "" {
		cfg.HTTPVersion = core.HTTPAuto
	}
	if cfg.Proxy == nil {
		cfg.Proxy = http.ProxyFromEnvironment
	}
	if cfg.Continue == 0 {
		cfg.Continue = continueTimeout
	}
	if cfg.Dial == nil {
		cfg.Dial = dialTCP
	}
	l := &link{}
	pools, err := newPools(cfg, l)
	if err != nil {
		return nil, err
	}
	return &Server{userAgent: cfg.UserAgent, pools: pools, link: l}, nil
}

// ParseBase reads the address of a server. ok says whether it can be one.
func ParseBase(address string) (base *url.URL, ok bool) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, false
	}
	return base, true
}

// Link returns the last known state of the connection.
func (s *Server) Link() core.Link { return s.link.state() }

// RoundTrip is the round-trip time to the server, or to the proxy before it; 0 before
// the first connection.
func (s *Server) RoundTrip() time.Duration { return time.Duration(s.pools.roundTrip.Load()) }

// Down notes what e says about the connection, if anything.
func (s *Server) Down(e *core.Error) { s.link.down(e) }

// Close ends idle connections. No call may be under way.
func (s *Server) Close() { s.pools.close() }

// Send makes one request of a transfer of size bytes. It does not use http.Client, so
// nothing follows a redirect or sends anything twice. A request that asks before its
// body (Expect: 100-continue) may be repeated without asking, if nothing of the body
// was read.
func (s *Server) Send(req *http.Request, size int64) (*http.Response, *Pool, error) {
	if s.userAgent != "" {
		req.Header.Set("User-Agent", s.userAgent)
	}
	wire.Address(req)
	r := s.pools.pick(size)
	defer r.active.Add(-1)
	resp, err := s.roundTrip(r, req)
	if err == nil {
		wire.Decode(resp)
		s.pools.learn(r, resp)
		s.link.up(resp)
	}
	return resp, r, err
}

// Broken returns the error of a request that got no answer, or only part of one: it
// was ended by parent, or by the cause of ctx (a Watchdog's), or the network failed.
// The caller sets Outcome.
func (s *Server) Broken(parent, ctx context.Context, doing string, err error) *core.Error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, ErrStalled):
		return &core.Error{Kind: core.KindNetwork, Code: core.CodeStalled, Op: doing, Message: "The server took no more data.", Err: cause}
	case errors.Is(cause, ErrNoAnswer):
		return &core.Error{Kind: core.KindNetwork, Code: core.CodeTimeout, Op: doing, Message: "The server has the whole file but does not answer.", Err: cause}
	case parent.Err() != nil:
		return wire.NetworkError(doing, parent.Err())
	case Unprocessed(err):
		return &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost, Op: doing, Message: "The server turned the request away unread.", Err: err}
	}
	e := s.ConnectionError(ctx, doing, err)
	if e.Kind == core.KindCancelled { // the caller did not cancel
		e.Kind, e.Code, e.Message = core.KindNetwork, core.CodeConnectionLost, "The connection to the server was lost."
	}
	return e
}

// TokenError returns the sign-in's error, with its message unchanged.
func TokenError(doing string, err error) *core.Error {
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	return wire.NetworkError(doing, err)
}
