package tlsconfig

import (
	"bytes"
	"crypto/x509"
	"log/slog"
	"time"

	"github.com/artstore/ingester/core"
)

// readRoots returns the certificate authorities in a PEM or DER file.
// Certificates that are none are left out: as roots they would vouch for
// themselves only, which is rarely what someone meant.
func readRoots(path string, now time.Time, log *slog.Logger) (*x509.CertPool, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	certs, err := certificates(path, data)
	if err != nil {
		e := *core.AsError(err)
		e.Code = core.CodeCAInvalid
		return nil, &e
	}
	pool := x509.NewCertPool()
	found, left := 0, 0
	for _, cert := range certs {
		if !isCA(cert) {
			left++
			continue
		}
		found++
		pool.AddCert(cert)
		if now.After(cert.NotAfter) {
			log.Warn("a CA certificate has expired", "subject", cert.Subject.String(), "expired", cert.NotAfter)
		}
	}
	if found == 0 {
		return nil, fileError(core.CodeCAInvalid, path, "holds certificates, but none of a certificate authority", nil)
	}
	if left > 0 {
		log.Warn("certificates that are no authority's are left out of the CA file", "file", path, "count", left)
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
