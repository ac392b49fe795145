package sandbox

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// openAt opens and closes a sandbox at the time now and returns its certificates.
func openAt(t *testing.T, dir string, now time.Time, addr string) map[string]*x509.Certificate {
	t.Helper()
	srv, err := New(t.Context(), Config{Dir: dir, Addr: addr, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = srv.Close() }()
	certs := map[string]*x509.Certificate{}
	for _, name := range []string{"ca", "server", "client"} {
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls", name+".pem"), filepath.Join(dir, "tls", name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		certs[name] = pair.Leaf
	}
	return certs
}

// Certificates are created once, kept, and renewed before they expire.
func TestCertificatesAreKeptAndRenewed(t *testing.T) {
	day := 24 * time.Hour
	const otherHost = "0.0.0.0:0" // adds the host's name
	cases := []struct {
		name    string
		after   time.Duration
		addr    string
		damage  string // a file that is overwritten before the second start
		renewed string
	}{
		{"the next day", day, "", "", ""},
		{"31 days before they expire", leafLifetime - 31*day, "", "", ""},
		{"29 days before they expire", leafLifetime - 29*day, "", "", "server client"},
		{"long after", 3 * leafLifetime, "", "", "server client"},
		{"29 days before the authority expires", authorityLifetime - 29*day, "", "", "ca server client"},
		{"the clock was ahead", -400 * day, "", "", "ca server client"},
		{"another host", day, otherHost, "", "server"},
		{"damaged certificate", day, "", "server.pem", "server"},
		{"damaged key", day, "", "client.key", "client"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir, now := folder(t), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			first := openAt(t, dir, now, "")
			if c.damage != "" {
				edit(t, filepath.Join(dir, "tls", c.damage), func([]byte) []byte { return []byte("damaged") })
			}
			second := openAt(t, dir, now.Add(c.after), c.addr)
			var renewed []string
			for _, name := range []string{"ca", "server", "client"} {
				if !bytes.Equal(first[name].Raw, second[name].Raw) {
					renewed = append(renewed, name)
				}
				checkCertificate(t, name, second, now.Add(c.after))
			}
			if got := strings.Join(renewed, " "); got != c.renewed {
				t.Errorf("renewed %q, want %q", got, c.renewed)
			}
		})
	}
}

func checkCertificate(t *testing.T, name string, certs map[string]*x509.Certificate, now time.Time) {
	t.Helper()
	cert := certs[name]
	roots := x509.NewCertPool()
	roots.AddCert(certs["ca"])
	usage := map[string]x509.ExtKeyUsage{"ca": x509.ExtKeyUsageAny, "server": x509.ExtKeyUsageServerAuth, "client": x509.ExtKeyUsageClientAuth}[name]
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if key, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("%s: the key is %T", name, cert.PublicKey)
	}
	if name != "server" {
		return
	}
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		if err := cert.VerifyHostname(host); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A CA that is not the sandbox's own is neither used nor overwritten.
func TestForeignAuthorityIsRefused(t *testing.T) {
	dir := folder(t)
	openAt(t, dir, time.Now(), "")
	tlsDir := filepath.Join(dir, "tls")
	for _, suffix := range []string{".pem", ".key"} { // a leaf certificate is not a CA
		data, err := os.ReadFile(filepath.Join(tlsDir, "server"+suffix))
		if err != nil {
			t.Fatal(err)
		}
		edit(t, filepath.Join(tlsDir, "ca"+suffix), func([]byte) []byte { return data })
	}
	before, _ := os.ReadFile(filepath.Join(tlsDir, "ca.pem"))
	if _, err := New(t.Context(), Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "not the sandbox's own") {
		t.Errorf("New: %v", err)
	}
	if after, _ := os.ReadFile(filepath.Join(tlsDir, "ca.pem")); !bytes.Equal(before, after) {
		t.Error("the authority was overwritten")
	}
}

// Only the owner has access to the files in the folder.
func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // Windows has no such modes
	}
	dir := filepath.Join(t.TempDir(), "sandbox")
	r := start(t, dir, nil)
	r.send(t, form{name: "a", content: []byte("x")})
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		seen++
		return err
	})
	if err != nil || seen < 15 {
		t.Errorf("saw %d files (%v)", seen, err)
	}
}
