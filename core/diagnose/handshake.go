package diagnose

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// handshake makes the TLS connection and checks the server's certificate. A handshake
// that fails because of the client's certificate is the next step's failure, not this
// one's.
func (s *server) handshake(ctx context.Context) verdict {
	switch {
	case !s.encrypted():
		return verdict{found: say("plain", nil)}
	case s.test.mine.trust != nil:
		return failed(s.test.mine.trust)
	}
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	defer within(ctx, s.raw)()
	s.hello.conn = tls.Client(s.conn, s.tlsConfig())
	err := s.hello.conn.HandshakeContext(ctx)
	if err == nil {
		s.conn = s.hello.conn
		s.hello.state = s.hello.conn.ConnectionState()
		return s.judgeServer()
	}
	err = cause(ctx, err)
	if s.hello.asked && ctx.Err() == nil {
		s.hello.refused = err
		return s.judgeServer()
	}
	return s.explain(err)
}

// tlsConfig returns the configuration of an upload, or of signing in, extended to note
// the facts of the handshake. Sessions are not resumed, because then no certificates
// are sent.
func (s *server) tlsConfig() *tls.Config {
	config := s.test.mine.config.Clone()
	config.ClientSessionCache = nil
	config.NextProtos = s.protocols()
	if config.ServerName == "" {
		config.ServerName = wire.WithoutZone(s.url.Hostname())
	}
	verify := config.VerifyConnection
	config.VerifyConnection = func(state tls.ConnectionState) error {
		s.hello.state = state
		if verify != nil {
			return verify(state)
		}
		return nil
	}
	choose := config.GetClientCertificate
	config.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		s.hello.asked, s.hello.accepts = true, caNames(asked.AcceptableCAs)
		if choose == nil {
			return new(tls.Certificate), nil
		}
		cert, err := choose(asked)
		s.hello.sent = err == nil && cert != nil && len(cert.Certificate) > 0
		return cert, err
	}
	return config
}

// protocols returns what ALPN offers: the token server is used over HTTP/1.1.
func (s *server) protocols() []string {
	if s.target == core.TargetAdmin || s.test.cfg.Profile.Upload.HTTPVersion == core.HTTP11 {
		return []string{"http/1.1"}
	}
	return []string{"h2", "http/1.1"}
}

// judgeServer is the verdict on a connection to a server that could be verified.
func (s *server) judgeServer() verdict {
	state := s.hello.state
	leaf := state.PeerCertificates[0]
	now := s.test.cfg.Now()
	v := verdict{found: say("tls.server", with{
		"Version": tls.VersionName(state.Version), "Suite": tls.CipherSuiteName(state.CipherSuite), "Certificate": describe(leaf, now),
	})}
	if len(state.VerifiedChains) > 0 {
		chain := state.VerifiedChains[0]
		v.found = append(v.found, s.voucher(chain[len(chain)-1], leaf))
		if first := soonest(chain); first != leaf {
			v.todo = expiryAdvice(fact("what.authority", with{"Name": name(first)}), first.NotAfter, now)
		}
	}
	v.found = append(v.found, s.leftOut()...)
	if own := expiryAdvice(fact("what.server", nil), leaf.NotAfter, now); own != nil {
		own = append(own, fact("renew.server", nil))
		v.todo = own
	} else if weak(leaf) {
		v.todo = say("tls.weak", nil)
	}
	return v
}

// voucher names the root at the end of leaf's chain.
func (s *server) voucher(root, leaf *x509.Certificate) core.Fact {
	where := fact("trust.system", nil)
	if s.hasRoots() {
		where = fact("trust.file", nil)
	}
	if bytes.Equal(root.RawSubject, leaf.RawIssuer) {
		return fact("tls.voucher.issuer", with{"Where": where})
	}
	return fact("tls.voucher", with{"Root": name(root), "Where": where})
}

// hasRoots reports whether the profile has a CA file.
func (s *server) hasRoots() bool {
	return s.test.cfg.Profile.TLS.Enabled && s.test.cfg.Profile.TLS.CACertFile != ""
}

// leftOut tells which entries of the CA file can't be used: the missing CA may be among
// them, but damaged.
func (s *server) leftOut() facts {
	if len(s.test.mine.leftOut) == 0 {
		return nil
	}
	return say("tls.left_out", with{"Certificates": list(s.test.mine.leftOut)})
}

// explain is the verdict on a handshake that failed. If a certificate could not be
// verified, it tells which one, and what is needed to verify it.
func (s *server) explain(err error) verdict {
	var header tls.RecordHeaderError
	if errors.As(err, &header) && string(header.RecordHeader[:]) == "HTTP/" {
		err = errors.New("server gave HTTP response to HTTPS client") // in the words of net/http
	}
	v := failed(wire.NetworkError(op, err))
	var unverified *tls.CertificateVerificationError
	if errors.As(err, &unverified) && len(unverified.UnverifiedCertificates) > 0 {
		shown := unverified.UnverifiedCertificates
		v.found = append(say("tls.shows", with{"Certificate": describe(shown[0], s.test.cfg.Now())}), s.leftOut()...)
		v.todo = s.certificateAdvice(unverified.Err, shown)
	}
	return v
}

// soonest returns the certificate of chain that expires first.
func soonest(chain []*x509.Certificate) *x509.Certificate {
	first := chain[0]
	for _, c := range chain[1:] {
		if c.NotAfter.Before(first.NotAfter) {
			first = c
		}
	}
	return first
}

// The days before a certificate expires on which the advice becomes more urgent.
const (
	expirySoon    = 30
	expiryUrgent  = 7
	expiryLastDay = 1
)

// expiryAdvice tells how long a certificate is still valid if that is short, and else
// nothing.
func expiryAdvice(what core.Fact, end, now time.Time) facts {
	left := end.Sub(now)
	days := int(left / (24 * time.Hour))
	fill := with{"What": what, "N": days}
	switch {
	case left < 0:
		return say("expiry.past", fill)
	case left <= expiryLastDay*24*time.Hour:
		return say("expiry.day", fill)
	case days <= expiryUrgent:
		return say("expiry.week", fill)
	case days <= expirySoon:
		return say("expiry.month", fill)
	}
	return nil
}
