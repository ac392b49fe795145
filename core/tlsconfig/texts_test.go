package tlsconfig

import (
	"bytes"
	"crypto/tls"
	"encoding/asn1"
	"encoding/binary"
	"log/slog"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// dresses returns forms in which a PEM file may come from other systems, all with the same
// content.
func dresses(pem []byte) map[string][]byte {
	text := string(pem)
	utf16Of := func(order binary.AppendByteOrder) (data []byte) {
		for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
			data = order.AppendUint16(data, unit)
		}
		return data
	}
	lines := func(end string) []byte { return []byte(strings.ReplaceAll(text, "\n", end)) }
	return map[string][]byte{
		"plain":           pem,
		"BOM":             append([]byte("\ufeff"), pem...),
		"UTF-16 LE":       utf16Of(binary.LittleEndian),
		"UTF-16 BE":       utf16Of(binary.BigEndian),
		"CR":              lines("\r"),
		"CR LF":           lines("\r\n"),
		"trailing blanks": lines(" \t\n"),
		"indented":        append([]byte("  "), lines("\n  ")...),
		"glued":           bytes.ReplaceAll(pem, []byte("-----\n-----"), []byte("----------")),
		"text between":    []byte("Bag Attributes\n" + strings.ReplaceAll(text, "-----BEGIN", "subject=/CN=x\n-----BEGIN") + "the end"),
	}
}

// A CA file, a chain and a key work in any of these forms with a server that verifies them. No
// certificate is lost, whichever comes first.
func TestDresses(t *testing.T) {
	ca, other := coretest.NewCA(t, "Test CA"), coretest.NewCA(t, "Another CA")
	between := ca.Intermediate(t, "Intermediate")
	client := between.Client(t, "me")
	chain, key := coretest.EncodeCertificates(client.Leaf.Raw, between.Cert.Raw), coretest.EncodeKey(t, client.PrivateKey)
	s := serve(t, ca.ServerConfig(t))
	try := func(t *testing.T, roots, chain, key []byte) {
		t.Helper()
		var log coretest.Log
		settings := core.TLSSettings{CACertFile: file(t, "ca", roots), CertFile: file(t, "cert", chain), KeyFile: file(t, "key", key)}
		if name, _ := s.mustDial(t, build(t, settings, &log)); name != "me" || log.Has(slog.LevelWarn, "left out") {
			t.Errorf("the server saw %s; %s", name, &log)
		}
	}
	plain := coretest.EncodeCertificates(ca.Cert.Raw)
	for _, roots := range [][]byte{plain, coretest.EncodeCertificates(other.Cert.Raw, ca.Cert.Raw), coretest.EncodeCertificates(ca.Cert.Raw, other.Cert.Raw)} {
		for name, dressed := range dresses(roots) {
			t.Run("roots, "+name, func(t *testing.T) { try(t, dressed, chain, key) })
		}
	}
	for name, dressed := range dresses(chain) {
		t.Run("chain, "+name, func(t *testing.T) { try(t, plain, dressed, key) })
	}
	for name, dressed := range dresses(key) {
		t.Run("key, "+name, func(t *testing.T) { try(t, plain, chain, dressed) })
	}
}

// trusted returns a certificate in OpenSSL's own form.
func trusted(t *testing.T, der []byte, aux any) []byte {
	t.Helper()
	return encode("TRUSTED CERTIFICATE", append(bytes.Clone(der), must[[]byte](t)(asn1.Marshal(aux))...))
}

// Entries of a CA file that can't be used as CAs are left out and reported with name and position,
// and the others count.
func TestLeftOut(t *testing.T) {
	ca, other := coretest.NewCA(t, "Test CA"), coretest.NewCA(t, "Another CA")
	s := serve(t, &tls.Config{Certificates: []tls.Certificate{ca.Server(t)}})
	ours, theirs := coretest.EncodeCertificates(ca.Cert.Raw), coretest.EncodeCertificates(other.Cert.Raw)
	fixture := func(name string) []byte { return must[[]byte](t)(os.ReadFile("testdata/" + name)) }
	type uses = struct{ Uses []asn1.ObjectIdentifier }
	type rejects = struct {
		Reject []asn1.ObjectIdentifier `asn1:"tag:0"`
	}
	server, mail := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}
	for name, tt := range map[string]struct {
		odd            []byte
		called, reason string
	}{
		"a negative serial":   {fixture("odd-serial.crt"), "CN=negative,O=Old", "negative serial"},
		"an unknown curve":    {fixture("odd-curve.crt"), "CN=curve", "elliptic curve"},
		"no certificate":      {encode("CERTIFICATE", []byte("junk")), "", "malformed"},
		"cut off":             {theirs[:90], "", "cut off"},
		"a damaged BEGIN":     {theirs[1:], "", "BEGIN line is damaged"},
		"damaged base64":      {bytes.Replace(theirs, []byte("\nM"), []byte("\n?"), 1), "", "base64"},
		"a server's":          {coretest.EncodeCertificates(other.Server(t).Leaf.Raw), "", "not a certificate authority"},
		"a key":               {coretest.EncodeKey(t, other.Key), "PRIVATE KEY", "something else"},
		"PKCS #7":             {encode("PKCS7", []byte("x")), "PKCS7", "something else"},
		"trusted for mail":    {trusted(t, other.Cert.Raw, uses{[]asn1.ObjectIdentifier{mail}}), "CN=Another CA", "not for servers"},
		"rejected":            {trusted(t, other.Cert.Raw, rejects{[]asn1.ObjectIdentifier{server}}), "CN=Another CA", "not for servers"},
		"junk behind trusted": {encode("TRUSTED CERTIFICATE", append(bytes.Clone(other.Cert.Raw), "junk"...)), "CN=Another CA", "trust settings are damaged"},
	} {
		for place, bundle := range map[string][]byte{"block 1 (line 1)": append(bytes.Clone(tt.odd), "\n"+string(ours)...), "block 2 (line ": append(bytes.Clone(ours), tt.odd...)} {
			t.Run(name+", "+place, func(t *testing.T) {
				var log coretest.Log
				settings := core.TLSSettings{Enabled: true, CACertFile: file(t, "ca", bundle)}
				s.mustDial(t, build(t, settings, &log))
				if left := LeftOut(settings); len(left) != 1 || !strings.Contains(left[0], tt.called) || !strings.Contains(left[0], tt.reason) {
					t.Errorf("left out: %q", left)
				}
				for _, words := range []string{place, tt.called, tt.reason} {
					if !log.Has(slog.LevelWarn, words) || log.Count("left out") != 1 {
						t.Errorf("%q is not said once: %s", words, &log)
					}
				}
			})
		}
		t.Run(name+", alone", func(t *testing.T) {
			settings := core.TLSSettings{Enabled: true, CACertFile: file(t, "ca", tt.odd)}
			refuse(t, settings, "", core.CodeCAInvalid, "holds")
			if left := LeftOut(settings); left != nil {
				t.Errorf("left out of nothing: %q", left)
			}
		})
	}
	t.Run("DER", func(t *testing.T) {
		odd := bytes.Replace(other.Cert.Raw, []byte("\x2a\x86\x48\xce\x3d\x03\x01\x07"), []byte("\x2a\x86\x48\xce\x3d\x03\x01\x7f"), 1)
		var log coretest.Log
		s.mustDial(t, build(t, core.TLSSettings{CACertFile: file(t, "ca", append(odd, ca.Cert.Raw...))}, &log))
		if !log.Has(slog.LevelWarn, "certificate 1, CN=Another CA") {
			t.Error(&log)
		}
		refuse(t, core.TLSSettings{CACertFile: file(t, "ca", odd)}, "", core.CodeCAInvalid, "certificate 1, CN=Another CA")
	})
}

// OpenSSL's TRUSTED CERTIFICATE, and its trust settings for servers.
func TestTrusted(t *testing.T) {
	for name, servers := range map[string]bool{"trusted.crt": true, "trusted-servers.crt": true, "trusted-mail.crt": false, "rejected.crt": false} {
		found, others, err := entries(name, must[[]byte](t)(os.ReadFile("testdata/"+name)))
		if err != nil || len(found) != 1 || len(others) != 0 || found[0].cert.Subject.CommonName != "fixture" || found[0].trust.servers() != servers {
			t.Errorf("%s: %+v, %v, %v", name, found, others, err)
		}
	}
	ca := coretest.NewCA(t, "Test CA")
	s := serve(t, &tls.Config{Certificates: []tls.Certificate{ca.Server(t)}})
	s.mustDial(t, build(t, core.TLSSettings{CACertFile: file(t, "ca", trusted(t, ca.Cert.Raw, struct{}{}))}, nil))
	s.mustDial(t, build(t, core.TLSSettings{CACertFile: file(t, "ca", encode("TRUSTED CERTIFICATE", ca.Cert.Raw))}, nil))
	build(t, core.TLSSettings{CertFile: "testdata/rejected.crt", KeyFile: "testdata/key.pem"}, nil) // the rejection is for servers, not for clients
}

// Everything in a chain and in key files has to be readable: the error tells the block and the
// reason.
func TestDamagedPairs(t *testing.T) {
	f := newFiles(t)
	between := f.ca.Intermediate(t, "Intermediate")
	client := between.Client(t, "me")
	leaf, issuer, key := coretest.EncodeCertificates(client.Leaf.Raw), coretest.EncodeCertificates(between.Cert.Raw), coretest.EncodeKey(t, client.PrivateKey)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, tt := range map[string]struct {
		chain, key []byte
		words      string
	}{
		"an issuer that is cut off":        {join(leaf, issuer[:90]), key, "block 2 (line "},
		"an issuer with a damaged BEGIN":   {join(leaf, issuer[1:]), key, "its BEGIN line is damaged"},
		"an issuer that can't be parsed":   {join(leaf, must[[]byte](t)(os.ReadFile("testdata/odd-curve.crt"))), key, "CN=curve: x509"},
		"a leaf that is cut off":           {join(leaf[:90], []byte("\n"), issuer), key, "block 1 (line 1): it is cut off"},
		"UTF-16 that is cut off":           {append([]byte("\xff\xfe"), 'x'), key, "can't be read"},
		"a key with damaged base64":        {leaf, bytes.Replace(key, []byte("\nM"), []byte("\n?"), 1), "block 1 (line 1): its base64 is damaged"},
		"a key that is cut off":            {leaf, key[:90], "block 1 (line 1): it is cut off"},
		"a second key that is cut off":     {leaf, join(key, key[:90]), "block 2 (line "},
		"a key in UTF-16 that is cut off":  {leaf, append([]byte("\xff\xfe"), 'x'), "can't be read"},
		"no certificate, but something":    {encode("PKCS7", []byte("x")), key, "block 1 (line 1): PKCS7"},
		"a key with a damaged END":         {leaf, bytes.Replace(key, []byte("-----END"), []byte("--END"), 1), "its END line is damaged"},
		"a key whose BEGIN lacks its dash": {leaf, key[1:], "its BEGIN line is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			refuse(t, core.TLSSettings{CertFile: file(t, "cert", tt.chain), KeyFile: file(t, "key", tt.key)}, "", core.CodeCertificateUnreadable, tt.words)
		})
	}
}
