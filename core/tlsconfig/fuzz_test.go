package tlsconfig

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/foreigntext"
)

// seed adds the files of testdata that match pattern.
func seed(f *testing.F, pattern string) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		f.Fatal("no files to begin with")
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		if block, _ := pem.Decode(data); block != nil {
			f.Add(block.Bytes)
			for _, dressed := range dresses(data) {
				f.Add(dressed)
			}
		}
	}
}

// known fails unless err is one of the loaders' errors.
func known(t *testing.T, err error) {
	t.Helper()
	switch core.CodeOf(err) {
	case core.CodeCertificateUnreadable, core.CodeKeyUnsupported, core.CodePassphraseMissing, core.CodePassphraseWrong:
	default:
		t.Errorf("another error: %v", err)
	}
}

// Whatever a certificate file contains: reading never panics, and success gives a certificate.
func FuzzCertificates(f *testing.F) {
	seed(f, "*.pem")
	seed(f, "*.crt")
	f.Fuzz(func(t *testing.T, data []byte) {
		m := material{path: "file"}
		if err := m.readCertificates(m.path, data); err != nil {
			known(t, err)
			return
		}
		if len(m.certs) == 0 || m.pairs()[0].leaf == nil {
			t.Error("no certificate and no error")
		}
	})
}

// scryptOID is in keys whose passphrase takes a long time to check.
var scryptOID = []byte{0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b}

// affordable returns the passphrase, or none if trying it would take too long for fuzzing.
func affordable(data []byte) core.Secret {
	if excessive(data, 5000, maxNesting) || bytes.Contains(data, scryptOID) {
		return core.Secret{}
	}
	return core.NewSecret(canary)
}

// Whatever a key file contains: reading never panics, and every key can sign.
func FuzzKeys(f *testing.F) {
	seed(f, "*.key")
	f.Fuzz(func(t *testing.T, data []byte) {
		passphrase := affordable(data)
		blocks, _ := foreigntext.PEM(data) // the loader reports an error
		for _, block := range blocks {
			if affordable(block.Bytes).IsZero() {
				passphrase = core.Secret{}
			}
		}
		keys, err := privateKeys("file", data, passphrase)
		if err != nil {
			known(t, err)
			return
		}
		for _, key := range keys {
			if key == nil || key.Public() == nil {
				t.Error("a key without a public key")
			}
		}
	})
}

// Whatever a PKCS#12 file contains: reading never panics, and each key comes with a certificate.
func FuzzPKCS12(f *testing.F) {
	seed(f, "*.p12")
	f.Fuzz(func(t *testing.T, data []byte) {
		if excessive(data, 5000, maxNesting) {
			return
		}
		for _, passphrase := range []core.Secret{{}, core.NewSecret(canary)} {
			m, err := decodePKCS12(material{path: "file"}, data, passphrase)
			if err != nil {
				known(t, err)
				continue
			}
			if len(m.certs) == 0 || len(m.keys) == 0 || len(m.keys) > maxParts {
				t.Errorf("%d certificates, %d keys", len(m.certs), len(m.keys))
			}
			_, _ = m.choose("old", time.Now()) // any result is allowed, but no panic
		}
	})
}
