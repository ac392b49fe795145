package tlsconfig

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/core/coretest"
)

// replace replaces the content of path atomically, as programs that renew certificates do.
func replace(t *testing.T, path string, content []byte) {
	t.Helper()
	coretest.WriteFile(t, path+".new", content)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func encodePair(t *testing.T, c tls.Certificate) (cert, key []byte) {
	t.Helper()
	return coretest.EncodeCertificates(c.Certificate...), coretest.EncodeKey(t, c.PrivateKey)
}

// Fault 20: a certificate that is renewed on disk is used by the next connection. Until both files
// are complete the old one stays in use, and that is logged once for each change, not for each
// connection.
func TestRenewal(t *testing.T) {
	f := newFiles(t)
	s := serve(t, f.ca.ServerConfig(t))
	var log coretest.Log
	config := build(t, f.settings, &log)
	sees := func(want string) {
		t.Helper()
		for range 2 {
			if name, _ := s.mustDial(t, config); name != want {
				t.Errorf("the server saw %s, want %s", name, want)
			}
		}
	}
	const kept, taken = "the old one stays", "the client certificate was replaced\""
	sees("first")

	cert, key := encodePair(t, f.ca.Client(t, "second"))
	replace(t, f.settings.CertFile, cert)
	sees("first")
	if n := log.Count("code=key_mismatch"); n != 1 {
		t.Errorf("the mismatch is logged %d times", n)
	}
	replace(t, f.settings.KeyFile, key)
	sees("second")
	if log.Count(kept) != 1 || log.Count(taken) != 1 {
		t.Error(&log)
	}

	cert, key = encodePair(t, f.ca.Client(t, "third"))
	for at, half := range [][]byte{cert[:len(cert)/2], {}, []byte("junk")} {
		replace(t, f.settings.CertFile, half)
		sees("second")
		if n := log.Count(kept); n != 2+at {
			t.Errorf("%d warnings after %d halves", n, at+1)
		}
	}
	if err := os.Remove(f.settings.CertFile); err != nil {
		t.Fatal(err)
	}
	sees("second")
	replace(t, f.settings.KeyFile, key)
	sees("second")
	replace(t, f.settings.CertFile, cert)
	sees("third")

	expired := f.ca.Issue(t, coretest.Leaf{CommonName: "old", Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour)})
	cert, key = encodePair(t, expired)
	replace(t, f.settings.KeyFile, key)
	replace(t, f.settings.CertFile, cert)
	sees("third")
	if !log.Has(slog.LevelWarn, "code=certificate_expired") {
		t.Error(&log)
	}
}

// A file that is overwritten keeps its inode; its time shows the change.
func TestRenewalInPlace(t *testing.T) {
	f := newFiles(t)
	cert, key := encodePair(t, f.ca.Client(t, "first"))
	f.settings.CertFile, f.settings.KeyFile = filepath.Join(f.dir, "both.pem"), ""
	coretest.WriteFile(t, f.settings.CertFile, append(cert, key...))
	s := serve(t, f.ca.ServerConfig(t))
	config := build(t, f.settings, nil)
	s.mustDial(t, config)
	cert, key = encodePair(t, f.ca.Client(t, "second"))
	coretest.WriteFile(t, f.settings.CertFile, append(cert, key...))
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(f.settings.CertFile, later, later); err != nil {
		t.Fatal(err)
	}
	if name, _ := s.mustDial(t, config); name != "second" {
		t.Errorf("the server saw %s", name)
	}
}

// A PKCS#12 file is renewed in the same way.
func TestRenewalPKCS12(t *testing.T) {
	f := newFiles(t)
	f.settings.CertFile, f.settings.KeyFile = "", ""
	f.settings.PKCS12File = filepath.Join(f.dir, "me.p12")
	s := serve(t, f.ca.ServerConfig(t))
	write := func(name, passphrase string) {
		c := f.ca.Client(t, name)
		replace(t, f.settings.PKCS12File, must[[]byte](t)(pkcs12.Modern.Encode(c.PrivateKey, c.Leaf, nil, passphrase)))
	}
	write("first", canary)
	var log coretest.Log
	config := build(t, f.settings, &log)
	for _, step := range []struct{ name, passphrase, sees string }{
		{"second", canary, "second"}, {"third", "another passphrase", "second"}, {"fourth", canary, "fourth"},
	} {
		write(step.name, step.passphrase)
		if name, _ := s.mustDial(t, config); name != step.sees {
			t.Errorf("the server saw %s, want %s", name, step.sees)
		}
	}
	if !log.Has(slog.LevelWarn, "code=passphrase_wrong") || log.Count(canary) != 0 {
		t.Error(&log)
	}
}

// A session belongs to the certificate with which it began: it is resumed while that is in use,
// never with the next one.
func TestSessions(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			f := newFiles(t)
			serverConfig := f.ca.ServerConfig(t)
			serverConfig.MaxVersion = version
			s := serve(t, serverConfig)
			f.settings.ProtocolVersion = "TLSv1.2"
			config, another := build(t, f.settings, nil), build(t, f.settings, nil)
			resumed := func(config *tls.Config) bool {
				_, state := s.mustDial(t, config)
				return state.DidResume
			}
			if resumed(config) || !resumed(config) || !resumed(config.Clone()) {
				t.Error("the second connection does not resume, or the first does")
			}
			if resumed(another) {
				t.Error("another profile's session is resumed")
			}
			cert, key := encodePair(t, f.ca.Client(t, "second"))
			replace(t, f.settings.CertFile, cert)
			replace(t, f.settings.KeyFile, key)
			for range 2 {
				if resumed(config) {
					t.Error("a session is resumed that may be the old certificate's")
				}
			}
			id := config.ClientSessionCache.(*identity)
			id.mu.Lock()
			id.now = func() time.Time { return time.Now().Add(sessionGrace) }
			id.mu.Unlock()
			if resumed(config) || !resumed(config) {
				t.Error("the new certificate's session is not resumed")
			}
		})
	}
}

// Many connections are made while the files change: each uses one of the certificates.
func TestRenewalUnderLoad(t *testing.T) {
	f := newFiles(t)
	s := serve(t, f.ca.ServerConfig(t))
	config := build(t, f.settings, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				if name, _, err := s.dial(config); err != nil || (name != "first" && name != "second") {
					t.Errorf("%s, %v", name, err)
				}
			}
		})
	}
	cert, key := encodePair(t, f.ca.Client(t, "second"))
	replace(t, f.settings.KeyFile, key)
	replace(t, f.settings.CertFile, cert)
	wg.Wait()
	if name, _ := s.mustDial(t, config); name != "second" {
		t.Errorf("at last the server saw %s", name)
	}
}

// Fault 19: a key that others can read gives a warning, even when it is renewed; one that only its
// owner can read does not.
func TestReadableKey(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // files have no such modes on Windows
	}
	const warning = "can be read by other users"
	f := newFiles(t)
	for mode, warned := range map[os.FileMode]bool{0o644: true, 0o640: true, 0o604: true, 0o600: false, 0o400: false} {
		if err := os.Chmod(f.settings.KeyFile, mode); err != nil {
			t.Fatal(err)
		}
		var log coretest.Log
		build(t, f.settings, &log)
		if log.Has(slog.LevelWarn, warning) != warned {
			t.Errorf("%v: %s", mode, &log)
		}
	}
	var log coretest.Log
	config := build(t, f.settings, &log)
	if err := os.Chmod(f.settings.CertFile, 0o644); err != nil { // a certificate may be read by everyone
		t.Fatal(err)
	}
	cert, key := encodePair(t, f.ca.Client(t, "second"))
	replace(t, f.settings.CertFile, cert)
	replace(t, f.settings.KeyFile, key)
	if err := os.Chmod(f.settings.KeyFile, 0o644); err != nil {
		t.Fatal(err)
	}
	before := log.Count(warning)
	serve(t, f.ca.ServerConfig(t)).mustDial(t, config)
	if log.Count(warning) != before+1 {
		t.Error(&log)
	}
}

// Fault 20: a certificate that expires soon gives a warning.
func TestExpiresSoon(t *testing.T) {
	f := newFiles(t)
	for days, warned := range map[int]bool{1: true, 6: true, 29: true, 31: false} {
		c := f.ca.Issue(t, coretest.Leaf{Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotAfter: time.Now().Add(time.Duration(days) * 24 * time.Hour)})
		f.settings.CertFile, f.settings.KeyFile = coretest.WritePair(t, f.dir, "soon", c)
		var log coretest.Log
		build(t, f.settings, &log)
		if log.Has(slog.LevelWarn, "expires soon") != warned {
			t.Errorf("%d days: %s", days, &log)
		}
	}
}
