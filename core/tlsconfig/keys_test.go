package tlsconfig

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Every supported form of certificate and key is presented to a server that verifies it, over TLS
// 1.2 and 1.3.
func TestForms(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	between := ca.Intermediate(t, "Intermediate")
	leaf := func(issuer *coretest.CA, key crypto.Signer) tls.Certificate {
		return issuer.Issue(t, coretest.Leaf{CommonName: "me", Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, Key: key})
	}
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	ec, r, ed, below := leaf(ca, nil), leaf(ca, rsaKey()), leaf(ca, edwards), leaf(between, nil)
	ecKey := ec.PrivateKey.(*ecdsa.PrivateKey)
	sec1 := must[[]byte](t)(x509.MarshalECPrivateKey(ecKey))
	pkcs8 := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(ecKey))
	pkcs1 := x509.MarshalPKCS1PrivateKey(rsaKey())
	cert := coretest.EncodeCertificates
	chain := cert(below.Leaf.Raw, between.Cert.Raw)
	join := func(parts ...[]byte) (all []byte) {
		for _, part := range parts {
			all = append(all, part...)
		}
		return all
	}
	for _, tt := range []struct {
		name      string
		cert, key []byte // key nil: the certificate's file has the key
	}{
		{"PKCS#8", cert(ec.Leaf.Raw), encode("PRIVATE KEY", pkcs8)},
		{"PKCS#8 RSA", cert(r.Leaf.Raw), coretest.EncodeKey(t, rsaKey())},
		{"PKCS#8 Ed25519", cert(ed.Leaf.Raw), coretest.EncodeKey(t, edwards)},
		{"PKCS#1", cert(r.Leaf.Raw), encode("RSA PRIVATE KEY", pkcs1)},
		{"SEC 1", cert(ec.Leaf.Raw), encode("EC PRIVATE KEY", sec1)},
		{"SEC 1 with its parameters", cert(ec.Leaf.Raw), join([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"), encode("EC PRIVATE KEY", sec1))},
		{"DER, PKCS#8", ec.Leaf.Raw, pkcs8},
		{"DER, SEC 1", ec.Leaf.Raw, sec1},
		{"DER, PKCS#1", r.Leaf.Raw, pkcs1},
		{"both in one file", join(cert(ec.Leaf.Raw), encode("PRIVATE KEY", pkcs8)), nil},
		{"key first, with text and CR LF", []byte("Bag Attributes\r\n" + strings.ReplaceAll(string(join(encode("EC PRIVATE KEY", sec1), cert(ec.Leaf.Raw))), "\n", "\r\n")), nil},
		{"old name of the block", encode("X509 CERTIFICATE", ec.Leaf.Raw), encode("PRIVATE KEY", pkcs8)},
		{"two keys, the second is it", cert(ec.Leaf.Raw), join(encode("RSA PRIVATE KEY", pkcs1), encode("PRIVATE KEY", pkcs8))},
		{"chain", chain, coretest.EncodeKey(t, below.PrivateKey)},
		{"chain backwards, with its root", join(cert(ca.Cert.Raw, between.Cert.Raw, below.Leaf.Raw)), coretest.EncodeKey(t, below.PrivateKey)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			settings := core.TLSSettings{ProtocolVersion: core.TLSv12, CACertFile: ca.WritePEM(t, t.TempDir()), CertFile: file(t, "cert", tt.cert)}
			if tt.key != nil {
				settings.KeyFile = file(t, "key", tt.key)
			}
			config := build(t, settings, nil)
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				serverConfig := ca.ServerConfig(t)
				serverConfig.MaxVersion = version
				if name, _ := serve(t, serverConfig).mustDial(t, config); name != "me" {
					t.Errorf("%s: the server saw %s", tls.VersionName(version), name)
				}
			}
		})
	}
}

// Keys encrypted by OpenSSL: supported forms, and forms that are refused with advice.
func TestEncryptedKeys(t *testing.T) {
	for name, read := range map[string]bool{
		"aes256.key": true, "aes128-sha1.key": true, "des3.key": true, "scrypt.key": true,
		"sha512.key": false, "camellia.key": false, "pbes1.key": false, "legacy.key": false,
	} {
		t.Run(name, func(t *testing.T) {
			settings := core.TLSSettings{CertFile: "testdata/cert.pem", KeyFile: filepath.Join("testdata", name)}
			if !read {
				for _, passphrase := range []string{"", "wrong", canary} {
					refuse(t, settings, passphrase, core.CodeKeyUnsupported, "convert it with: openssl pkcs8")
				}
				return
			}
			build(t, settings, nil)
			refuse(t, settings, "", core.CodePassphraseMissing, "no passphrase is set")
			refuse(t, settings, "wrong", core.CodePassphraseWrong, "can't be opened with this passphrase")

			block, _ := pem.Decode(must[[]byte](t)(os.ReadFile(settings.KeyFile)))
			settings.KeyFile = file(t, "der", block.Bytes)
			build(t, settings, nil)
			refuse(t, settings, "wrong", core.CodePassphraseWrong, "can't be opened with this passphrase")
		})
	}
}

// Each thing that can be wrong with a pair has its own code and message.
func TestBadPairs(t *testing.T) {
	f := newFiles(t)
	day := 24 * time.Hour
	client := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	pairOf := func(leaf coretest.Leaf) [2][]byte {
		c := f.ca.Issue(t, leaf)
		return [2][]byte{coretest.EncodeCertificates(c.Leaf.Raw), coretest.EncodeKey(t, c.PrivateKey)}
	}
	good, other := pairOf(coretest.Leaf{Usage: client}), pairOf(coretest.Leaf{Usage: client})
	fixture := func(name string) []byte { return must[[]byte](t)(os.ReadFile(filepath.Join("testdata", name))) }
	xKey := must[*ecdh.PrivateKey](t)(ecdh.X25519().GenerateKey(rand.Reader))
	for _, tt := range []struct {
		name  string
		pair  [2][]byte
		code  core.Code
		words string
	}{
		{"expired", pairOf(coretest.Leaf{Usage: client, NotBefore: time.Now().Add(-9 * day), NotAfter: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)}), core.CodeCertificateExpired, "expired on 1 March 2025"},
		{"not yet valid", pairOf(coretest.Leaf{Usage: client, NotBefore: time.Date(2199, 3, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)}), core.CodeCertificateNotYet, "before 1 March 2199"},
		{"for servers only", pairOf(coretest.Leaf{Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}), core.CodeCertificateUsage, "clientAuth"},
		{"another key", [2][]byte{good[0], other[1]}, core.CodeKeyMismatch, "does not belong"},
		{"the key twice", [2][]byte{good[1], good[1]}, core.CodeCertificateUnreadable, "holds no certificate"},
		{"the certificate twice", [2][]byte{good[0], good[0]}, core.CodeCertificateUnreadable, "holds no private key"},
		{"DER certificate as key", [2][]byte{good[0], f.ca.Cert.Raw}, core.CodeCertificateUnreadable, "but no private key"},
		{"empty certificate", [2][]byte{{}, good[1]}, core.CodeCertificateUnreadable, "is empty"},
		{"blank key", [2][]byte{good[0], []byte(" \n")}, core.CodeCertificateUnreadable, "is empty"},
		{"junk certificate", [2][]byte{[]byte("junk"), good[1]}, core.CodeCertificateUnreadable, "neither PEM nor DER"},
		{"junk key", [2][]byte{good[0], []byte("junk")}, core.CodeCertificateUnreadable, "damaged private key"},
		{"damaged certificate", [2][]byte{encode("CERTIFICATE", []byte("junk")), good[1]}, core.CodeCertificateUnreadable, "damaged certificate"},
		{"damaged PKCS#8", [2][]byte{good[0], encode("PRIVATE KEY", []byte("junk"))}, core.CodeCertificateUnreadable, "damaged private key"},
		{"damaged PKCS#1", [2][]byte{good[0], encode("RSA PRIVATE KEY", []byte("junk"))}, core.CodeCertificateUnreadable, "damaged private key"},
		{"damaged SEC 1", [2][]byte{good[0], encode("EC PRIVATE KEY", []byte("junk"))}, core.CodeCertificateUnreadable, "damaged private key"},
		{"damaged encrypted key", [2][]byte{good[0], encode("ENCRYPTED PRIVATE KEY", []byte("junk"))}, core.CodeCertificateUnreadable, "damaged private key"},
		{"half a PEM file", [2][]byte{good[0], good[1][:len(good[1])/2]}, core.CodeCertificateUnreadable, "block 1 (line 1): it is cut off"},
		{"a PKCS#12 file", [2][]byte{fixture("new.p12"), good[1]}, core.CodeCertificateUnreadable, "named as pkcs12_file"},
		{"OpenSSH's form", [2][]byte{good[0], encode("OPENSSH PRIVATE KEY", []byte("x"))}, core.CodeKeyUnsupported, "OPENSSH PRIVATE KEY"},
		{"Ed448", [2][]byte{good[0], fixture("ed448.key")}, core.CodeKeyUnsupported, "RSA, ECDSA and Ed25519 are"},
		{"secp256k1", [2][]byte{good[0], fixture("secp256k1.key")}, core.CodeKeyUnsupported, "RSA, ECDSA and Ed25519 are"},
		{"X25519", [2][]byte{good[0], coretest.EncodeKey(t, xKey)}, core.CodeKeyUnsupported, "RSA, ECDSA and Ed25519 are"},
		{"too large", [2][]byte{append(good[0], make([]byte, maxFile)...), good[1]}, core.CodeCertificateUnreadable, "larger than 1 MiB"},
		{"key too large", [2][]byte{good[0], append(good[1], make([]byte, maxFile)...)}, core.CodeCertificateUnreadable, "larger than 1 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refuse(t, core.TLSSettings{CertFile: file(t, "c", tt.pair[0]), KeyFile: file(t, "k", tt.pair[1])}, canary, tt.code, tt.words)
		})
	}
}

// Missing files and folders, for each of the settings.
func TestNoFile(t *testing.T) {
	f := newFiles(t)
	for name, change := range map[string]func(*core.TLSSettings, string){
		"ca_cert_file": func(s *core.TLSSettings, path string) { s.CACertFile = path },
		"cert_file":    func(s *core.TLSSettings, path string) { s.CertFile = path },
		"key_file":     func(s *core.TLSSettings, path string) { s.KeyFile = path },
		"pkcs12_file":  func(s *core.TLSSettings, path string) { s.PKCS12File = path },
	} {
		t.Run(name, func(t *testing.T) {
			settings := f.settings
			path := filepath.Join(f.dir, "gone.pem")
			change(&settings, path)
			refuse(t, settings, canary, core.CodeCertificateUnreadable, path+" can't be read")
			change(&settings, f.dir)
			refuse(t, settings, canary, core.CodeCertificateUnreadable, f.dir+" is a folder")
			change(&settings, os.DevNull)
			refuse(t, settings, canary, core.CodeCertificateUnreadable, "or device")
		})
	}
}

// A file of exactly the largest allowed size is read.
func TestLargestFile(t *testing.T) {
	f := newFiles(t)
	data := must[[]byte](t)(os.ReadFile(f.settings.KeyFile))
	f.settings.KeyFile = file(t, "key", append(data, make([]byte, maxFile-len(data))...))
	build(t, f.settings, nil)
}

// Encrypted keys that would make the library panic or keep it busy are refused before the
// passphrase is tried.
func TestHostileKeys(t *testing.T) {
	block, _ := pem.Decode(must[[]byte](t)(os.ReadFile("testdata/aes256.key")))
	scrypt, _ := pem.Decode(must[[]byte](t)(os.ReadFile("testdata/scrypt.key")))
	type pbkdf2 struct {
		Salt       []byte
		Iterations int
		KeyLength  int `asn1:"optional"`
	}
	type scryptParams struct {
		Salt    []byte
		N, R, P int
	}
	for name, change := range map[string]func(t *testing.T, key *encryptedKey, params *pbes2){
		"iterations over the cap": func(t *testing.T, _ *encryptedKey, p *pbes2) {
			p.KDF.Parameters.FullBytes = der(t, pbkdf2{[]byte("saltsalt"), maxIterations + 1, 0})
		},
		"no iterations": func(t *testing.T, _ *encryptedKey, p *pbes2) {
			p.KDF.Parameters.FullBytes = der(t, pbkdf2{[]byte("saltsalt"), 0, 0})
		},
		"a key length": func(t *testing.T, _ *encryptedKey, p *pbes2) {
			p.KDF.Parameters.FullBytes = der(t, pbkdf2{[]byte("saltsalt"), 2048, 1 << 30})
		},
		"damaged PBKDF2": func(t *testing.T, _ *encryptedKey, p *pbes2) { p.KDF.Parameters.FullBytes = der(t, "junk") },
		"unknown KDF": func(_ *testing.T, _ *encryptedKey, p *pbes2) {
			p.KDF.Algorithm = asn1.ObjectIdentifier{1, 2, 3}
		},
		"unknown cipher": func(_ *testing.T, _ *encryptedKey, p *pbes2) {
			p.Cipher.Algorithm = asn1.ObjectIdentifier{1, 2, 3}
		},
		"short IV":     func(t *testing.T, _ *encryptedKey, p *pbes2) { p.Cipher.Parameters.FullBytes = der(t, []byte("iv")) },
		"no IV":        func(t *testing.T, _ *encryptedKey, p *pbes2) { p.Cipher.Parameters.FullBytes = der(t, 1) },
		"no data":      func(_ *testing.T, k *encryptedKey, _ *pbes2) { k.Data = nil },
		"half a block": func(_ *testing.T, k *encryptedKey, _ *pbes2) { k.Data = k.Data[:len(k.Data)-3] },
		"scrypt over 256 MiB": func(t *testing.T, _ *encryptedKey, p *pbes2) {
			scryptOf(t, scrypt.Bytes, p, der(t, scryptParams{[]byte("salt"), 1 << 22, 8, 1}))
		},
		"scrypt with much work": func(t *testing.T, _ *encryptedKey, p *pbes2) {
			scryptOf(t, scrypt.Bytes, p, der(t, scryptParams{[]byte("salt"), 1 << 14, 8, maxScryptWork + 1}))
		},
		"scrypt with an odd N": func(t *testing.T, _ *encryptedKey, p *pbes2) {
			scryptOf(t, scrypt.Bytes, p, der(t, scryptParams{[]byte("salt"), 1<<14 - 1, 8, 1}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var key encryptedKey
			var params pbes2
			unmarshal(t, block.Bytes, &key)
			unmarshal(t, key.Algorithm.Parameters.FullBytes, &params)
			change(t, &key, &params)
			key.Algorithm.Parameters = asn1.RawValue{FullBytes: der(t, params)}
			path := file(t, "key", encode("ENCRYPTED PRIVATE KEY", der(t, key)))
			refuse(t, core.TLSSettings{CertFile: "testdata/cert.pem", KeyFile: path}, canary, core.CodeKeyUnsupported, "encrypted in a way that is not supported")
		})
	}
	t.Run("damaged PBES2", func(t *testing.T) {
		var key encryptedKey
		unmarshal(t, block.Bytes, &key)
		key.Algorithm.Parameters = asn1.RawValue{FullBytes: der(t, "junk")}
		path := file(t, "key", der(t, key))
		refuse(t, core.TLSSettings{CertFile: "testdata/cert.pem", KeyFile: path}, canary, core.CodeKeyUnsupported, "PBES2 parameters are damaged")
	})
}

// scryptOf gives params the key derivation of another key, with parameters raw.
func scryptOf(t *testing.T, other []byte, params *pbes2, raw []byte) {
	t.Helper()
	var key encryptedKey
	unmarshal(t, other, &key)
	unmarshal(t, key.Algorithm.Parameters.FullBytes, params)
	params.KDF.Parameters = asn1.RawValue{FullBytes: raw}
}

func der(t *testing.T, v any) []byte {
	t.Helper()
	return must[[]byte](t)(asn1.Marshal(v))
}

func unmarshal(t *testing.T, der []byte, to any) {
	t.Helper()
	if _, err := asn1.Unmarshal(der, to); err != nil {
		t.Fatal(err)
	}
}
