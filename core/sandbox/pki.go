package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/artstore/ingester/core/smallfile"
)

// Lifetimes of certificates. A start renews a leaf certificate that expires within
// renewBefore. The CA stays the same, so that profiles and copies of ca.pem still
// work.
const (
	authorityLifetime = 10 * 365 * 24 * time.Hour
	leafLifetime      = 365 * 24 * time.Hour
	renewBefore       = 30 * 24 * time.Hour
	backdate          = time.Hour // for clocks that are slow
)

// authority is the sandbox's own CA.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// loadAuthority reads the CA from dir. It creates one if there is none or if the
// old one is about to expire. A CA that can't be read is an error: replacing it
// would lock out every client that trusts it.
func loadAuthority(dir string, now time.Time) (*authority, error) {
	certFile, keyFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca.key")
	if _, err := os.Stat(certFile); errors.Is(err, fs.ErrNotExist) {
		return makeAuthority(certFile, keyFile, now)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("certificate authority %s (delete the folder to start anew): %w", certFile, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return nil, fmt.Errorf("%s is not the sandbox's own authority; delete the folder to start anew", certFile)
	}
	if expiring(pair.Leaf, now) {
		return makeAuthority(certFile, keyFile, now)
	}
	return &authority{cert: pair.Leaf, key: key}, nil
}

func makeAuthority(certFile, keyFile string, now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"ArtStore Ingester"}, CommonName: "Ingester sandbox authority"},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(authorityLifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	// The certificate is written last: while it is missing, nobody has used
	// the CA, and it may be created again.
	if err := writeKey(keyFile, key); err != nil {
		return nil, err
	}
	if err := smallfile.Write(certFile, encodeCertificate(der), privateFile); err != nil {
		return nil, err
	}
	return &authority{cert: cert, key: key}, nil
}

// pool trusts this CA only.
func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// leafSpec describes a certificate that the CA issues and renews.
type leafSpec struct {
	name  string // of its files
	cn    string
	usage x509.ExtKeyUsage
	hosts []string // all of them are in the certificate
}

// serverLeaf is the certificate of a server bound to host.
func serverLeaf(host string) leafSpec {
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			hosts = append(hosts, name)
		}
	} else {
		hosts = append(hosts, host)
	}
	return leafSpec{name: "server", cn: "Ingester sandbox", usage: x509.ExtKeyUsageServerAuth, hosts: hosts}
}

// clientLeaf is the certificate that profiles present.
func clientLeaf() leafSpec {
	return leafSpec{name: "client", cn: "Ingester sandbox client", usage: x509.ExtKeyUsageClientAuth}
}

// leaf returns the certificate of spec from dir. It issues a new one if the old one
// is missing or damaged, is from another CA or for other hosts, or expires soon.
func (a *authority) leaf(dir string, spec leafSpec, now time.Time) (tls.Certificate, error) {
	certFile, keyFile := filepath.Join(dir, spec.name+".pem"), filepath.Join(dir, spec.name+".key")
	if pair, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil && a.holds(pair.Leaf, spec, now) {
		return pair, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{Organization: a.cert.Subject.Organization, CommonName: spec.cn},
		NotBefore:             now.Add(-backdate),
		NotAfter:              earlier(now.Add(leafLifetime), a.cert.NotAfter),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{spec.usage},
		BasicConstraintsValid: true,
	}
	for _, host := range spec.hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	if err := writeKey(keyFile, key); err != nil {
		return tls.Certificate{}, err
	}
	if err := smallfile.Write(certFile, encodeCertificate(der), privateFile); err != nil {
		return tls.Certificate{}, err
	}
	return tls.LoadX509KeyPair(certFile, keyFile)
}

// holds reports whether cert still matches spec.
func (a *authority) holds(cert *x509.Certificate, spec leafSpec, now time.Time) bool {
	if cert.CheckSignatureFrom(a.cert) != nil || expiring(cert, now) {
		return false
	}
	for _, host := range spec.hosts {
		if cert.VerifyHostname(host) != nil {
			return false
		}
	}
	return true
}

// expiring reports whether cert expires soon, or is not valid yet because it was
// issued while the clock was ahead.
func expiring(cert *x509.Certificate, now time.Time) bool {
	return now.Before(cert.NotBefore) || now.Add(renewBefore).After(cert.NotAfter)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// writeKey writes a private key as PKCS#8 PEM.
func writeKey(path string, key any) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return smallfile.Write(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), privateFile)
}
