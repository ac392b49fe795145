package tlsconfig

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

func TestInspect(t *testing.T) {
	f := newFiles(t)
	end := time.Date(2199, 3, 1, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0xabc123), Subject: pkix.Name{CommonName: "me", Organization: []string{"ArtStore"}},
		NotBefore: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), NotAfter: end, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		DNSNames: []string{"me.example"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)}, EmailAddresses: []string{"me@example.com"}, URIs: []*url.URL{{Scheme: "spiffe", Host: "me"}},
	}
	raw := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, f.ca.Cert, rsaKey().Public(), f.ca.Key))
	facts, err := Inspect(core.TLSSettings{CertFile: file(t, "c", raw), KeyFile: file(t, "k", x509.MarshalPKCS1PrivateKey(rsaKey()))}, core.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	if facts.Subject != "CN=me,O=ArtStore" || facts.Issuer != "CN=Test CA" || facts.Serial != "ab:c1:23" || facts.Algorithm != "RSA 2048" || !facts.KeyMatches || !facts.ClientAuth || !facts.NotAfter.Equal(end) {
		t.Errorf("%+v", facts)
	}
	if !slices.Equal(facts.Names, []string{"me.example", "192.0.2.1", "me@example.com", "spiffe://me"}) {
		t.Errorf("%q", facts.Names)
	}
	if len(facts.Fingerprint) != 32*3-1 || strings.ToUpper(facts.Fingerprint) != facts.Fingerprint {
		t.Error(facts.Fingerprint)
	}
}

// Inspect shows what Build refuses: facts without an error, or facts with the error for which the
// key can't be read.
func TestInspectBad(t *testing.T) {
	f := newFiles(t)
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	expired := f.ca.Issue(t, coretest.Leaf{CommonName: "old", Key: edwards, Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour)})
	cert, _ := coretest.WritePair(t, f.dir, "old", expired)
	for _, tt := range []struct {
		name     string
		settings core.TLSSettings
		subject  string
		matches  bool
		code     core.Code
	}{
		{"no certificate", core.TLSSettings{CACertFile: f.settings.CACertFile}, "", false, ""},
		{"expired, of a server, another key", core.TLSSettings{CertFile: cert, KeyFile: f.settings.KeyFile}, "CN=old", false, ""},
		{"key missing", core.TLSSettings{CertFile: cert, KeyFile: "/nonexistent"}, "CN=old", false, core.CodeCertificateUnreadable},
		{"passphrase missing", core.TLSSettings{CertFile: "testdata/cert.pem", KeyFile: "testdata/aes256.key"}, "CN=fixture", false, core.CodePassphraseMissing},
		{"certificate missing", core.TLSSettings{CertFile: "/nonexistent"}, "", false, core.CodeCertificateUnreadable},
		{"PKCS#12 without passphrase", core.TLSSettings{PKCS12File: "testdata/new.p12"}, "", false, core.CodePassphraseMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			facts, err := Inspect(tt.settings, core.Secret{})
			if facts.Subject != tt.subject || facts.KeyMatches != tt.matches || core.CodeOf(err) != tt.code {
				t.Errorf("%+v, %v", facts, err)
			}
		})
	}
	facts, _ := Inspect(core.TLSSettings{CertFile: cert, KeyFile: f.settings.KeyFile}, core.Secret{})
	if facts.Algorithm != "Ed25519" || facts.ClientAuth || facts.ExpiryLevel(time.Now()) != core.ExpiryPast {
		t.Errorf("%+v", facts)
	}
	facts, _ = Inspect(f.settings, core.Secret{})
	if facts.Algorithm != "ECDSA P-256" {
		t.Errorf("%+v", facts)
	}
}

// Encrypted is right with and without the passphrase.
func TestInspectEncrypted(t *testing.T) {
	f := newFiles(t)
	plain := f.settings
	bundle := core.TLSSettings{Enabled: true, PKCS12File: "testdata/new.p12"}
	open := core.TLSSettings{Enabled: true, PKCS12File: file(t, "open.p12", func() []byte {
		c := f.ca.Client(t, "me")
		return must[[]byte](t)(pkcs12.Modern.Encode(c.PrivateKey, c.Leaf, nil, ""))
	}())}
	for _, tt := range []struct {
		name       string
		settings   core.TLSSettings
		passphrase string
		encrypted  bool
		code       core.Code
	}{
		{"a plain key", plain, "", false, ""},
		{"a plain key and a passphrase", plain, canary, false, ""},
		{"PKCS#12", bundle, canary, true, ""},
		{"PKCS#12 without its passphrase", bundle, "", false, core.CodePassphraseMissing},
		{"PKCS#12 that has none", open, "", false, ""},
	} {
		facts, err := Inspect(tt.settings, core.NewSecret(tt.passphrase))
		if facts.Encrypted != tt.encrypted || core.CodeOf(err) != tt.code {
			t.Errorf("%s: encrypted %t, %v", tt.name, facts.Encrypted, err)
		}
	}
}
