package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// Of a certificate file with several identities none is chosen by chance. The profile or
// the flag says which one, and the server sees that one.
func TestOneIdentityOfSeveral(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	p := s.Profile()
	ours, err := os.ReadFile(p.TLS.CertFile)
	key, err2 := os.ReadFile(p.TLS.KeyFile)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	stranger := coretest.NewCA(t, "Elsewhere").Client(t, "stranger")
	both := "friendlyName: other\n" + string(coretest.EncodeCertificates(stranger.Leaf.Raw)) + string(coretest.EncodeKey(t, stranger.PrivateKey)) + "friendlyName: ours\n" + string(ours) + string(key)
	p.TLS.CertFile, p.TLS.KeyFile = filepath.Join(t.TempDir(), "both.pem"), ""
	coretest.WriteFile(t, p.TLS.CertFile, []byte(both))
	file := filepath.Join(t.TempDir(), "a.bin")
	coretest.WriteFile(t, file, []byte("content"))
	for _, tt := range []struct {
		profile, flag string
		code          int
		words         string
	}{
		{"", "", exitUsage, "choose one by tls.identity or --identity: other (CN=stranger), valid until "},
		{"", "OURS", exitOK, ""},
		{"ours", "", exitOK, ""},
		{"other", "", exitUnreachable, "client certificate"},
		{"other", "ours", exitOK, ""},
		{"", "x", exitUsage, "no certificate called x with its key (tls.identity); there are: other (CN=stranger), valid until "},
	} {
		p.TLS.Identity = tt.profile
		s.writeProfile(t, p)
		for _, args := range [][]string{{"check"}, {"upload", "--again", file}} {
			args = append(args, "--profile-file", s.profileFile)
			if tt.flag != "" {
				args = append(args, "--identity", tt.flag)
			}
			out, err := s.command(t.TempDir(), args...).CombinedOutput()
			var exit *exec.ExitError
			code := 0
			if errors.As(err, &exit) {
				code = exit.ExitCode()
			}
			if code != tt.code || !strings.Contains(string(out), tt.words) {
				t.Errorf("profile %q, flag %q, %s: exit %d, %s", tt.profile, tt.flag, args[0], code, out)
			}
		}
	}
	p.TLS.CertFile, p.TLS.Identity = "", ""
	s.writeProfile(t, p)
	if out, err := s.command(t.TempDir(), "check", "--profile-file", s.profileFile, "--identity", "x").CombinedOutput(); err == nil || !strings.Contains(string(out), "--identity is for a profile with a client certificate") {
		t.Errorf("%v, %s", err, out)
	}
}
