// Package coretest has what the tests of several packages need: a real certificate authority
// (CA) whose certificates real TLS servers and clients use, proxies, a keychain, and servers.
//
// Only tests import it.
package coretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// validity is how long before and after now certificates are valid unless a
// Leaf says otherwise.
const validity = 24 * time.Hour

// CA is a certificate authority: a self-signed ECDSA P-256 certificate and its key.
type CA struct {
	Cert *x509.Certificate
	Key  crypto.Signer
}

// Leaf describes a certificate to issue. The zero value is valid for a day
// around now, has an ECDSA P-256 key and no extended key usage.
type Leaf struct {
	CommonName string
	Hosts      []string           // DNS names and IP addresses
	Usage      []x509.ExtKeyUsage // none: no such extension
	Key        crypto.Signer      // nil: a new ECDSA P-256 key
	NotBefore  time.Time          // zero: a day ago
	NotAfter   time.Time          // zero: in a day
}

// NewCA makes a CA with the common name name.
func NewCA(t testing.TB, name string) *CA {
	t.Helper()
	key := newKey(t)
	template := caTemplate(t, name, x509.KeyUsageCertSign|x509.KeyUsageCRLSign)
	return &CA{Cert: sign(t, template, template, key.Public(), key), Key: key}
}

// Intermediate makes an intermediate CA whose certificate this one issues.
func (ca *CA) Intermediate(t testing.TB, name string) *CA {
	t.Helper()
	key := newKey(t)
	template := caTemplate(t, name, x509.KeyUsageCertSign)
	return &CA{Cert: sign(t, template, ca.Cert, key.Public(), ca.Key), Key: key}
}

// caTemplate is the certificate of a CA before it is signed.
func caTemplate(t testing.TB, name string, usage x509.KeyUsage) *x509.Certificate {
	t.Helper()
	return &x509.Certificate{
		SerialNumber:          serial(t),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-validity),
		NotAfter:              time.Now().Add(validity),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              usage,
	}
}

// Server issues a server certificate for hosts, or for localhost and the
// loopback addresses when none are given.
func (ca *CA) Server(t testing.TB, hosts ...string) tls.Certificate {
	t.Helper()
	if len(hosts) == 0 {
		hosts = []string{"localhost", "127.0.0.1", "::1"}
	}
	return ca.Issue(t, Leaf{CommonName: hosts[0], Hosts: hosts, Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
}

// Client issues a client certificate with the common name cn.
func (ca *CA) Client(t testing.TB, cn string) tls.Certificate {
	t.Helper()
	return ca.Issue(t, Leaf{CommonName: cn, Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// Issue issues the certificate that leaf describes.
func (ca *CA) Issue(t testing.TB, leaf Leaf) tls.Certificate {
	t.Helper()
	key := leaf.Key
	if key == nil {
		key = newKey(t)
	}
	template := &x509.Certificate{
		SerialNumber: serial(t),
		Subject:      pkix.Name{CommonName: leaf.CommonName},
		NotBefore:    orElse(leaf.NotBefore, time.Now().Add(-validity)),
		NotAfter:     orElse(leaf.NotAfter, time.Now().Add(validity)),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  leaf.Usage,
	}
	for _, host := range leaf.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	cert := sign(t, template, ca.Cert, key.Public(), ca.Key)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
}

// Pool returns a pool with this CA only.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.Cert)
	return pool
}

// ServerConfig returns the configuration of a server with a certificate for the loopback
// names that demands client certificates of this CA.
func (ca *CA) ServerConfig(t testing.TB) *tls.Config {
	t.Helper()
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{ca.Server(t)},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    ca.Pool(),
	}
}

// WritePEM writes the CA's certificate to ca.pem in dir.
func (ca *CA) WritePEM(t testing.TB, dir string) (caFile string) {
	t.Helper()
	caFile = filepath.Join(dir, "ca.pem")
	WriteFile(t, caFile, EncodeCertificates(ca.Cert.Raw))
	return caFile
}

// WritePair writes a certificate with its chain to name.pem and its key, as
// PKCS#8, to name.key in dir.
func WritePair(t testing.TB, dir, name string, c tls.Certificate) (certFile, keyFile string) {
	t.Helper()
	certFile, keyFile = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	WriteFile(t, certFile, EncodeCertificates(c.Certificate...))
	WriteFile(t, keyFile, EncodeKey(t, c.PrivateKey))
	return certFile, keyFile
}

// EncodeCertificates returns DER certificates as PEM.
func EncodeCertificates(ders ...[]byte) []byte {
	var out []byte
	for _, der := range ders {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return out
}

// EncodeKey returns a private key as PKCS#8 in PEM.
func EncodeKey(t testing.TB, key crypto.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatalf("encoding the key: %v", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// WriteFile writes data to path, readable by the owner only.
func WriteFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatalf("writing a test file: %v", err)
	}
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("making a key: %v", err)
	}
	return key
}

func sign(t testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		t.Fatalf("issuing a certificate: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("reading back a certificate: %v", err)
	}
	return cert
}

func serial(t testing.TB) *big.Int {
	t.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		t.Fatalf("making a serial number: %v", err)
	}
	return n.Add(n, big.NewInt(1))
}

func orElse(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}
