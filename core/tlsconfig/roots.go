package tlsconfig

import (
	"bytes"
	"crypto/x509"
	"log/slog"
	"time"

	"github.com/artstore/ingester/core"
)

// roots is the content of a CA file.
type roots struct {
	certs []*x509.Certificate
	left  []leftOut
}

// leftOut is an entry of a CA file that can't be used as a CA certificate.
type leftOut struct{ name, reason string }

// LeftOut lists the entries in the CA file of s that can't be used as CA certificates,
// and why. It lists nothing if the file can't be used at all.
func LeftOut(s core.TLSSettings) []string {
	if !s.Enabled || s.CACertFile == "" {
		return nil
	}
	found, err := rootsOf(s.CACertFile)
	if err != nil {
		return nil // Build says why
	}
	var names []string
	for _, l := range found.left {
		names = append(names, l.name+": "+l.reason)
	}
	return names
}

// readRoots returns the CA certificates in a PEM or DER file, and warns about entries
// that are left out.
func readRoots(path string, now time.Time, log *slog.Logger) (*x509.CertPool, error) {
	found, err := rootsOf(path)
	if err != nil {
		return nil, err
	}
	for _, l := range found.left {
		log.Warn("a certificate is left out of the CA file", "file", path, "certificate", l.name, "reason", l.reason)
	}
	pool := x509.NewCertPool()
	for _, cert := range found.certs {
		pool.AddCert(cert)
		if now.After(cert.NotAfter) {
			log.Warn("a CA certificate has expired", "subject", cert.Subject.String(), "expired", cert.NotAfter)
		}
	}
	return pool, nil
}

// rootsOf reads a CA file. Entries that are not CA certificates, or can't be read, are
// left out and reported. As a root, a certificate that is not a CA's would be trusted
// for itself only, which is rarely meant.
func rootsOf(path string) (roots, error) {
	var found roots
	data, err := readFile(path)
	if err != nil {
		return found, err
	}
	all, others, err := entries(path, data)
	if err != nil {
		e := *core.AsError(err)
		e.Code = core.CodeCAInvalid
		return found, &e
	}
	for _, e := range all {
		switch {
		case e.err != nil:
			found.left = append(found.left, leftOut{e.name, e.err.Error()})
		case !isCA(e.cert):
			found.left = append(found.left, leftOut{e.name, "it is not a certificate authority's"})
		case !e.trust.servers():
			found.left = append(found.left, leftOut{e.name, "its trust settings are not for servers"})
		default:
			found.certs = append(found.certs, e.cert)
		}
	}
	for _, other := range others {
		found.left = append(found.left, leftOut{other, "it is something else"})
	}
	if len(found.certs) == 0 {
		return found, fileError(core.CodeCAInvalid, path, "holds certificates, but none of a certificate authority for servers", nil)
	}
	return found, nil
}

// isCA reports whether cert may issue others. Version 1 certificates have no extension
// that says so; a self-issued one counts (RFC 5280 §6.1.4 k).
func isCA(cert *x509.Certificate) bool {
	if cert.Version < 3 {
		return bytes.Equal(cert.RawSubject, cert.RawIssuer)
	}
	return cert.BasicConstraintsValid && cert.IsCA
}
