package tlsconfig

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

func TestRoots(t *testing.T) {
	ca, other := coretest.NewCA(t, "Test CA"), coretest.NewCA(t, "Another CA")
	leaf := ca.Server(t)
	expired := ca.Issue(t, coretest.Leaf{CommonName: "leaf"})
	s := serve(t, &tls.Config{Certificates: []tls.Certificate{leaf}})
	encode := coretest.EncodeCertificates
	for _, tt := range []struct {
		name    string
		content []byte
		warning string
	}{
		{"PEM", encode(ca.Cert.Raw), ""},
		{"DER", ca.Cert.Raw, ""},
		{"bundle with text", append([]byte("# our authorities\n"), encode(other.Cert.Raw, ca.Cert.Raw)...), ""},
		{"an authority below as root", encode(ca.Cert.Raw, ca.Intermediate(t, "Below").Cert.Raw), ""},
		{"with a leaf", encode(expired.Leaf.Raw, ca.Cert.Raw), "left out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log coretest.Log
			config := build(t, core.TLSSettings{CACertFile: file(t, "ca", tt.content)}, &log)
			s.mustDial(t, config)
			if (tt.warning == "") != (log.String() == "") || (tt.warning != "" && !log.Has(slog.LevelWarn, tt.warning)) {
				t.Error(&log)
			}
		})
	}
	for _, tt := range []struct {
		name    string
		content []byte
		code    core.Code
		words   string
	}{
		{"a server's certificate", encode(leaf.Leaf.Raw), core.CodeCAInvalid, "none of a certificate authority"},
		{"a key", coretest.EncodeKey(t, ca.Key), core.CodeCAInvalid, "holds no certificate"},
		{"junk", []byte("junk"), core.CodeCAInvalid, "neither PEM nor DER"},
		{"damaged", []byte("-----BEGIN CERTIFICATE-----\nanVuaw==\n-----END CERTIFICATE-----\n"), core.CodeCAInvalid, "damaged certificate"},
		{"a PKCS#12 file", must[[]byte](t)(os.ReadFile("testdata/new.p12")), core.CodeCAInvalid, "PKCS#12"},
		{"empty", nil, core.CodeCertificateUnreadable, "is empty"},
		{"too large", make([]byte, maxFile+1), core.CodeCertificateUnreadable, "larger than 1 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refuse(t, core.TLSSettings{CACertFile: file(t, "ca", tt.content)}, "", tt.code, tt.words)
		})
	}
}

// An expired CA gives a warning; the verification decides.
func TestExpiredRoot(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	var log coretest.Log
	if _, err := readRoots(ca.WritePEM(t, t.TempDir()), time.Now().Add(48*time.Hour), log.Logger()); err != nil || !log.Has(slog.LevelWarn, "CA certificate has expired") {
		t.Errorf("%v, %s", err, &log)
	}
}

// A replaced CA file is used by the next Build: the roots of a tls.Config can't be changed without
// replacing its verification.
func TestReplacedRoots(t *testing.T) {
	old, fresh := coretest.NewCA(t, "Old CA"), coretest.NewCA(t, "New CA")
	s := serve(t, &tls.Config{Certificates: []tls.Certificate{fresh.Server(t)}})
	settings := core.TLSSettings{CACertFile: old.WritePEM(t, t.TempDir())}
	config := build(t, settings, nil)
	replace(t, settings.CACertFile, coretest.EncodeCertificates(fresh.Cert.Raw))
	if _, _, err := s.dial(config); wire.NetworkError("connect", err).Code != core.CodeTLSUntrusted {
		t.Errorf("the old configuration: %v", err)
	}
	s.mustDial(t, build(t, settings, nil))
}

// Version 1 certificates, which have no extensions, are roots when they are
// self-issued.
func TestVersion1(t *testing.T) {
	for issuer, want := range map[string]bool{"a": true, "b": false} {
		if got := isCA(&x509.Certificate{Version: 1, RawSubject: []byte("a"), RawIssuer: []byte(issuer)}); got != want {
			t.Errorf("issued by %s: %t", issuer, got)
		}
	}
}
