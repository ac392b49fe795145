package tlsconfig

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// pair is a client certificate with its chain and its key, which is nil if the files
// don't have it.
type pair struct {
	path  string
	leaf  *x509.Certificate
	chain []*x509.Certificate // the certificates after leaf, each issued by the next
	key   crypto.Signer

	aliases []string // leaf's aliases in a key store
}

// dayFormat is the format of dates.
const dayFormat = "2 January 2006"

func belongs(key crypto.Signer, cert *x509.Certificate) bool {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && public.Equal(cert.PublicKey)
}

// chainOf returns the certificates between leaf and a root, in the order that TLS 1.2
// demands (RFC 5246 §7.4.2). The root itself is left out: a server that doesn't have it
// would not trust it.
func chainOf(leaf *x509.Certificate, certs []*x509.Certificate) []*x509.Certificate {
	var chain []*x509.Certificate
	for current := leaf; !bytes.Equal(current.RawSubject, current.RawIssuer); {
		i := slices.IndexFunc(certs, func(c *x509.Certificate) bool {
			return bytes.Equal(c.RawSubject, current.RawIssuer) && !bytes.Equal(c.RawSubject, c.RawIssuer) && !slices.Contains(chain, c)
		})
		if i < 0 {
			break
		}
		current = certs[i]
		chain = append(chain, current)
	}
	return chain
}

// check returns why a server would refuse the pair at time now.
func (p pair) check(now time.Time) error {
	switch {
	case p.key == nil:
		return fileError(core.CodeKeyMismatch, p.path, "holds a certificate that the private key does not belong to", nil)
	case now.After(p.leaf.NotAfter):
		return fileError(core.CodeCertificateExpired, p.path, "holds a certificate that expired on "+p.leaf.NotAfter.UTC().Format(dayFormat)+"; ask for a new one", nil)
	case now.Before(p.leaf.NotBefore):
		return fileError(core.CodeCertificateNotYet, p.path, "holds a certificate that is not valid before "+p.leaf.NotBefore.UTC().Format(dayFormat)+"; check this computer's clock", nil)
	case !forClients(p.leaf):
		return fileError(core.CodeCertificateUsage, p.path, "holds a certificate that may not be used by a client (no clientAuth in its extended key usage)", nil)
	}
	return nil
}

// forClients reports whether cert may authenticate a client. A certificate that names no
// usage may be used for anything (RFC 5280 §4.2.1.12).
func forClients(cert *x509.Certificate) bool {
	return len(cert.ExtKeyUsage)+len(cert.UnknownExtKeyUsage) == 0 ||
		slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageClientAuth) ||
		slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageAny)
}

func (p pair) certificate() *tls.Certificate {
	c := &tls.Certificate{Certificate: [][]byte{p.leaf.Raw}, PrivateKey: p.key, Leaf: p.leaf}
	for _, cert := range p.chain {
		c.Certificate = append(c.Certificate, cert.Raw)
	}
	return c
}
