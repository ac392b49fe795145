package tlsconfig

import (
	"crypto/x509"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/core"
)

// identities names, in parentheses, the certificates in a key store that have
// their key there; "" where that can't be told: it knows fewer forms than what
// reads a single one.
func identities(data []byte, passphrase core.Secret) string {
	//nolint:staticcheck // DecodeChain refuses several keys; of the blocks, only the certificates and the identifiers are used
	blocks, err := pkcs12.ToPEM(data, passphrase.Reveal())
	if err != nil {
		return ""
	}
	keys := map[string]bool{}
	for _, b := range blocks {
		if b.Type == "PRIVATE KEY" {
			keys[b.Headers["localKeyId"]] = true
		}
	}
	var names []string
	for _, b := range blocks {
		if b.Type != "CERTIFICATE" || b.Headers["localKeyId"] == "" || !keys[b.Headers["localKeyId"]] {
			continue
		}
		name := subjectOf(b.Bytes)
		if cert, err := x509.ParseCertificate(b.Bytes); err == nil {
			name = cert.Subject.String()
		}
		if alias := b.Headers["friendlyName"]; alias != "" {
			name = alias + " (" + name + ")"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, "; ") + ")"
}
