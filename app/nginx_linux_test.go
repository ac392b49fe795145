package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// gateway is a real nginx that ends mutual TLS in front of an embedded server,
// as gateways do: `ssl_verify_client on`.
type gateway struct {
	url, dir string
	front    *coretest.CA // vouches for the gateway
	clients  *coretest.CA // vouches for those who may use it
}

const gatewayConfig = `daemon off;
worker_processes 1;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log warn;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	limit_req_zone $binary_remote_addr zone=rate:1m rate=20r/s;
	limit_conn_zone $binary_remote_addr zone=conn:1m;
	server {
		%[6]s
		listen %[2]s ssl http2;
		ssl_certificate %[1]s/gateway.pem;
		ssl_certificate_key %[1]s/gateway.key;
		ssl_protocols TLSv1.2 TLSv1.3;
		ssl_client_certificate %[1]s/clients.pem;
		ssl_verify_client on;
		proxy_request_buffering off;
		proxy_http_version 1.1;
		proxy_ssl_protocols TLSv1.2 TLSv1.3;
		proxy_ssl_certificate %[4]s;
		proxy_ssl_certificate_key %[5]s;
		location / {
			proxy_pass %[3]s;
		}
	}
}
`

// newGateway starts nginx (Debian package nginx-light) before s. It appends more settings
// to gatewayConfig.
func newGateway(t *testing.T, s *testServer, settings ...string) *gateway {
	t.Helper()
	g := &gateway{dir: t.TempDir(), front: coretest.NewCA(t, "Gateway CA"), clients: coretest.NewCA(t, "Gateway clients CA")}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	g.url = "https://" + address
	coretest.WritePair(t, g.dir, "gateway", g.front.Server(t))
	coretest.WriteFile(t, filepath.Join(g.dir, "clients.pem"), coretest.EncodeCertificates(g.clients.Cert.Raw))
	p := s.Profile()
	config := filepath.Join(g.dir, "nginx.conf")
	coretest.WriteFile(t, config, fmt.Appendf(nil, gatewayConfig, g.dir, address, p.IngesterURL, p.TLS.CertFile, p.TLS.KeyFile, strings.Join(settings, "\n")))
	if os.Getuid() == 0 { // its workers run as nobody
		if err := errors.Join(os.Chmod(g.dir, 0o777), os.Chmod(filepath.Dir(g.dir), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		nginx = "/usr/sbin/nginx" // which is not in the PATH of other users than root
	}
	cmd := exec.Command(nginx, "-c", config, "-p", g.dir, "-e", filepath.Join(g.dir, "error.log"))
	if err := cmd.Start(); err != nil {
		t.Fatalf("nginx (Debian package nginx-light): %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // it was told to end
	})
	eventually(t, "nginx", func() bool {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		_ = conn.Close()
		return true
	})
	return g
}

// profile is s's profile, through the gateway, with a client certificate.
func (g *gateway) profile(t *testing.T, s *testServer, issuer *coretest.CA) core.Profile {
	t.Helper()
	dir := t.TempDir()
	p := s.Profile()
	through := func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return g.url + u.EscapedPath()
	}
	p.AdminURL, p.IngesterURL = through(p.AdminURL), through(p.IngesterURL)
	p.Auth.TokenURL, p.Auth.JWKSURL = "", ""
	p.TLS.CACertFile = g.front.WritePEM(t, dir)
	p.TLS.CertFile, p.TLS.KeyFile = "", ""
	if issuer != nil {
		p.TLS.CertFile, p.TLS.KeyFile = coretest.WritePair(t, dir, "client", issuer.Client(t, "scanner"))
	}
	return p
}

// I2, fault 18: a real nginx with ssl_verify_client lets the right certificate
// through, over both versions. It completes the handshake with every certificate and
// answers 400 to wrong ones: the program says that the certificate is refused.
func TestBehindNginx(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	g := newGateway(t, s, "client_max_body_size 0;")
	for _, tt := range []struct {
		name    string
		issuer  *coretest.CA
		version string
		code    int
		says    string
	}{
		{"HTTP/2", g.clients, core.HTTP2, exitOK, ""},
		{"HTTP/1.1", g.clients, core.HTTP11, exitOK, ""},
		{"no certificate", nil, core.HTTPAuto, exitUnreachable, "demands a client certificate"},
		{"another authority's", coretest.NewCA(t, "Stranger CA"), core.HTTPAuto, exitUnreachable, "refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := g.profile(t, s, tt.issuer)
			p.Upload.HTTPVersion = tt.version
			s.writeProfile(t, p)
			dir, _ := writeTree(t, 2, func(i int) string { return string(rune('a'+i)) + ".txt" })
			lines, code := s.upload(t, t.TempDir(), dir)
			if code != tt.code || len(lines) != 2 {
				t.Fatalf("exit code %d, lines %+v; want %d", code, lines, tt.code)
			}
			for _, l := range lines {
				switch {
				case tt.says == "" && (l.State != core.StateStored || !l.Verified):
					t.Errorf("%+v", l)
				case tt.says != "" && (l.Error == nil || l.Error.Kind != core.KindTLS || !strings.Contains(l.Error.Message, tt.says)):
					t.Errorf("%+v", l.Error)
				}
			}
			out, err := s.command(t.TempDir(), "check", "--profile-file", s.profileFile).CombinedOutput()
			if (err == nil) != (tt.says == "") || !strings.Contains(string(out), tt.says) {
				t.Errorf("the connection test: %v\n%s", err, out)
			}
		})
	}
}

// An nginx that takes bodies of 1 MiB, its default for client_max_body_size, before a
// server that takes resumable uploads: larger files are sent as resumable uploads, in
// pieces. If the server takes none, only the large files fail.
func TestBehindNginxThatTakesLittle(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	g := newGateway(t, s)
	for protocol, large := range map[core.Protocol]core.State{
		core.ProtocolAuto: core.StateStored, core.ProtocolTus: core.StateStored, core.ProtocolMultipart: core.StateFailed,
	} {
		for _, version := range []string{core.HTTPAuto, core.HTTP2} {
			p := g.profile(t, s, g.clients)
			p.Upload.Protocol, p.Upload.HTTPVersion = protocol, version
			s.writeProfile(t, p)
			dir, _ := writeTree(t, 3, func(i int) string { return string(rune('a'+i)) + ".txt" })
			coretest.WriteFile(t, filepath.Join(dir, "large"), bytes.Repeat([]byte("0123456789"), 500_000))
			lines, _ := s.upload(t, t.TempDir(), dir)
			if len(lines) != 4 {
				t.Fatalf("%s: lines %+v", protocol, lines)
			}
			for _, l := range lines {
				want := core.StateStored
				if l.Name == "large" {
					want = large
				}
				if l.State != want || l.Verified != (want == core.StateStored) || l.Attempts != 1 {
					t.Errorf("%s, HTTP %s: %+v %+v", protocol, version, l, l.Error)
				}
			}
		}
	}
}

// An nginx with its default buffers takes no header of more than 8 KiB. The error says
// what made the header long, and other files are stored.
func TestBehindNginxWithLongHeaders(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	g := newGateway(t, s, "client_max_body_size 0;")
	p := g.profile(t, s, g.clients)
	p.Upload.Protocol, p.Upload.HTTPVersion = core.ProtocolTus, core.HTTP11
	s.writeProfile(t, p)
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	home := t.TempDir()
	lines, code := s.upload(t, home, "--metadata", `{"a":"`+strings.Repeat("x", 12<<10)+`"}`, dir)
	if code != exitIncomplete || len(lines) != 1 || lines[0].Error == nil || !strings.Contains(lines[0].Error.Message, "what is said about the file") || lines[0].Attempts != 1 {
		t.Errorf("exit code %d, %+v", code, lines)
	}
	if lines, code = s.upload(t, t.TempDir(), dir); code != exitOK || len(lines) != 1 || !lines[0].Verified {
		t.Errorf("exit code %d, %+v", code, lines)
	}
}

// A gateway that limits the rate of requests (503 without Retry-After): 300 files are
// stored, once each, and none fails.
func TestBehindLimits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ limits, version string }{
		"rate, HTTP/1.1":                 {"limit_req zone=rate burst=5 nodelay;", core.HTTP11},
		"connections, HTTP/2":            {"limit_conn conn 2;", core.HTTP2},
		"rate and connections, 429":      {"limit_req zone=rate burst=5 nodelay; limit_conn conn 2; limit_req_status 429; limit_conn_status 429;", core.HTTPAuto},
		"rate, HTTP/2, requests delayed": {"limit_req zone=rate burst=3;", core.HTTP2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, sandbox.Config{})
			g := newGateway(t, s, "location /api/v1/files/ { "+tt.limits+" proxy_pass "+s.Profile().IngesterURL+"; }")
			p := g.profile(t, s, g.clients)
			p.Upload.HTTPVersion = tt.version
			s.writeProfile(t, p)
			dir, _ := writeTree(t, 300, func(i int) string { return fmt.Sprintf("scan %03d.txt", i) })
			lines, code := s.upload(t, t.TempDir(), dir)
			refused := -len(lines)
			for _, l := range lines {
				refused += l.Attempts
				if l.State != core.StateStored || !l.Verified {
					t.Errorf("%+v", l)
				}
			}
			t.Logf("%d refused", refused)
			if code != exitOK || len(lines) != 300 || refused > 200 {
				t.Errorf("exit code %d, %d lines, %d refused", code, len(lines), refused)
			}
			storedOnce(t, s.Server, 300)
		})
	}
}

// The test passes for other users than root as well: their PATH has no /usr/sbin.
func TestBehindNginxAsUser(t *testing.T) {
	t.Parallel()
	coretest.AsUser(t, "^TestBehindNginx$")
}
