package tlsconfig

import (
	"bytes"
	"crypto/x509"
	"log/slog"
	"time"

	"github.com/artstore/ingester/core"
)

// readRoots returns the certificate authorities in a PEM or DER file. What is
// none, or can't be read, is left out by name, and the others count: a root that
// is no authority would vouch for itself only, which is rarely what someone
// meant.
func readRoots(path string, now time.Time, log *slog.Logger) (*x509.CertPool, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	all, others, err := entries(path, data)
	if err != nil {
		e := *core.AsError(err)
		e.Code = core.CodeCAInvalid
		return nil, &e
	}
	leave := func(name, reason string) {
		log.Warn("a certificate is left out of the CA file", "file", path, "certificate", name, "reason", reason)
	}
	pool := x509.NewCertPool()
	found := 0
	for _, e := range all {
		switch {
		case e.err != nil:
			leave(e.name, e.err.Error())
			continue
		case !isCA(e.cert):
			leave(e.name, "it is not a certificate authority's")
			continue
		case !e.trust.servers():
			leave(e.name, "its trust settings are not for servers")
			continue
		}
		found++
		pool.AddCert(e.cert)
		if now.After(e.cert.NotAfter) {
			log.Warn("a CA certificate has expired", "subject", e.cert.Subject.String(), "expired", e.cert.NotAfter)
		}
	}
	for _, other := range others {
		leave(other, "it is something else")
	}
	if found == 0 {
		return nil, fileError(core.CodeCAInvalid, path, "holds certificates, but none of a certificate authority for servers", nil)
	}
	return pool, nil
}

// isCA reports whether cert may vouch for others. Version 1 certificates have
// no extension to say so; a self-issued one counts (RFC 5280 §6.1.4 k).
func isCA(cert *x509.Certificate) bool {
	if cert.Version < 3 {
		return bytes.Equal(cert.RawSubject, cert.RawIssuer)
	}
	return cert.BasicConstraintsValid && cert.IsCA
}
