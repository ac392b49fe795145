package sandbox

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// uvicornTLS changes a configuration to behave like uvicorn: it accepts TLS 1.2, and
// it closes the connection without an alert if it refuses a client's certificate.
func uvicornTLS(cfg *tls.Config) *tls.Config {
	cfg.MinVersion, cfg.NextProtos = tls.VersionTLS12, nil
	if cfg.ClientAuth == tls.NoClientCert {
		return cfg
	}
	roots, now := cfg.ClientCAs, cfg.Time
	cfg.ClientAuth = tls.RequestClientCert
	cfg.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		one := cfg.Clone()
		one.GetConfigForClient = nil
		one.VerifyConnection = func(state tls.ConnectionState) error {
			err := trusted(state.PeerCertificates, roots, now())
			if err != nil {
				_ = hello.Conn.Close() // before crypto/tls writes its alert
			}
			return err
		}
		return one, nil
	}
	return cfg
}

// trusted checks a client's certificate and its intermediates.
func trusted(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	if len(chain) == 0 {
		return errors.New("the client sent no certificate")
	}
	others := x509.NewCertPool()
	for _, c := range chain[1:] {
		others.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	return err
}
