package transport

import (
	"context"
	"crypto/tls"
	"net/http"
	"sync"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// link remembers facts about the connections.
type link struct {
	mu     sync.Mutex
	now    core.Link
	tls    string // of the newest handshake
	mutual bool
	known  bool // the session that was last looked up has our certificate
	// presented is how often our certificate was sent. worked is whether there
	// has ever been an answer.
	presented int
	worked    bool
}

func (l *link) state() core.Link {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now.State == "" {
		return core.Link{State: core.LinkUnknown}
	}
	return l.now
}

// up notes an answer, which shows that the connection works, whatever its status.
func (l *link) up(resp *http.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	version := "HTTP/1.1"
	if resp.ProtoMajor == 2 {
		version = "HTTP/2"
	}
	l.worked = true
	l.now = core.Link{State: core.LinkUp, TLSVersion: l.tls, MutualTLS: l.mutual, HTTP: version}
}

// down notes an error of the connection itself.
func (l *link) down(e *core.Error) {
	if e.Kind != core.KindNetwork && e.Kind != core.KindTLS {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = core.Link{State: core.LinkFailed, Err: e}
}

// isUp reports whether the last event was an answer.
func (l *link) isUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now.State == core.LinkUp
}

// shown returns how often our certificate was sent to a server that has never
// answered, 0 once it has.
func (l *link) shown() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.worked {
		return 0
	}
	return l.presented
}

// watch returns a copy of config that tells l about every handshake. With http2Only
// a server that does not agree on HTTP/2 is refused.
func (l *link) watch(config *tls.Config, http2Only bool) *tls.Config {
	config = config.Clone()
	verify := config.VerifyConnection
	config.VerifyConnection = func(cs tls.ConnectionState) error {
		if verify != nil {
			if err := verify(cs); err != nil {
				return err
			}
		}
		if http2Only && cs.NegotiatedProtocol != "h2" {
			return errNoHTTP2()
		}
		l.mu.Lock()
		l.tls = tls.VersionName(cs.Version)
		if cs.DidResume { // otherwise the server may ask yet
			l.mutual = l.known
		}
		l.mu.Unlock()
		return nil
	}
	if config.ClientSessionCache != nil {
		config.ClientSessionCache = &sessions{ClientSessionCache: config.ClientSessionCache, link: l}
	}
	return wire.Presented(config, func(sent bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.mutual = sent
		if sent {
			l.presented++
		}
	})
}

// sessions is a cache that tells a link whether our certificate was sent in the session
// that a handshake may resume. The server then doesn't ask for it again.
type sessions struct {
	tls.ClientSessionCache
	link *link
}

// Get implements tls.ClientSessionCache.
func (s *sessions) Get(key string) (*tls.ClientSessionState, bool) {
	found, ok := s.ClientSessionCache.Get(key)
	known := ok && wire.Mutual(found)
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	s.link.known = known
	return found, ok
}

func errNoHTTP2() *core.Error {
	return &core.Error{Kind: core.KindTLS, Code: core.CodeTLSPolicy,
		Message: `The server does not offer HTTP/2; set http_version to "auto" or "1.1".`}
}

// handshake makes a TLS client of conn within ctx.
func handshake(ctx context.Context, conn *socket, config *tls.Config) (*tlsConn, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	secure := &tlsConn{Conn: tls.Client(conn, config), wire: conn}
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}
