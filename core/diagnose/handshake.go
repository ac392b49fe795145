package diagnose

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
)

// handshake makes the TLS connection and looks at the server's certificate. A
// handshake that ends because of the client's certificate is the next step's
// failure: here all was well.
func (s *server) handshake(ctx context.Context) verdict {
	switch {
	case !s.encrypted():
		return verdict{detail: "not used: plain HTTP"}
	case s.test.mine.trust != nil:
		return failed("", s.test.mine.trust)
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

// tlsConfig is the configuration of an upload, or of signing in, which notes
// what the handshake comes to. Sessions are not resumed, because no
// certificates are shown then.
func (s *server) tlsConfig() *tls.Config {
	config := s.test.mine.config.Clone()
	config.ClientSessionCache = nil
	config.NextProtos = s.protocols()
	if config.ServerName == "" {
		config.ServerName = s.url.Hostname()
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
		s.hello.asked, s.hello.accepts = true, authorities(asked.AcceptableCAs)
		if choose == nil {
			return new(tls.Certificate), nil
		}
		cert, err := choose(asked)
		s.hello.sent = err == nil && cert != nil && len(cert.Certificate) > 0
		return cert, err
	}
	return config
}

// protocols are what ALPN offers: the token server is spoken to in HTTP/1.1.
func (s *server) protocols() []string {
	if s.target == core.TargetAdmin || s.test.cfg.Profile.Upload.HTTPVersion == core.HTTP11 {
		return []string{"http/1.1"}
	}
	return []string{"h2", "http/1.1"}
}

// judgeServer describes a connection to a server that could be verified.
func (s *server) judgeServer() verdict {
	state := s.hello.state
	leaf := state.PeerCertificates[0]
	now := s.test.cfg.Now()
	v := verdict{detail: fmt.Sprintf("%s, %s; the server is %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite), describe(leaf, now))}
	if len(state.VerifiedChains) > 0 {
		chain := state.VerifiedChains[0]
		v.detail += "; vouched for by " + s.voucher(chain[len(chain)-1], leaf)
		if first := soonest(chain); first != leaf {
			v.advice = expiryAdvice("certificate of the authority "+name(first), first.NotAfter, now)
		}
	}
	if own := expiryAdvice("server's certificate", leaf.NotAfter, now); own != "" {
		v.advice = own + " Ask the server's administrator to renew it."
	} else if weak(leaf) {
		v.advice = "The server's key is short (RSA of less than 2048 bits). Ask the server's administrator for a new certificate."
	}
	return v
}

// voucher names the root that the chain of leaf ends with.
func (s *server) voucher(root, leaf *x509.Certificate) string {
	if bytes.Equal(root.RawSubject, leaf.RawIssuer) {
		return "that authority" + s.trustedFrom()
	}
	return name(root) + s.trustedFrom()
}

func (s *server) trustedFrom() string {
	if s.test.cfg.Profile.TLS.Enabled && s.test.cfg.Profile.TLS.CACertFile != "" {
		return " in the CA file"
	}
	return ", one of this system's roots"
}

// explain is the verdict on a handshake that failed. For a certificate that
// could not be verified it shows which one that was, and what it would need.
func (s *server) explain(err error) verdict {
	var header tls.RecordHeaderError
	if errors.As(err, &header) && string(header.RecordHeader[:]) == "HTTP/" {
		err = errors.New("server gave HTTP response to HTTPS client") // as net/http says it
	}
	v := failed("", core.NetworkError(op, err))
	var unverified *tls.CertificateVerificationError
	if errors.As(err, &unverified) && len(unverified.UnverifiedCertificates) > 0 {
		shown := unverified.UnverifiedCertificates
		v.detail = "the server shows " + describe(shown[0], s.test.cfg.Now())
		v.advice = s.certificateAdvice(unverified.Err, shown)
	}
	return v
}

// soonest is the certificate of chain that ends first.
func soonest(chain []*x509.Certificate) *x509.Certificate {
	first := chain[0]
	for _, c := range chain[1:] {
		if c.NotAfter.Before(first.NotAfter) {
			first = c
		}
	}
	return first
}

// The days before a certificate's end on which the advice gets more urgent.
const (
	expirySoon    = 30
	expiryUrgent  = 7
	expiryLastDay = 1
)

// expiryAdvice says how long a certificate is good for once that is short, ""
// before.
func expiryAdvice(what string, end, now time.Time) string {
	left := end.Sub(now)
	days := int(left / (24 * time.Hour))
	switch {
	case left < 0:
		return "The " + what + " has expired."
	case left <= expiryLastDay*24*time.Hour:
		return "The " + what + " expires within a day: renew it now."
	case days <= expiryUrgent:
		return fmt.Sprintf("The %s expires in %d days: renew it this week.", what, days)
	case days <= expirySoon:
		return fmt.Sprintf("The %s expires in %d days.", what, days)
	}
	return ""
}
