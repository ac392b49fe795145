package diagnose

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// Time limits of the steps. The test also ends with its context.
const (
	dialTimeout      = 10 * time.Second // also for looking up a name and for the proxy
	handshakeTimeout = 10 * time.Second
	answerTimeout    = 15 * time.Second
)

// server is one of the two servers, and the state of the connection to it.
type server struct {
	test   *test
	target core.Target
	field  string // its key in the profile file
	text   string // its URL as the profile has it
	get    string // the path of the harmless request, "" for the URL's own

	url       *url.URL
	proxy     *url.URL    // nil: direct
	raw       net.Conn    // the socket
	conn      net.Conn    // the tunnel or TLS on top of raw
	unreached *core.Error // why the proxy could not connect to the server
	hello     hello
	reply     *reply // nil before the request
}

// hello holds the facts of the TLS handshake.
type hello struct {
	conn    *tls.Conn // nil without TLS
	state   tls.ConnectionState
	asked   bool     // the server asked for a client certificate
	sent    bool     // a client certificate was sent
	accepts []string // the CAs that the server accepts, if it names any
	refused error    // the error of a handshake that failed after the server was verified
}

func (t *test) newServer(target core.Target, field, text string) *server {
	s := &server{test: t, target: target, field: field, text: text}
	if target == core.TargetIngester {
		s.get = "/health/ready"
	}
	s.url, _ = url.Parse(text) // nil if it can't be parsed; checkAddress reports that
	return s
}

// sameAddress reports whether both servers have the same address.
func (s *server) sameAddress(other *server) bool {
	return s.url != nil && other.url != nil && s.url.User == nil && other.url.User == nil &&
		s.url.Scheme == other.url.Scheme && strings.EqualFold(hostPort(s.url), hostPort(other.url))
}

// tasks returns the steps up to the server's answer.
func (s *server) tasks() []task {
	return []task{
		{Address, s.target, s.checkAddress},
		{Proxy, s.target, s.reachProxy},
		{DNS, s.target, s.resolve},
		{TCP, s.target, s.connect},
		{TLS, s.target, s.handshake},
		{ClientCertificate, s.target, s.checkClientCertificate},
		{HTTP, s.target, s.checkHTTP},
		{Clock, s.target, s.checkClock},
	}
}

func (s *server) close() {
	if s.raw != nil {
		_ = s.raw.Close() // an error here doesn't matter
	}
}

// use sets the socket. The layers on top of it can't close it, so that the server's last
// message can be read after a failure.
func (s *server) use(conn net.Conn) { s.raw, s.conn = conn, keptOpen{conn} }

type keptOpen struct{ net.Conn }

// Close implements net.Conn. It does nothing, as server.close closes the socket.
func (keptOpen) Close() error { return nil }

func (s *server) encrypted() bool { return s.url.Scheme == "https" }

// checkAddress checks the URL as core.Profile.Validate does, and nothing else of the
// profile.
func (s *server) checkAddress(context.Context) verdict {
	key := ""
	switch u := s.url; {
	case s.text == "":
		key = "address.missing"
	case u == nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		key = "address.invalid"
	case u.User != nil:
		key = "address.user"
	case u.Scheme == "http" && !core.IsLoopback(u):
		key = "address.clear"
	}
	if key != "" {
		return failed(problem(core.KindConfig, core.CodeProfileInvalid, fact(key, with{"Field": s.field})))
	}
	told := facts{plain(clean(s.url.Scheme + "://" + hostPort(s.url)))}
	if !s.encrypted() {
		told = append(told, fact("address.loopback", nil))
	}
	return verdict{found: told}
}

// resolve looks up the name.
func (s *server) resolve(ctx context.Context) verdict {
	host := s.url.Hostname()
	if _, err := netip.ParseAddr(host); err == nil {
		return verdict{found: say("dns.literal", with{"Host": host})}
	}
	if s.proxy != nil {
		return verdict{found: say("dns.proxy", nil)}
	}
	addresses, err := lookUp(ctx, host)
	if err != nil {
		return failed(err)
	}
	return verdict{found: say("dns.found", with{"Host": host, "Addresses": list(addresses)})}
}

func lookUp(ctx context.Context, host string) ([]string, *core.Error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, wire.NetworkError(op, cause(ctx, err))
	}
	addresses := make([]string, 0, len(found))
	for _, a := range found {
		addresses = append(addresses, a.Unmap().String())
	}
	return addresses, nil
}

// connect opens the TCP connection, over IPv6 or IPv4, whichever answers first. A proxy
// has done so already.
func (s *server) connect(ctx context.Context) verdict {
	if s.proxy != nil {
		return s.connectedByProxy()
	}
	conn, err := dial(ctx, hostPort(s.url))
	if err != nil {
		return failed(wire.NetworkError(op, err), plain(hostPort(s.url)))
	}
	s.use(conn)
	return verdict{found: say("tcp.connected", with{"To": conn.RemoteAddr().String(), "From": conn.LocalAddr().String()})}
}

func dial(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, cause(ctx, err)
	}
	return conn, nil
}

// cause returns ctx's error if that is the reason for err.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// within makes conn's reads and writes end with ctx. release undoes that.
func within(ctx context.Context, conn net.Conn) (release func()) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return func() { stop() }
}

// readResponse reads an HTTP/1 answer, and at most maxRead of it.
func readResponse(conn net.Conn, req *http.Request) (*http.Response, error) {
	return http.ReadResponse(bufio.NewReader(io.LimitReader(conn, maxRead)), req)
}

// hostPort returns the host and port of a URL.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
