package tlsconfig

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// Inspect reads the client certificate that s names and returns its facts, whether or
// not a server would accept it: an expired one, or one without its key, is no error. If
// the certificate can be read but the key can't, it returns both facts and an error. If
// the files have several certificates and s does not say which to use, they are in
// Identities. Without a client certificate in s the facts are zero.
func Inspect(s core.TLSSettings, passphrase core.Secret) (core.CertificateFacts, error) {
	if !s.HasClientCertificate() {
		return core.CertificateFacts{}, nil
	}
	m, err := readMaterial(s, passphrase)
	if len(m.certs) == 0 {
		return core.CertificateFacts{}, err
	}
	var facts core.CertificateFacts
	chosen, choice := m.choose(s.Identity, time.Now())
	if choice == nil {
		facts = factsOf(chosen)
	}
	if all := m.pairs(); len(all) > 1 || s.Identity != "" {
		facts.Identities = factsOfAll(all)
	}
	facts.Encrypted = encrypted(s)
	if err == nil {
		err = choice
	}
	return facts, err
}

// encrypted reports whether the files can't be read without a passphrase.
func encrypted(s core.TLSSettings) bool {
	_, err := readMaterial(s, core.Secret{})
	return core.CodeOf(err) == core.CodePassphraseMissing
}

func factsOf(p pair) core.CertificateFacts {
	cert := p.leaf
	sum := sha256.Sum256(cert.Raw)
	return core.CertificateFacts{
		Subject:     cert.Subject.String(),
		CommonName:  cert.Subject.CommonName,
		Aliases:     p.aliases,
		Issuer:      cert.Issuer.String(),
		Names:       names(cert),
		Serial:      colons(fmt.Sprintf("%x", cert.SerialNumber.Bytes())),
		Fingerprint: strings.ToUpper(colons(fmt.Sprintf("%x", sum))),
		NotBefore:   cert.NotBefore,
		NotAfter:    cert.NotAfter,
		KeyMatches:  p.key != nil,
		ClientAuth:  forClients(cert),
		Algorithm:   algorithm(cert),
	}
}

func factsOfAll(all []pair) []core.CertificateFacts {
	facts := make([]core.CertificateFacts, len(all))
	for i, p := range all {
		facts[i] = factsOf(p)
	}
	return facts
}

func names(cert *x509.Certificate) []string {
	all := append([]string{}, cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		all = append(all, ip.String())
	}
	all = append(all, cert.EmailAddresses...)
	for _, uri := range cert.URIs {
		all = append(all, uri.String())
	}
	return all
}

// colons puts a colon between each two hexadecimal digits.
func colons(hex string) string {
	var b strings.Builder
	for i := 0; i < len(hex); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(hex[i : i+2])
	}
	return b.String()
}

func algorithm(cert *x509.Certificate) string {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Curve.Params().Name
	}
	return cert.PublicKeyAlgorithm.String()
}
