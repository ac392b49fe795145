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

// Limits of the steps. Whatever they are, the test ends with its context.
const (
	dialTimeout      = 10 * time.Second // also for a name look-up and for the proxy
	handshakeTimeout = 10 * time.Second
	answerTimeout    = 15 * time.Second
)

// server is one of the two servers, and how far the way to it has come.
type server struct {
	test   *test
	target core.Target
	field  string // its key in the profile file
	text   string // its URL as the profile has it
	get    string // the path of the harmless request that is made, "" for the URL's own

	url       *url.URL
	proxy     *url.URL    // nil: direct
	raw       net.Conn    // the socket
	conn      net.Conn    // what is built on it: the tunnel, TLS
	unreached *core.Error // why the proxy could not connect to the server
	hello     hello
	reply     *reply // nil before the request
}

// hello is what the TLS handshake told.
type hello struct {
	conn    *tls.Conn // nil without TLS
	state   tls.ConnectionState
	asked   bool     // for a client certificate
	sent    bool     // one was
	accepts []string // whose certificates the server takes, as far as it says
	refused error    // the end of a handshake in which all was well with the server
}

func (t *test) newServer(target core.Target, field, text string) *server {
	s := &server{test: t, target: target, field: field, text: text}
	if target == core.TargetIngester {
		s.get = "/health/ready"
	}
	s.url, _ = url.Parse(text) // nil when it can't be: checkAddress says so
	return s
}

// sameAddress reports whether both servers are reached in one way.
func (s *server) sameAddress(other *server) bool {
	return s.url != nil && other.url != nil && s.url.User == nil && other.url.User == nil &&
		s.url.Scheme == other.url.Scheme && strings.EqualFold(hostPort(s.url), hostPort(other.url))
}

// tasks are the steps to the server's answer.
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
		_ = s.raw.Close() // nothing is left to lose
	}
}

// use begins with the socket conn. What is built on it can't close it, so
// that the server's last words can be read after all else has failed.
func (s *server) use(conn net.Conn) { s.raw, s.conn = conn, keptOpen{conn} }

type keptOpen struct{ net.Conn }

// Close implements net.Conn: server.close does it.
func (keptOpen) Close() error { return nil }

func (s *server) encrypted() bool { return s.url.Scheme == "https" }

// checkAddress looks at the URL as core.Profile.Validate does, and at nothing
// else of the profile.
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

// resolve looks the name up.
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

// connect opens the TCP connection, over IPv6 or IPv4, whichever answers
// first. Where there is a proxy, it has done so.
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

// cause is ctx's end where that is why err came.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// within makes conn's reads and writes end with ctx; release undoes that.
func within(ctx context.Context, conn net.Conn) (release func()) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return func() { stop() }
}

// readResponse reads an HTTP/1 answer, and at most maxRead of it.
func readResponse(conn net.Conn, req *http.Request) (*http.Response, error) {
	return http.ReadResponse(bufio.NewReader(io.LimitReader(conn, maxRead)), req)
}

// hostPort is where the URL's host listens.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
