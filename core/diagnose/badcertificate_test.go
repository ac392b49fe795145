package diagnose

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// badCertificates returns servers with bad certificates, as badssl.com has them.
func badCertificates() []badServer {
	yesterday, tomorrow := time.Now().Add(-24*time.Hour), time.Now().Add(24*time.Hour)
	return []badServer{
		{
			name: "expired", config: leaf(coretest.Leaf{NotBefore: yesterday.Add(-year), NotAfter: yesterday}),
			code: core.CodeTLSExpired, texts: []string{"“CN=server.example”", "expired on " + yesterday.UTC().Format(time.DateOnly), "renew it"},
		},
		{
			name: "not yet valid", config: leaf(coretest.Leaf{NotBefore: tomorrow}),
			code: core.CodeTLSExpired, texts: []string{"not valid before " + tomorrow.UTC().Format(time.DateOnly), "becomes valid on", "Check the clock"},
		},
		{
			name: "wrong host", config: leaf(coretest.Leaf{Hosts: []string{"other.example", "*.other.example"}}),
			code: core.CodeTLSHostname, texts: []string{"for other.example, *.other.example", "another name than 127.0.0.1", "tls.server_name"},
		},
		{
			name: "another address", config: leaf(coretest.Leaf{Hosts: []string{"192.0.2.1"}}),
			code: core.CodeTLSHostname, texts: []string{"for 192.0.2.1"},
		},
		{
			name: "address as a DNS name only", config: presenting(dnsNameOnly),
			code: core.CodeTLSHostname, texts: []string{"with the name 127.0.0.1"},
		},
		{
			name: "common name only", config: leaf(coretest.Leaf{CommonName: "127.0.0.1", Hosts: []string{}}),
			code: core.CodeTLSHostname, texts: []string{"for no names", "no longer counts"},
		},
		{
			name: "self-signed", config: presenting(selfSignedServer(false)),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=lonely.example”, issued by “CN=lonely.example”", "vouches for itself", "no authority's"},
		},
		{
			name: "self-signed authority", config: presenting(selfSignedServer(true)),
			code: core.CodeTLSUntrusted, texts: []string{"vouches for itself", "fingerprint (SHA-256 ", "CA file must hold it"},
		},
		{
			name: "unknown authority", config: presenting(func(t *testing.T, _ *world) tls.Certificate {
				return issue(t, newCA(t, "Stranger CA"), coretest.Leaf{})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"The authority that is needed is “CN=Stranger CA”", "the CA file must hold it"},
		},
		{
			name: "authority of the same name", config: presenting(func(t *testing.T, _ *world) tls.Certificate {
				return issue(t, newCA(t, "Example Root CA"), coretest.Leaf{})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=Example Root CA”"},
		},
		{
			name: "unknown root in the chain", config: presenting(func(t *testing.T, _ *world) tls.Certificate {
				root := newCA(t, "Stranger Root CA")
				middle := newCABelow(t, root, "Stranger Issuing CA")
				return chained(issue(t, middle, coretest.Leaf{}), middle, root)
			}),
			code: core.CodeTLSUntrusted, texts: []string{"issued by “CN=Stranger Issuing CA”", "that is needed is “CN=Stranger Root CA”"},
		},
		{
			name: "missing intermediate", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				return issue(t, newCABelow(t, w.ca, "Example Issuing CA"), coretest.Leaf{})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=Example Issuing CA”", "add it to the chain"},
		},
		{
			name: "expired intermediate", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				middle := newCABelow(t, w.ca, "Example Issuing CA", func(c *x509.Certificate) {
					c.NotBefore, c.NotAfter = yesterday.Add(-year), yesterday
				})
				return chained(issue(t, middle, coretest.Leaf{}), middle)
			}),
			code: core.CodeTLSExpired, texts: []string{"The certificate “CN=Example Issuing CA” expired on"},
		},
		{
			name: "issued by a certificate that is no authority", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				middle := newCABelow(t, w.ca, "Example Server", func(c *x509.Certificate) { c.IsCA = false })
				return chained(issue(t, middle, coretest.Leaf{}), middle)
			}),
			code: core.CodeTLSUntrusted, texts: []string{"issued by one that is no authority"},
		},
		{
			name: "too long a chain", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				first := newCABelow(t, w.ca, "Example Issuing CA", func(c *x509.Certificate) { c.MaxPathLenZero = true })
				second := newCABelow(t, first, "Example Sub CA")
				return chained(issue(t, second, coretest.Leaf{}), second, first)
			}),
			code: core.CodeTLSUntrusted, texts: []string{"or not for this"},
		},
		{
			name: "name constraints", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				middle := newCABelow(t, w.ca, "Example Department CA", func(c *x509.Certificate) {
					c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"department.example"}
				})
				return chained(issue(t, middle, coretest.Leaf{}), middle)
			}),
			code: core.CodeTLSUntrusted, texts: []string{"name constraints"},
		},
		{
			name: "SHA-1 signature", config: presenting(signedWithSHA1),
			code: core.CodeTLSUntrusted, texts: []string{"signed with SHA1-RSA", "can be forged"},
		},
		{
			name: "not for servers", config: leaf(coretest.Leaf{Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}),
			code: core.CodeTLSUntrusted, texts: []string{"serverAuth"},
		},
		{
			name: "the client's own authority", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				return issue(t, w.clients, coretest.Leaf{})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=Example Client CA”"},
		},
		{
			name: "unknown authority, of the proxy of a company", config: presenting(func(t *testing.T, _ *world) tls.Certificate {
				return issue(t, newCA(t, "Corporate Inspection CA"), coretest.Leaf{Hosts: []string{"127.0.0.1"}})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=Corporate Inspection CA”"},
		},
	}
}

func chained(c tls.Certificate, above ...*coretest.CA) tls.Certificate {
	for _, ca := range above {
		c.Certificate = append(c.Certificate, ca.Cert.Raw)
	}
	return c
}

// dnsNameOnly has the server's address as a DNS name, where it doesn't count.
func dnsNameOnly(t *testing.T, w *world) tls.Certificate {
	return create(t, w.ca, x509.ECDSAWithSHA256, func(c *x509.Certificate) { c.DNSNames = []string{"127.0.0.1"} })
}

func selfSignedServer(ca bool) func(*testing.T, *world) tls.Certificate {
	return func(t *testing.T, _ *world) tls.Certificate {
		self := newCA(t, "lonely.example", func(c *x509.Certificate) {
			c.IsCA, c.IPAddresses = ca, []net.IP{net.IPv4(127, 0, 0, 1)}
		})
		return tls.Certificate{Certificate: [][]byte{self.Cert.Raw}, PrivateKey: self.Key}
	}
}

// signedWithSHA1 is issued by a root with an RSA key, as such certificates were.
func signedWithSHA1(t *testing.T, w *world) tls.Certificate {
	old := &coretest.CA{Key: must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048)), Cert: newCA(t, "Old CA").Cert}
	template := *old.Cert
	template.SerialNumber, template.SignatureAlgorithm = big.NewInt(3), x509.UnknownSignatureAlgorithm
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, &template, w.ca.Cert, old.Key.Public(), w.ca.Key))
	old.Cert = must[*x509.Certificate](t)(x509.ParseCertificate(der))
	return chained(create(t, old, x509.SHA1WithRSA, func(*x509.Certificate) {}), old)
}

// create issues a server certificate modified by change.
func create(t *testing.T, ca *coretest.CA, algorithm x509.SignatureAlgorithm, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "server.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(year),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, SignatureAlgorithm: algorithm,
	}
	if change(template); len(template.DNSNames) > 0 {
		template.IPAddresses = nil
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, ca.Cert, key.Public(), ca.Key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// shortKey has a key that Go still accepts, but few other programs do.
func shortKey(t *testing.T, w *world) tls.Certificate {
	return w.server(t, coretest.Leaf{Key: must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))})
}

// Entries of the CA file that can't be used are reported by the step that needs the CA, whether or
// not the needed one is damaged.
func TestLeftOutOfTheCAFile(t *testing.T) {
	w := newWorld(t)
	encode := coretest.EncodeCertificates
	ours, other := encode(w.ca.Cert.Raw), encode(newCA(t, "Another CA").Cert.Raw)
	bundle := func(parts ...[]byte) { coretest.WriteFile(t, w.profile.TLS.CACertFile, bytes.Join(parts, nil)) }

	bundle(other, ours[1:])
	o := w.run(t)
	o.fails(t, core.TargetAdmin, "tls", core.CodeTLSUntrusted, "left out of the CA file: block 2 (line ", "its BEGIN line is damaged", "something that can't be used, named above")
	bundle(ours, other[:90])
	o = w.run(t)
	o.passes(t)
	o.wants(t, core.TargetIngester, "tls", core.StepOK, "in the CA file; left out of the CA file: block 2 (line ", "it is cut off")
	bundle(ours, other)
	if step := w.run(t).step(t, core.TargetIngester, "tls"); strings.Contains(step.Detail, "left out") {
		t.Error(step.Detail)
	}
}
