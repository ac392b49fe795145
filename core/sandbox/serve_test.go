package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func TestBadConfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	edit(t, file, func([]byte) []byte { return nil })
	occupied, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = occupied.Close() }()
	cases := map[string]struct {
		cfg  Config
		code core.Code
	}{
		"no folder":         {Config{}, core.CodeUsage},
		"generation":        {Config{Dir: t.TempDir(), Generation: 3}, core.CodeUsage},
		"address":           {Config{Dir: t.TempDir(), Addr: "localhost"}, core.CodeUsage},
		"port taken":        {Config{Dir: folder(t), Addr: occupied.Addr().String()}, core.CodeUsage},
		"folder is a file":  {Config{Dir: file}, core.CodeStoreFailed},
		"folder below file": {Config{Dir: filepath.Join(file, "x")}, core.CodeStoreFailed},
	}
	for name, c := range cases {
		if _, err := New(t.Context(), c.cfg); core.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSplitAddr(t *testing.T) {
	for addr, want := range map[string][2]string{
		"":               {"127.0.0.1", "0"},
		":8443":          {"127.0.0.1", "8443"},
		"0.0.0.0:1":      {"0.0.0.0", "1"},
		"[::1]:2":        {"::1", "2"},
		"localhost:3":    {"localhost", "3"},
		"host.example:0": {"host.example", "0"},
	} {
		if host, port, err := splitAddr(addr); err != nil || host != want[0] || port != want[1] {
			t.Errorf("splitAddr(%q) = %q, %q, %v", addr, host, port, err)
		}
	}
}

// Only one server at a time can use a folder.
func TestOneServerPerFolder(t *testing.T) {
	dir := folder(t)
	first, err := New(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), Config{Dir: dir}); core.CodeOf(err) != core.CodeAlreadyRunning || !strings.Contains(err.Error(), dir) {
		t.Errorf("the second server: %v", err)
	}
	for range 2 {
		if err := first.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if err := first.Serve(context.Background()); core.CodeOf(err) != core.CodeUsage {
		t.Errorf("Serve after Close: %v", err)
	}
	start(t, dir, nil)
}

// Port 0 is the port of the last run, so that profiles still work, or another one if
// it is in use.
func TestPortIsKept(t *testing.T) {
	dir := folder(t)
	r := start(t, dir, nil)
	url, addr := r.URL(), r.modules[0].listener.Addr().String()
	r.stop()
	r = start(t, dir, nil)
	if r.URL() != url {
		t.Errorf("the address changed from %s to %s", url, r.URL())
	}
	r.stop()
	taken, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	if r = start(t, dir, nil); r.URL() == url {
		t.Error("the address is another program's")
	}
	if got := r.get(t, "/health/live"); got.status != http.StatusOK {
		t.Errorf("answered %d", got.status)
	}
}

// On all interfaces the URL has localhost, which is in the certificate.
func TestAllInterfaces(t *testing.T) {
	r := start(t, folder(t), func(c *Config) { c.Addr = "0.0.0.0:0" })
	if !strings.HasPrefix(r.URL(), "https://localhost:") {
		t.Errorf("the URL is %s", r.URL())
	}
	if got := r.get(t, "/health/live"); got.status != http.StatusOK {
		t.Errorf("answered %d", got.status)
	}
}

// After the end of the context a running upload can finish.
func TestStopLetsUploadsFinish(t *testing.T) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		dir := folder(t)
		r := start(t, dir, nil)
		if proto == "HTTP/1.1" {
			r.http1(t)
		}
		p := r.pause(t, form{name: "a", content: randomBytes(1000), key: "key"})
		stopped := make(chan struct{})
		go func() { r.stop(); close(stopped) }()
		eventually(t, "the server takes no connection any more", func() bool {
			conn, err := net.Dial("tcp", r.modules[0].listener.Addr().String())
			if err == nil {
				_ = conn.Close()
			}
			return err != nil
		})
		if got := p.finish(t); got.status != http.StatusCreated {
			t.Errorf("%s: answered %d %s", proto, got.status, got.body)
		}
		<-stopped
		if r = start(t, dir, nil); len(r.list(t)) != 1 {
			t.Errorf("%s: stored %v", proto, r.list(t))
		}
		r.stop()
	}
}

// An upload that does not finish in time is cut off and leaves nothing.
func TestStopCutsOffWhatHangs(t *testing.T) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		dir := folder(t)
		r := start(t, dir, nil)
		if proto == "HTTP/1.1" {
			r.http1(t)
		}
		p := r.pause(t, form{name: "a", content: randomBytes(1000), key: "key"})
		r.stop()
		if rest := leftovers(t, dir, nil); len(rest) > 0 {
			t.Errorf("%s: left behind %v", proto, rest)
		}
		p.abort()
	}
}

func TestServeTwice(t *testing.T) {
	r := start(t, folder(t), nil)
	r.get(t, "/health/live") // it serves
	if err := r.Serve(context.Background()); core.CodeOf(err) != core.CodeUsage {
		t.Errorf("Serve: %v", err)
	}
	if err := r.Close(); core.CodeOf(err) != core.CodeUsage {
		t.Errorf("Close: %v", err)
	}
	r.stop()
	if err := r.Close(); err != nil {
		t.Errorf("Close after the end: %v", err)
	}
}

// With a context that has already ended, Serve ends at once.
func TestServeWithAnEndedContext(t *testing.T) {
	srv, err := New(t.Context(), Config{Dir: folder(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := srv.Serve(ctx); err != nil {
		t.Error(err)
	}
}

// If its listener fails, Serve ends with an error.
func TestServeTellsThatItsListenerFailed(t *testing.T) {
	srv, err := New(t.Context(), Config{Dir: folder(t)})
	if err != nil {
		t.Fatal(err)
	}
	_ = srv.modules[0].listener.Close()
	if err := srv.Serve(context.Background()); core.CodeOf(err) != core.CodeInternal {
		t.Errorf("Serve: %v", err)
	}
}

// While the server stops, requests on open connections are told to try again.
func TestStoppingServerTakesNoRequests(t *testing.T) {
	r := start(t, folder(t), nil)
	r.get(t, "/health/live")
	r.mu.Lock()
	r.state = stopping
	r.mu.Unlock()
	got := r.get(t, "/health/live")
	r.mu.Lock()
	r.state = serving
	r.mu.Unlock()
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "1" {
		t.Errorf("answered %d %v", got.status, got.header)
	}
}

// Wrap gets every request and may answer it.
func TestWrap(t *testing.T) {
	r := start(t, folder(t), func(c *Config) {
		c.Wrap = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/health/live" {
					w.WriteHeader(http.StatusTeapot)
					return
				}
				next.ServeHTTP(w, r)
			})
		}
	})
	if got := r.get(t, "/health/live"); got.status != http.StatusTeapot {
		t.Errorf("answered %d", got.status)
	}
	if got := r.get(t, "/health/ready"); got.status != http.StatusOK {
		t.Errorf("answered %d", got.status)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	r := start(t, folder(t), func(c *Config) { c.MaxFileSize = 5 << 10 })
	if got := r.get(t, "/health/live"); got.status != http.StatusOK || got.fields(t)["status"] != "ok" {
		t.Errorf("live answered %d %s", got.status, got.body)
	}
	got := r.get(t, "/health/ready")
	if f := got.fields(t); got.status != http.StatusOK || f["status"] != "ok" || f["idempotency_key"] != true || f["max_file_size"] != 5120.0 || f["generation"] != 2.0 {
		t.Errorf("ready answered %d %s", got.status, got.body)
	}
	token := r.signIn(t)
	r.send(t, form{name: "a", content: []byte("x"), token: token, before: [][2]string{{"retention_policy", "permanent"}}})
	r.send(t, form{name: "a", content: []byte("x"), token: token, key: "key"})
	r.send(t, form{name: "a", content: []byte("x"), token: token, key: "key"}) // a replay does not count
	r.send(t, form{name: "a", content: randomBytes(6 << 10), token: token, before: [][2]string{{"ttl_days", "3"}}})
	r.send(t, form{name: "a", content: []byte("x"), token: "x"})
	r.checkMetrics(t,
		`ingester_uploads_total{retention_policy="permanent",status="success"} 1`,
		`ingester_uploads_total{retention_policy="temporary",status="success"} 1`,
		`ingester_uploads_total{retention_policy="temporary",status="error"} 1`,
		`ingester_uploads_total{retention_policy="unknown",status="error"} 1`,
		`ingester_errors_total{error_code="FILE_TOO_LARGE"} 1`,
		`ingester_errors_total{error_code="UNAUTHORIZED"} 1`,
		`ingester_upload_size_bytes_count 2`,
		`ingester_upload_duration_seconds_count 2`,
		`ingester_active_uploads 0`,
	)
}

// checkMetrics checks that the metrics have these lines.
func (r *running) checkMetrics(t *testing.T, lines ...string) {
	t.Helper()
	text := string(r.get(t, "/metrics").body)
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

func TestUnknownPaths(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		for _, path := range []string{"/", "/api/v1/x", "/api/v1/files/x/y"} {
			if status, _ := r.refusalOf(t, r.get(t, path)); status != http.StatusNotFound {
				t.Errorf("%s answered %d", path, status)
			}
		}
	})
}

// The log says what happened, but contains no secret and no token.
func TestLogHoldsNoSecrets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	r := start(t, folder(t), func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	token := r.signIn(t)
	r.send(t, form{name: "a", content: []byte("x"), token: token})
	r.send(t, form{name: "a", content: []byte("x"), token: token + "x"})
	r.askToken(t, typeForm, "grant_type=client_credentials&client_id=x&client_secret="+r.ClientSecret().Reveal(), "")
	r.askToken(t, typeJSON, `{"client_id":"x","client_secret":"`+r.ClientSecret().Reveal()+`"}`, "")
	r.stop()
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "refused") || !strings.Contains(string(text), "stored") {
		t.Fatalf("the log (%v) is\n%s", err, text)
	}
	for name, secret := range map[string]string{"client secret": r.ClientSecret().Reveal(), "token": token, "payload": strings.Split(token, ".")[1]} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the log holds the %s", name)
		}
	}
}

// I2 from the server's side: no request is answered without a certificate of the
// sandbox's CA, or below TLS 1.3.
func TestClientCertificateIsRequired(t *testing.T) {
	r := start(t, folder(t), nil)
	other := start(t, folder(t), nil)
	foreign := other.Profile()
	without := r.Profile()
	without.TLS.CertFile, without.TLS.KeyFile = "", ""
	mixed := r.Profile()
	mixed.TLS.CertFile, mixed.TLS.KeyFile = foreign.TLS.CertFile, foreign.TLS.KeyFile
	for name, profile := range map[string]core.Profile{"none": without, "another authority's": mixed} {
		for _, http2 := range []bool{true, false} {
			resp, err := newClient(t, profile, http2).Get(r.URL() + "/health/live")
			if err == nil {
				_ = resp.Body.Close()
				t.Errorf("certificate %s, HTTP/2 %v: answered %d", name, http2, resp.StatusCode)
				continue
			}
			var alert tls.AlertError
			var netErr net.Error
			if !errors.As(err, &alert) && !errors.As(err, &netErr) {
				t.Errorf("certificate %s: %v", name, err)
			}
		}
	}
	client := newClient(t, r.Profile(), true)
	transport, _ := client.Transport.(*http.Transport)
	transport.TLSClientConfig.MaxVersion = tls.VersionTLS12
	if _, err := client.Get(r.URL() + "/health/live"); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("TLS 1.2: %v", err)
	}
}

func TestNoMTLS(t *testing.T) {
	r := start(t, folder(t), func(c *Config) { c.NoMTLS = true })
	if p := r.Profile(); p.TLS.HasClientCertificate() || p.TLS.CACertFile == "" {
		t.Errorf("the profile is %+v", p.TLS)
	}
	if got := r.send(t, form{name: "a", content: []byte("x")}); got.status != http.StatusCreated {
		t.Errorf("answered %d %s", got.status, got.body)
	}
}

func TestProfileIsValid(t *testing.T) {
	r := start(t, folder(t), nil)
	if wrong := r.Profile().Validate(); len(wrong) > 0 {
		t.Errorf("the profile is not valid: %v", wrong)
	}
	if _, err := time.ParseDuration(r.Profile().Auth.Timeout); err != nil {
		t.Error(err)
	}
}
