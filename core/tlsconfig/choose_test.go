package tlsconfig

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// Key stores as Java writes and wrote them, with and without a MAC: each identity is found by its
// alias, its subject and its fingerprint. Other entries are not identities.
func TestJavaKeyStores(t *testing.T) {
	for _, name := range []string{"many.p12", "many-legacy.p12", "many-nomac.p12"} {
		t.Run(name, func(t *testing.T) {
			settings := core.TLSSettings{PKCS12File: "testdata/" + name}
			facts, err := Inspect(settings, core.NewSecret(canary))
			var aliases []string
			for _, f := range facts.Identities {
				aliases = append(aliases, strings.Join(f.Aliases, "+"))
			}
			if core.CodeOf(err) != core.CodeIdentityChoice || !slices.Equal(aliases, []string{"scanner 2020", "scanner", "отчёты", "edwards"}) || facts.Subject != "" || !facts.Encrypted {
				t.Fatalf("%q, %+v, %v", aliases, facts, err)
			}
			refuse(t, settings, canary, core.CodeIdentityChoice, "scanner 2020 (CN=scanner), expired on 1 January 2021; scanner (CN=scanner), valid until ")
			refuse(t, settings, canary, core.CodeIdentityChoice, "left out: ed448: ")
			for name, subject := range map[string]string{
				"scanner": "CN=scanner", "SCANNER": "CN=scanner", "Отчёты": "CN=reports,O=Example", "reports\r\n": "CN=reports,O=Example",
				"CN=reports,O=Example": "CN=reports,O=Example", facts.Identities[3].Fingerprint: "CN=edwards",
				strings.ToLower(strings.ReplaceAll(facts.Identities[2].Fingerprint, ":", "")): "CN=reports,O=Example",
			} {
				settings.Identity = name
				config := build(t, settings, nil)
				cert := must[*tls.Certificate](t)(config.GetClientCertificate(nil))
				if cert.Leaf.Subject.String() != subject || cert.Leaf.NotAfter.Year() < 2100 {
					t.Errorf("%q is %s, valid until %s", name, cert.Leaf.Subject, cert.Leaf.NotAfter)
				}
			}
			for name, want := range map[string]core.Code{"scanner 2020": core.CodeCertificateExpired, "ed448": core.CodeIdentityMissing, "authority": core.CodeIdentityMissing, "secret": core.CodeIdentityMissing, "x": core.CodeIdentityMissing} {
				settings.Identity = name
				refuse(t, settings, canary, want, "The file testdata/many")
			}
			settings.Identity = "x"
			refuse(t, settings, canary, core.CodeIdentityMissing, "no certificate called x with its key (tls.identity); there are: scanner 2020 (")
			refuse(t, settings, "wrong", core.CodePassphraseWrong, "can't be opened with this passphrase")
			refuse(t, settings, "", core.CodePassphraseMissing, "no passphrase is set")
		})
	}
}

// keyStoreOf writes certificates and keys like other programs: with the attributes of Windows, or
// with separate parts for each identity, like Firefox.
func keyStoreOf(t *testing.T, encoder *pkcs12.Encoder, passphrase string, apart bool, identities ...tls.Certificate) []byte {
	t.Helper()
	var all keyStore
	for i, id := range identities {
		var file pfx
		unmarshal(t, must[[]byte](t)(encoder.Encode(id.PrivateKey, id.Leaf, nil, passphrase)), &file)
		one, err := file.split(core.NewSecret(passphrase))
		if err != nil || len(one.keys) != 1 || len(one.parts) != 1 {
			t.Fatal(err, len(one.keys), len(one.parts))
		}
		all.file, all.passphrase = file, one.passphrase
		one.keys[0].Attributes = attributesOf(t, fmt.Sprintf("{%d}", i))
		all.keys, all.parts = append(all.keys, one.keys[0]), append(all.parts, one.parts[0])
	}
	parts := all.parts
	if apart {
		for _, key := range all.keys {
			parts = append(parts, bagsOf(t, key))
		}
	} else {
		parts = append(parts, bagsOf(t, all.keys...))
	}
	return must[[]byte](t)(all.fileOf(parts...))
}

// attributesOf returns the attributes of a key that Windows exports.
func attributesOf(t *testing.T, alias string) []attribute {
	t.Helper()
	text := func(s string) []byte {
		var data []byte
		for _, unit := range utf16.Encode([]rune(s)) {
			data = append(data, byte(unit>>8), byte(unit))
		}
		return der(t, asn1.RawValue{Tag: asn1.TagBMPString, Bytes: data})
	}
	set := func(inside []byte) asn1.RawValue {
		return asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: inside}
	}
	return []attribute{
		{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 17, 2}, set(nil)}, // marks a key of the local machine
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}, set(text(alias))},
		{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 17, 1}, set(text("Microsoft Enhanced Cryptographic Provider v1.0"))},
	}
}

func bagsOf(t *testing.T, bags ...safeBag) []byte {
	t.Helper()
	type entry struct {
		ID         asn1.ObjectIdentifier
		Value      asn1.RawValue
		Attributes []attribute `asn1:"set"`
	}
	var entries []entry
	for _, b := range bags {
		entries = append(entries, entry{b.ID, explicit(b.Value.Bytes), b.Attributes})
	}
	return must[[]byte](t)(dataOf(der(t, entries)))
}

// The exports of Windows and Firefox, old and new, with and without a passphrase: the chosen
// identity is presented to a server that verifies it.
func TestSeveralIdentities(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	s := serve(t, ca.ServerConfig(t))
	first, second := ca.Client(t, "first"), ca.Client(t, "second")
	for name, encoder := range map[string]*pkcs12.Encoder{"3DES": pkcs12.LegacyDES, "RC2": pkcs12.LegacyRC2, "AES": pkcs12.Modern2023} {
		for _, apart := range []bool{false, true} {
			for _, passphrase := range []string{canary, ""} {
				t.Run(fmt.Sprintf("%s, apart %t, %q", name, apart, passphrase), func(t *testing.T) {
					settings := core.TLSSettings{Enabled: true, CACertFile: ca.WritePEM(t, t.TempDir()),
						PKCS12File: file(t, "export.pfx", keyStoreOf(t, encoder, passphrase, apart, first, second))}
					for name, want := range map[string]string{"second": "second", "{0}": "first", "{1}": "second"} {
						settings.Identity = name
						config, err := Build(settings, core.NewSecret(passphrase), nil)
						if err != nil {
							t.Fatal(err)
						}
						if seen, _ := s.mustDial(t, config); seen != want {
							t.Errorf("%s: the server saw %s", name, seen)
						}
					}
					settings.Identity = ""
					refuse(t, settings, passphrase, core.CodeIdentityChoice, "{0} (CN=first), valid until")
				})
			}
		}
	}
}

// The same for a PEM file with several identities: the first one is not preferred, and OpenSSL's
// aliases count.
func TestIdentitiesInPEM(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	s := serve(t, ca.ServerConfig(t))
	client := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	past, next := time.Now().AddDate(0, 0, -9), time.Now().AddDate(0, 0, 9)
	old := ca.Issue(t, coretest.Leaf{CommonName: "me", Usage: client, NotBefore: past, NotAfter: past.AddDate(0, 0, 3)})
	future := ca.Issue(t, coretest.Leaf{CommonName: "me", Usage: client, NotBefore: next, NotAfter: next.AddDate(0, 0, 3)})
	today, web := ca.Client(t, "me"), ca.Issue(t, coretest.Leaf{CommonName: "web", Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	other := ca.Client(t, "other")
	pem := func(alias string, c tls.Certificate) string {
		return "Bag Attributes\r\n    friendlyName: " + alias + "\r\n" + string(coretest.EncodeCertificates(c.Leaf.Raw)) + string(coretest.EncodeKey(t, c.PrivateKey))
	}
	for name, tt := range map[string]struct {
		identity, pem string
		code          core.Code
		words         string // of the error, or else the name that the server sees
	}{
		"one usable":            {"", pem("old", old) + pem("new", today) + pem("web", web) + pem("next", future), "", "me"},
		"twice the same":        {"", pem("", today) + pem("", today), "", "me"},
		"two usable":            {"", pem("a", today) + pem("b", other), core.CodeIdentityChoice, "choose one by tls.identity or --identity: a (CN=me), valid until "},
		"by alias":              {"B", pem("a", today) + pem("b", other), "", "other"},
		"an alias before names": {"other", pem("other", today) + pem("b", other), "", "me"},
		"by subject":            {"CN=other", pem("a", today) + pem("b", other), "", "other"},
		"by name, one usable":   {"me", pem("", old) + pem("", today) + pem("", other), "", "me"},
		"expired by alias":      {"old", pem("old", old) + pem("new", today), core.CodeCertificateExpired, "expired on"},
		"none usable":           {"", pem("old", old) + pem("next", future), core.CodeCertificateNotYet, "none can be used: old (CN=me), expired on "},
		"another, of one":       {"x", pem("a", today), core.CodeIdentityMissing, "no certificate called x with its key (tls.identity); there are: a (CN=me), valid until "},
		"the one":               {"a", pem("a", today), "", "me"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := core.TLSSettings{CACertFile: ca.WritePEM(t, t.TempDir()), CertFile: file(t, "me.pem", []byte(tt.pem)), Identity: tt.identity}
			if tt.code != "" {
				refuse(t, settings, "", tt.code, tt.words)
				return
			}
			if seen, _ := s.mustDial(t, build(t, settings, nil)); seen != tt.words {
				t.Errorf("the server saw %s", seen)
			}
		})
	}
}

// If a key store is replaced by one with a second identity, the first stays in use until the
// profile says which one is meant.
func TestReplacedBySeveral(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	first, second := ca.Client(t, "first"), ca.Client(t, "second")
	path := file(t, "me.pem", nil)
	write := func(all ...tls.Certificate) {
		var text bytes.Buffer
		for _, c := range all {
			text.Write(coretest.EncodeCertificates(c.Leaf.Raw))
			text.Write(coretest.EncodeKey(t, c.PrivateKey))
		}
		coretest.WriteFile(t, path, text.Bytes())
	}
	write(first)
	var log coretest.Log
	s := serve(t, ca.ServerConfig(t))
	config := build(t, core.TLSSettings{CACertFile: ca.WritePEM(t, t.TempDir()), CertFile: path}, &log)
	write(second, first)
	if seen, _ := s.mustDial(t, config); seen != "first" || log.Count("code=identity_choice") != 1 {
		t.Errorf("the server saw %s; %s", seen, &log)
	}
	write(second)
	if seen, _ := s.mustDial(t, config); seen != "second" {
		t.Errorf("the server saw %s; %s", seen, &log)
	}
}

// A key store whose key derivation would take hours is refused at once.
func TestExcessiveKeyStore(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	a, b := ca.Client(t, "a"), ca.Client(t, "b")
	over := keyStoreOf(t, pkcs12.Modern2023.WithIterations(maxIterations/maxParts+1), canary, false, a, b)
	refuse(t, core.TLSSettings{PKCS12File: file(t, "a.p12", over)}, canary, core.CodeKeyUnsupported, "several private keys or parts in a form that is not supported")
	many := make([]tls.Certificate, maxParts)
	for i := range many {
		many[i] = a
	}
	refuse(t, core.TLSSettings{PKCS12File: file(t, "a.p12", keyStoreOf(t, pkcs12.Modern2023, canary, false, many...))}, canary, core.CodeKeyUnsupported, "several private keys or parts in a form that is not supported")
}

// A certificate that can't be read doesn't prevent the use of others, and is named.
func TestOddCertificateInAKeyStore(t *testing.T) {
	var log coretest.Log
	config := build(t, core.TLSSettings{PKCS12File: "testdata/odd-chain.p12", Identity: "good"}, &log)
	if cert := must[*tls.Certificate](t)(config.GetClientCertificate(nil)); cert.Leaf.Subject.CommonName != "fixture" || len(cert.Certificate) != 1 {
		t.Errorf("%v", cert.Leaf.Subject)
	}
	if !log.Has(slog.LevelWarn, "CN=negative,O=Old: x509: negative serial number") || log.Count("left out") != 1 {
		t.Errorf("%s", &log)
	}
	refuse(t, core.TLSSettings{PKCS12File: "testdata/odd-leaf.p12"}, canary, core.CodeCertificateUnreadable, "it holds no certificate that can be read: certificate 1, CN=odd: x509: negative serial number")
	refuse(t, core.TLSSettings{PKCS12File: "testdata/odd-leaf.p12"}, "wrong", core.CodePassphraseWrong, "can't be opened with this passphrase")
}
