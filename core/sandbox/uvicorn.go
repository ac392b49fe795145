package sandbox

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"
)

// uvicornTLS makes of a configuration what uvicorn does with it: it takes TLS 1.2,
// and a client whose certificate it refuses hears no alert but the end of the
// connection.
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

// trusted checks a client's certificate and those that came with it.
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
