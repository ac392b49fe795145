package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// The zone of an IPv6 address (RFC 6874) is used to dial. The server's certificate and the
// Host header do not have it, and no proxy is used. The zone is that of the loopback
// interface, which every Linux has.
func TestAddressWithAZone(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("NO_PROXY", "")
	s := newServer(t, sandbox.Config{Addr: "[::1]:0"})
	zoned := func(address string) string { return strings.Replace(address, "[::1]", "[::1%25lo]", 1) }
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		p := s.Profile()
		p.AdminURL, p.IngesterURL = zoned(p.AdminURL), zoned(p.IngesterURL)
		p.Auth.TokenURL, p.Auth.JWKSURL = zoned(p.Auth.TokenURL), zoned(p.Auth.JWKSURL)
		p.Upload.HTTPVersion = version
		if !strings.Contains(p.IngesterURL, "%25lo") {
			t.Fatal(p.IngesterURL)
		}
		s.writeProfile(t, p)
		dir, _ := writeTree(t, 2, func(i int) string { return string(rune('a'+i)) + ".txt" })
		coretest.WriteFile(t, filepath.Join(dir, "large"), bytes.Repeat([]byte("0123456789"), 7<<20))
		lines, code := s.upload(t, t.TempDir(), dir)
		if code != exitOK || len(lines) != 3 {
			t.Errorf("HTTP %s: exit code %d, %+v", version, code, lines)
		}
		for _, l := range lines {
			if l.State != core.StateStored || !l.Verified {
				t.Errorf("HTTP %s: %+v %+v", version, l, l.Error)
			}
		}
		if out, err := s.command(t.TempDir(), "check", "--profile-file", s.profileFile).CombinedOutput(); err != nil {
			t.Errorf("the connection test over HTTP %s: %v\n%s", version, err, out)
		}
	}
}
