package sandbox

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// The server has HTTP/1.1 and no ALPN, also for clients that offer HTTP/2. It sends
// nothing to a client without a certificate.
func TestUvicornTLS(t *testing.T) {
	c := gen1(t, nil)
	conn := c.dial(t)
	if p := conn.ConnectionState().NegotiatedProtocol; p != "" {
		t.Errorf("agreed on %q", p)
	}
	h2 := newClient(t, c.Profile(), true)
	resp, err := h2.Get(c.URL() + "/health/live")
	if err != nil || resp.Proto != "HTTP/1.1" {
		t.Fatalf("answered %v (%v)", resp, err)
	}
	_ = resp.Body.Close()
	stranger := c.Profile()
	stranger.TLS.CertFile, stranger.TLS.KeyFile = "", ""
	foreign := c.Profile()
	other := start(t, folder(t), nil).Profile()
	foreign.TLS.CertFile, foreign.TLS.KeyFile = other.TLS.CertFile, other.TLS.KeyFile
	for name, p := range map[string]core.Profile{"none": stranger, "another authority's": foreign} {
		resp, err := newClient(t, p, false).Get(c.URL() + "/health/live")
		if err == nil {
			_ = resp.Body.Close()
			t.Fatalf("certificate %s: answered %d", name, resp.StatusCode)
		}
		var alert tls.AlertError
		if errors.As(err, &alert) || strings.Contains(err.Error(), "alert") || strings.Contains(err.Error(), "tls:") {
			t.Errorf("certificate %s: %v", name, err)
		}
	}
}

// A connection is closed after the server's idle timeout.
func TestIdleConnectionsAreClosed(t *testing.T) {
	c := gen1(t, func(cfg *Config) { cfg.IdleTimeout = 1 })
	conn := c.dial(t)
	if _, err := fmt.Fprintf(conn, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(conn); err != nil || !bytes.HasPrefix(data, []byte("HTTP/1.1 200 ")) || bytes.Contains(data, []byte("Connection: close")) {
		t.Errorf("read %q (%v)", data, err)
	}
	for generation, want := range map[int]string{generationOwn: "2m0s", generation1: "5s", generation2: "2m0s"} {
		cfg, err := Config{Dir: t.TempDir(), Generation: generation}.withDefaults()
		if err != nil || cfg.IdleTimeout.String() != want {
			t.Errorf("generation %d: %v, want %s (%v)", generation, cfg.IdleTimeout, want, err)
		}
	}
}
