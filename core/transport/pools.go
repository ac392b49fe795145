package transport

import (
	"context"
	"crypto/tls"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// Limits and time-outs of the transports.
const (
	dialTimeout      = 10 * time.Second
	dialKeepAlive    = 15 * time.Second
	handshakeTimeout = 10 * time.Second
	continueTimeout  = 5 * time.Second  // then the body is sent without an answer
	pingAfter        = 30 * time.Second // HTTP/2: silence before a ping
	pingTimeout      = 15 * time.Second
	writeTimeout     = 60 * time.Second // HTTP/2: how long no byte can be written
	maxHeaderBytes   = 64 << 10
	writeBuffer      = 64 << 10 // fits a small file with its headers; large bodies bypass it
	readBuffer       = 4 << 10
	sessionsKept     = 64

	maxHTTP2  = 4       // HTTP/2 connections, each with its own transport
	bulkLimit = 1 << 20 // by default files from this size on go over HTTP/1.1
)

// pools holds the connections to the server: one pool for HTTP/1.1, with a connection
// for each request, and up to four for HTTP/2, with one connection each. A single
// HTTP/2 connection for all requests would be slower: it has one congestion window,
// and one receive window on the server's side.
type pools struct {
	bulk          *Pool   // nil if only HTTP/2 is allowed
	http2         []*Pool // empty if only HTTP/1.1 is allowed
	noHTTP2       atomic.Bool
	roundTrip     atomic.Int64  // nanoseconds, 0 before the first connection
	closed        atomic.Int64  // nanoseconds after which the server closed an idle connection, 0 if it did not
	awaitContinue time.Duration // Config.Continue
	dial          wire.Dial
	proxy         func(*http.Request) (*url.URL, error)
	tls           *tls.Config // bulk's, nil for plain HTTP
	address       string      // the server's host:port
}

func newPools(cfg Config, l *link) (*pools, error) {
	base := cfg.Base
	r := &pools{awaitContinue: cfg.Continue, dial: cfg.Dial, proxy: cfg.Proxy, address: hostPort(base)}
	if base.Scheme == "http" {
		if cfg.HTTPVersion == core.HTTP2 {
			e := *errNoHTTP2()
			e.Kind, e.Code, e.Op, e.Message = core.KindConfig, core.CodeProfileInvalid, opOpen, `HTTP/2 needs an https address; set http_version to "auto" or "1.1".`
			return nil, &e
		}
		r.bulk = newPool(r.transport(cfg.Connections))
		return r, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.TLS != nil {
		config = cfg.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = wire.WithoutZone(base.Hostname())
	}
	if config.ClientSessionCache == nil {
		config.ClientSessionCache = tls.NewLRUClientSessionCache(sessionsKept)
	}
	// Small first records make web pages appear sooner, but don't help uploads.
	config.DynamicRecordSizingDisabled = true
	if cfg.HTTPVersion != core.HTTP2 {
		r.addBulk(l.watch(config, false), cfg.Connections)
	}
	if cfg.HTTPVersion != core.HTTP11 {
		for range min(maxHTTP2, cfg.Connections) {
			if err := r.addHTTP2(l.watch(config, cfg.HTTPVersion == core.HTTP2)); err != nil {
				return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeInternal, Op: opOpen, Message: "HTTP/2 could not be set up.", Err: err}
			}
		}
	}
	return r, nil
}

// transport returns a transport with the settings that all have in common.
func (r *pools) transport(connections int) *http.Transport {
	return &http.Transport{
		Proxy:                  r.proxy,
		OnProxyConnectResponse: wire.ProxyAnswered,
		DialContext:            r.wire,
		TLSHandshakeTimeout:    handshakeTimeout,
		ExpectContinueTimeout:  r.awaitContinue,
		IdleConnTimeout:        wire.IdleLimit,
		MaxConnsPerHost:        connections,
		MaxIdleConnsPerHost:    connections,
		MaxResponseHeaderBytes: maxHeaderBytes,
		WriteBufferSize:        writeBuffer,
		ReadBufferSize:         readBuffer,
		DisableCompression:     true,
		Protocols:              http1(),
	}
}

func http1() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return p
}

func (r *pools) addBulk(config *tls.Config, streams int) {
	config.NextProtos = []string{"http/1.1"}
	t := r.transport(streams)
	t.TLSClientConfig = config // used behind a proxy
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := r.wire(ctx, network, address)
		if err != nil {
			return nil, err
		}
		secure, err := handshake(ctx, asSocket(conn), config)
		if err != nil {
			return nil, err
		}
		return secure, nil
	}
	r.bulk, r.tls = newPool(t), config
}

func (r *pools) addHTTP2(config *tls.Config) error {
	config.NextProtos = []string{"h2", "http/1.1"}
	t := r.transport(1)
	t.Protocols = nil // golang.org/x/net/http2 registers itself
	t.TLSClientConfig = config
	h2, err := http2.ConfigureTransports(t) //nolint:staticcheck // net/http can't limit a transport to one HTTP/2 connection
	if err != nil {
		return err
	}
	h2.ReadIdleTimeout, h2.PingTimeout, h2.WriteByteTimeout = pingAfter, pingTimeout, writeTimeout //nolint:staticcheck // as above
	if r.tls == nil {
		r.tls = config
	}
	r.http2 = append(r.http2, newPool(t))
	return nil
}

// pick returns the pool for a body of size bytes and counts the request as active.
// HTTP/2 is for many small files to a server that is far away, or whose round-trip
// time is not known yet. It costs more processor time than HTTP/1.1, which matters
// when answers are quick.
func (r *pools) pick(size int64) *Pool {
	best := r.bulk
	trip := time.Duration(r.roundTrip.Load())
	if best == nil || (size < bulkLimit && len(r.http2) > 0 && !r.noHTTP2.Load() && (trip == 0 || trip > core.LongRoundTrip)) {
		best = r.http2[0]
		for _, one := range r.http2[1:] {
			if one.active.Load() < best.active.Load() {
				best = one
			}
		}
	}
	best.active.Add(1)
	return best
}

// learn remembers if the server does not offer HTTP/2, and how long it says that it
// keeps idle connections. That is not needed over HTTP/2, where a server that closes
// a connection tells which requests it has not read.
func (r *pools) learn(used *Pool, resp *http.Response) {
	if resp.ProtoMajor != 1 {
		return
	}
	if used != r.bulk && !r.noHTTP2.Swap(true) {
		used.CloseIdleConnections()
	}
	if server, ok := wire.KeepAlive(resp.Header); ok && used == r.bulk {
		used.keep(wire.KeptIdle(min(server, r.keeps())))
	}
}

// keeps returns the shortest idle time after which the server has closed a
// connection.
func (r *pools) keeps() time.Duration {
	if shortest := r.closed.Load(); shortest > 0 {
		return time.Duration(shortest)
	}
	return math.MaxInt64
}

// closedIdle notes that the server has closed a connection after some idle time.
func (r *pools) closedIdle(after time.Duration) {
	if after <= 0 || after >= r.keeps() {
		return
	}
	r.closed.Store(int64(after))
	if limit := wire.KeptIdle(after); r.bulk != nil && limit < r.bulk.idle() {
		r.bulk.keep(limit)
	}
}

func (r *pools) close() {
	if r.bulk != nil {
		r.bulk.CloseIdleConnections()
	}
	for _, one := range r.http2 {
		one.CloseIdleConnections()
	}
}

// wire opens a connection that counts what it writes.
func (r *pools) wire(ctx context.Context, network, address string) (net.Conn, error) {
	begun := time.Now()
	conn, err := r.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	r.timed(time.Since(begun))
	s := asSocket(conn)
	s.ended = r.closedIdle
	return s, nil
}

// timed learns the round-trip time from how long it took to open a connection. The
// shortest counts, as looking up a name or a lost packet may have added to others.
func (r *pools) timed(took time.Duration) {
	for {
		best := r.roundTrip.Load()
		if best != 0 && best <= int64(took) || r.roundTrip.CompareAndSwap(best, int64(took)) {
			return
		}
	}
}

// dialTCP opens a TCP connection, over IPv6 or IPv4, whichever answers first.
func dialTCP(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout, KeepAlive: dialKeepAlive, Control: tune}
	return d.DialContext(ctx, network, address)
}

func asSocket(conn net.Conn) *socket {
	if w, ok := conn.(*socket); ok {
		return w
	}
	return newSocket(conn)
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	port := "80"
	if u.Scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// isLoopback reports whether a dialled address is this machine's.
func isLoopback(address string) bool {
	return strings.HasPrefix(address, "127.") || strings.HasPrefix(address, "[::1]")
}
