package transport

import (
	"context"
	"crypto/tls"
	"net/http"
	"sync"

	"github.com/artstore/ingester/core"
)

// link remembers what connections turned out to be.
type link struct {
	mu     sync.Mutex
	now    core.Link
	tls    string // of the newest handshake
	mutual bool
}

func (l *link) state() core.Link {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now.State == "" {
		return core.Link{State: core.LinkUnknown}
	}
	return l.now
}

// up notes an answer, whatever it says: the line works.
func (l *link) up(resp *http.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	version := "HTTP/1.1"
	if resp.ProtoMajor == 2 {
		version = "HTTP/2"
	}
	l.now = core.Link{State: core.LinkUp, TLSVersion: l.tls, MutualTLS: l.mutual, HTTP: version}
}

// down notes an error of the line itself.
func (l *link) down(e *core.Error) {
	if e.Kind != core.KindNetwork && e.Kind != core.KindTLS {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = core.Link{State: core.LinkFailed, Err: e}
}

// isUp reports whether an answer came last.
func (l *link) isUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now.State == core.LinkUp
}

// watch returns a copy of config that tells l about every handshake. Where
// http2Only is set, a server that does not agree on HTTP/2 is refused.
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
		l.mu.Unlock()
		return nil
	}
	if config.GetClientCertificate == nil && len(config.Certificates) == 0 {
		return config
	}
	choose := config.GetClientCertificate
	if choose == nil {
		choose = firstSupported(config.Certificates)
	}
	config.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		cert, err := choose(asked)
		if err == nil && cert != nil {
			l.mu.Lock()
			l.mutual = len(cert.Certificate) > 0
			l.mu.Unlock()
		}
		return cert, err
	}
	return config
}

// firstSupported chooses as crypto/tls does without GetClientCertificate.
func firstSupported(certs []tls.Certificate) func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		for i := range certs {
			if asked.SupportsCertificate(&certs[i]) == nil {
				return &certs[i], nil
			}
		}
		return new(tls.Certificate), nil
	}
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
