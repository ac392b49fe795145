package tlsconfig

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"os"
	"path/filepath"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// The files of other programs: OpenSSL's old form (RC2, 3DES, SHA-1) and new
// one, with another MAC, and keytool's.
func TestPKCS12(t *testing.T) {
	for _, name := range []string{"new.p12", "old.p12", "sha512mac.p12", "keytool.p12"} {
		t.Run(name, func(t *testing.T) {
			settings := core.TLSSettings{PKCS12File: filepath.Join("testdata", name)}
			build(t, settings, nil)
			facts, err := Inspect(settings, core.NewSecret(canary))
			if err != nil || facts.Subject != "CN=fixture" || !facts.KeyMatches {
				t.Errorf("%+v, %v", facts, err)
			}
			refuse(t, settings, "", core.CodePassphraseMissing, "no passphrase is set")
			refuse(t, settings, "wrong", core.CodePassphraseWrong, "can't be opened with this passphrase")
			refuse(t, settings, "😀", core.CodePassphraseWrong, "can't be opened with this passphrase")
		})
	}
	if _, err := Build(core.TLSSettings{Enabled: true, PKCS12File: "testdata/empty-passphrase.p12"}, core.Secret{}, nil); err != nil {
		t.Errorf("an empty passphrase: %v", err)
	}
}

// A file without a MAC can be read, encrypted or not. A wrong passphrase can't be distinguished
// from damage, but a missing one can.
func TestPKCS12WithoutMAC(t *testing.T) {
	opens := func(name, passphrase string) {
		t.Helper()
		settings := core.TLSSettings{Enabled: true, PKCS12File: "testdata/" + name}
		if _, err := Build(settings, core.NewSecret(passphrase), nil); err != nil {
			t.Errorf("%s with %q: %v", name, passphrase, err)
		}
		if facts, err := Inspect(settings, core.NewSecret(passphrase)); err != nil || facts.Subject != "CN=fixture" || !facts.KeyMatches || facts.Encrypted != (name == "nomac.p12") {
			t.Errorf("%s with %q: %+v, %v", name, passphrase, facts, err)
		}
	}
	opens("nomac.p12", canary)
	opens("bare.p12", "")
	opens("bare.p12", canary)
	encrypted := core.TLSSettings{PKCS12File: "testdata/nomac.p12"}
	refuse(t, encrypted, "", core.CodePassphraseMissing, "no passphrase is set")
	for _, wrong := range []string{"wrong", "Correct horse", "ключ", "😀"} {
		refuse(t, encrypted, wrong, core.CodePassphraseWrong, "can't be opened with this passphrase")
	}
	data := must[[]byte](t)(os.ReadFile("testdata/bare.p12"))
	for i := range data { // no changed byte causes a panic or half an identity
		damaged := bytes.Clone(data)
		damaged[i] ^= 0x21
		m, err := decodePKCS12(material{path: "file"}, damaged, core.NewSecret(canary))
		if (err == nil) != (len(m.certs) == 1 && len(m.keys) == 1) {
			t.Errorf("byte %d: %d certificates, %d keys, %v", i, len(m.certs), len(m.keys), err)
		}
	}
}

// Every encoding that the library writes is presented, with its chain, to a server that has only
// the root.
func TestPKCS12Chain(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	between := ca.Intermediate(t, "Intermediate")
	leaf := between.Client(t, "me")
	s := serve(t, ca.ServerConfig(t))
	for name, encoder := range map[string]*pkcs12.Encoder{
		"RC2": pkcs12.LegacyRC2, "3DES": pkcs12.LegacyDES, "AES, SHA-256": pkcs12.Modern2023, "PBMAC1": pkcs12.Modern2026,
	} {
		t.Run(name, func(t *testing.T) {
			data := must[[]byte](t)(encoder.Encode(leaf.PrivateKey, leaf.Leaf, []*x509.Certificate{ca.Cert, between.Cert}, canary))
			settings := core.TLSSettings{CACertFile: ca.WritePEM(t, t.TempDir()), PKCS12File: file(t, "me.p12", data)}
			if name, _ := s.mustDial(t, build(t, settings, nil)); name != "me" {
				t.Errorf("the server saw %s", name)
			}
		})
	}
}

// Each thing that can be wrong with a PKCS#12 file has its own code and message.
func TestBadPKCS12(t *testing.T) {
	fixture := func(name string) []byte { return must[[]byte](t)(os.ReadFile(filepath.Join("testdata", name))) }
	good := fixture("new.p12")
	other, mine := coretest.NewCA(t, "CA").Client(t, "other"), coretest.NewCA(t, "CA").Client(t, "mine")
	for _, tt := range []struct {
		name  string
		data  []byte
		code  core.Code
		words string
	}{
		{"Camellia", fixture("camellia.p12"), core.CodeKeyUnsupported, "openssl pkcs12 -export"},
		{"two identities", fixture("two.p12"), core.CodeIdentityChoice, "choose one by tls.identity or --identity: old (CN=fixture), valid until "},
		{"JKS", fixture("old.jks"), core.CodeKeyUnsupported, "keytool -importkeystore"},
		{"indefinite length", []byte{0x30, 0x80, 2, 1, 3, 0, 0}, core.CodeKeyUnsupported, "openssl pkcs12 -export"},
		{"Ed448", fixture("ed448.p12"), core.CodeKeyUnsupported, "RSA, ECDSA and Ed25519 are"},
		{"no certificate", fixture("nocert.p12"), core.CodeCertificateUnreadable, "does not hold one private key and its certificate"},
		{"another key", must[[]byte](t)(pkcs12.Modern.Encode(other.PrivateKey, mine.Leaf, nil, canary)), core.CodeKeyMismatch, "does not belong"},
		{"PEM", fixture("cert.pem"), core.CodeCertificateUnreadable, "is not a PKCS#12 file"},
		{"a DER certificate", mine.Leaf.Raw, core.CodeCertificateUnreadable, "is not a PKCS#12 file"},
		{"junk", []byte("junk"), core.CodeCertificateUnreadable, "is not a PKCS#12 file"},
		{"empty", nil, core.CodeCertificateUnreadable, "is empty"},
		{"cut off", good[:len(good)-9], core.CodeCertificateUnreadable, "is not a PKCS#12 file"},
		{"something behind", append(good[:len(good):len(good)], 'x'), core.CodeCertificateUnreadable, "is damaged"},
		{"something behind, no MAC", append(fixture("bare.p12"), 'x'), core.CodeCertificateUnreadable, "is damaged"},
		{"too large", append(good[:len(good):len(good)], make([]byte, maxFile)...), core.CodeCertificateUnreadable, "larger than 1 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refuse(t, core.TLSSettings{PKCS12File: file(t, "bad.p12", tt.data)}, canary, tt.code, tt.words)
		})
	}
	t.Run("an algorithm TLS does not know", func(t *testing.T) {
		if _, err := signer("x", new(ecdsa.PublicKey)); core.CodeOf(err) != core.CodeKeyUnsupported {
			t.Error(err)
		}
	})
}

// Files that demand more work than maxIterations are refused at once, whether for the MAC, the
// certificates' encryption or the key's.
func TestExcessivePKCS12(t *testing.T) {
	key := coretest.NewCA(t, "CA").Client(t, "me")
	for name, tt := range map[string]struct {
		encoder *pkcs12.Encoder
		demands int
	}{"RC2": {pkcs12.LegacyRC2, 3}, "PBES2": {pkcs12.Modern2023, 3}, "PBMAC1": {pkcs12.Modern2026, 4}} {
		t.Run(name, func(t *testing.T) {
			good := must[[]byte](t)(tt.encoder.WithIterations(2048).Encode(key.PrivateKey, key.Leaf, nil, canary))
			at := 0
			for ; ; at++ {
				left := at
				bad := demand(t, good, &left)
				if bytes.Equal(bad, good) {
					break
				}
				refuse(t, core.TLSSettings{PKCS12File: file(t, "bad.p12", bad)}, canary, core.CodeKeyUnsupported, "openssl pkcs12 -export")
			}
			if at != tt.demands {
				t.Errorf("%d demands in the file, want %d", at, tt.demands)
			}
		})
	}
}

// demand returns der with its left-th number of iterations made excessive.
func demand(t *testing.T, data []byte, left *int) []byte {
	t.Helper()
	var out []byte
	salt := false
	for len(data) > 0 {
		var v asn1.RawValue
		data = must[[]byte](t)(asn1.Unmarshal(data, &v))
		switch {
		case salt && v.Tag == asn1.TagInteger:
			if *left == 0 {
				v = asn1.RawValue{FullBytes: der(t, 1<<40)}
			}
			*left--
		case v.IsCompound, v.Tag == asn1.TagOctetString && holdsSequence(v.Bytes):
			v = asn1.RawValue{Class: v.Class, Tag: v.Tag, IsCompound: v.IsCompound, Bytes: demand(t, v.Bytes, left)}
		}
		salt = v.Class == asn1.ClassUniversal && v.Tag == asn1.TagOctetString
		out = append(out, der(t, v)...)
	}
	return out
}

// The rule alone.
func TestExcessive(t *testing.T) {
	type params struct {
		Salt       []byte
		Iterations int
	}
	nest := func(v any, levels int) []byte {
		data := der(t, v)
		for range levels {
			data = der(t, asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: data})
		}
		return data
	}
	over := params{[]byte("salt"), maxIterations + 1}
	for name, tt := range map[string]struct {
		der  []byte
		want bool
	}{
		"at the cap":           {nest(params{[]byte("salt"), maxIterations}, 0), false},
		"over it":              {nest(over, 0), true},
		"of 64 bits":           {nest(params{[]byte("salt"), 1 << 60}, 0), true},
		"nested":               {nest(over, 20), true},
		"in an octet string":   {nest(nest(over, 1), 3), true},
		"nested beyond reason": {nest(over, 100), false},
		"no salt before it":    {nest([]int{1, maxIterations + 1}, 0), false},
		"damaged":              {[]byte{0x30, 9, 4}, false},
	} {
		if got := excessive(tt.der, maxIterations, maxNesting); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
