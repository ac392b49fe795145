package metrics

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

var errBroken = errors.New("broken")

// collector makes a function an unchecked prometheus.Collector.
type collector func(chan<- prometheus.Metric)

func (collector) Describe(chan<- *prometheus.Desc)       {}
func (c collector) Collect(out chan<- prometheus.Metric) { c(out) }

func TestAddresses(t *testing.T) {
	tests := []struct {
		addr string
		url  string // the beginning of the URL
		warn bool
	}{
		{"127.0.0.1:0", "http://127.0.0.1:", false},
		{"localhost:0", "http://", false},
		{"[::1]:0", "http://[::1]:", false},
		{":0", "http://127.0.0.1:", false}, // not every interface
		{"0.0.0.0:0", "http://127.0.0.1:", true},
	}
	for _, tt := range tests {
		t.Run(tt.addr, func(t *testing.T) {
			var log coretest.Log
			l, err := newMetrics().Listen(t.Context(), tt.addr, log.Logger())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			if !strings.HasPrefix(l.URL(), tt.url) || !strings.HasSuffix(l.URL(), "/metrics") {
				t.Errorf("URL = %s, want %s…/metrics", l.URL(), tt.url)
			}
			if at := l.Address(); at != l.tcp.Addr().String() || strings.HasSuffix(at, ":0") || tt.warn != (strings.HasPrefix(at, "0.0.0.0:") || strings.HasPrefix(at, "[::]:")) {
				t.Errorf("it listens on %s", at)
			}
			if warned := strings.Contains(log.String(), "level=WARN"); warned != tt.warn {
				t.Errorf("log %q; warning wanted: %v", log.String(), tt.warn)
			}
		})
	}
}

func TestAddressesRefused(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	tests := map[string]struct{ addr, says string }{
		"empty":            {"", "is not an address"},
		"no port":          {"127.0.0.1", "is not an address"},
		"port by name":     {"127.0.0.1:http", "has no port"},
		"port too large":   {"127.0.0.1:65536", "has no port"},
		"negative port":    {"127.0.0.1:-1", "has no port"},
		"URL":              {"http://127.0.0.1:9464", "is not an address"},
		"busy":             {busy.Addr().String(), "Choose another port"},
		"somebody else's":  {"192.0.2.1:9464", "Use 127.0.0.1"},
		"no such host":     {"host.invalid:9464", "can't be opened"},
		"IPv6 unbracketed": {"::1:9464", "is not an address"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := newMetrics().Listen(t.Context(), tt.addr, slog.New(slog.DiscardHandler))
			code := core.CodeUsage
			if name == "busy" {
				code = core.CodePortBusy
			}
			var e *core.Error
			if !errors.As(err, &e) || e.Kind != core.KindUsage || e.Code != code {
				t.Fatalf("error %v, want a usage error with the code %s", err, code)
			}
			if !strings.Contains(e.Message, tt.says) || !strings.Contains(e.Message, fmt.Sprintf("%q", tt.addr)) {
				t.Errorf("message %q, want the address and %q", e.Message, tt.says)
			}
		})
	}
}

// The mux serves only the registry.
func TestRoutes(t *testing.T) {
	l := serve(t, newMetrics(), "127.0.0.1:0")
	base := strings.TrimSuffix(l.URL(), "/metrics")
	tests := []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/metrics", 200, "ingester_active_uploads 0"},
		{"HEAD", "/metrics", 200, ""},
		{"GET", "/", 200, "/metrics"},
		{"POST", "/metrics", 405, ""},
		{"PUT", "/metrics", 405, ""},
		{"DELETE", "/metrics", 405, ""},
		{"OPTIONS", "/metrics", 405, ""},
		{"POST", "/", 405, ""},
		{"GET", "/metrics/", 404, ""},
		{"GET", "/debug/pprof/", 404, ""},
		{"GET", "/debug/vars", 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, base+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != tt.status || !strings.Contains(string(body), tt.body) {
				t.Errorf("%s %.80q %v, want %d with %q", resp.Status, body, err, tt.status, tt.body)
			}
			for name := range resp.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("header %s: other sites may not read this", name)
				}
			}
		})
	}
}

// A header of a megabyte is refused.
func TestHeaderLimit(t *testing.T) {
	l := serve(t, newMetrics(), "127.0.0.1:0")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", req.URL.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	go func() {
		_, _ = fmt.Fprintf(conn, "GET /metrics HTTP/1.1\r\nHost: %s\r\nX-Long: %s\r\n\r\n", req.URL.Host, strings.Repeat("x", 1<<20))
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%s, want 431", resp.Status)
	}
}

// More than four scrapes at once are refused.
func TestInFlightLimit(t *testing.T) {
	m := newMetrics()
	entered, leave := make(chan struct{}, maxInFlight), make(chan struct{})
	m.registry.MustRegister(collector(func(chan<- prometheus.Metric) {
		entered <- struct{}{}
		<-leave
	}))
	l := serve(t, m, "127.0.0.1:0")
	statuses := make(chan int, maxInFlight)
	for range maxInFlight {
		go func() { statuses <- status(t, l.URL()) }()
	}
	for range maxInFlight {
		<-entered
	}
	if got := status(t, l.URL()); got != http.StatusServiceUnavailable {
		t.Errorf("scrape %d while %d are answered: %d, want 503", maxInFlight+1, maxInFlight, got)
	}
	close(leave)
	for range maxInFlight {
		if got := <-statuses; got != http.StatusOK {
			t.Errorf("scrape within the limit: %d, want 200", got)
		}
	}
}

func status(t *testing.T, url string) int {
	resp, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// A client that sends a header very slowly is cut off. Virtual time, on a pipe.
func TestSlowHeaderIsCutOff(t *testing.T) {
	l, err := newMetrics().Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	synctest.Test(t, func(t *testing.T) {
		pipe := &pipeListener{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
		slow := &Listener{tcp: pipe, server: &http.Server{
			Handler: l.server.Handler, ReadHeaderTimeout: l.server.ReadHeaderTimeout, ReadTimeout: l.server.ReadTimeout,
		}}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- slow.Serve(ctx) }()
		client, server := net.Pipe()
		pipe.conns <- server
		if _, err := io.WriteString(client, "GET /metrics HTTP/1.1\r\nHost: "); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(client); err != nil { // ends when the server closes
			t.Errorf("reading: %v", err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// pipeListener accepts the connections that it is given.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipeListener) Close() error   { close(p.closed); return nil }
func (p *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// An answer under way when the listener ends is still sent.
func TestServeFinishesAnswers(t *testing.T) {
	m := newMetrics()
	entered, leave := make(chan struct{}), make(chan struct{})
	m.registry.MustRegister(collector(func(chan<- prometheus.Metric) {
		close(entered)
		<-leave
	}))
	l, err := m.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended, answer := make(chan error, 1), make(chan int, 1)
	go func() { ended <- l.Serve(ctx) }()
	go func() { answer <- status(t, l.URL()) }()
	<-entered
	stop()
	close(leave)
	if got := <-answer; got != http.StatusOK {
		t.Errorf("status %d, want 200", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	http.DefaultClient.CloseIdleConnections()
	if _, err := net.Dial("tcp", l.tcp.Addr().String()); err == nil {
		t.Error("the port is still open")
	}
}

// Serve returns the error of a listener that fails.
func TestServeTellsWhyItStopped(t *testing.T) {
	l, err := newMetrics().Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Serve(t.Context()); core.CodeOf(err) != core.CodeInternal || !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve on a closed listener = %v", err)
	}
}
