package transport

import (
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core/coretest"
)

// idling runs a net/http server that closes idle connections, which clients notice a tenth
// of a second later. It returns after which of the pauses a client made a new connection.
// Each request is a POST, which net/http sends only once.
func idling(t *testing.T, server time.Duration, says string, pauses ...time.Duration) (fresh []bool) {
	t.Helper()
	pipes := coretest.NewPipes()
	pipes.Latency = 100 * time.Millisecond
	h := &http.Server{IdleTimeout: server, ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if says != "" {
			w.Header().Set("Keep-Alive", says)
		}
		w.WriteHeader(http.StatusCreated)
	})}
	done := make(chan struct{})
	go func() { defer close(done); _ = h.Serve(pipes) }()
	defer func() {
		_ = h.Close()
		<-done
		<-time.After(time.Second) // until the client has noticed
	}()
	base, _ := url.Parse("http://127.0.0.1:1")
	s, err := New(Config{Base: base, Connections: 4, Dial: pipes.Dial, Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, pause := range append([]time.Duration{0}, pauses...) {
		<-time.After(pause)
		before := pipes.Dialled()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base.String(), io.NopCloser(strings.NewReader("content")))
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = int64(len("content"))
		resp, _, err := s.Send(req, 7)
		if err != nil {
			t.Fatalf("after %v: %v", pause, err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		synctest.Wait()
		fresh = append(fresh, pipes.Dialled() > before)
	}
	return fresh[1:]
}

// No request is sent on a connection that its server may be closing at that moment, and
// connections are reused as long as there is no pause.
func TestIdleConnections(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name   string
		server time.Duration
		says   string
		pauses []time.Duration
		fresh  []bool
	}{
		{"uvicorn", 5 * time.Second, "", []time.Duration{0, ms, 1400 * ms, 1600 * ms, 4900 * ms, 4950 * ms, 5000 * ms, 5050 * ms, 6000 * ms, 0},
			[]bool{false, false, false, true, true, true, true, true, true, false}},
		{"gunicorn", 2 * time.Second, "", []time.Duration{1400 * ms, 1850 * ms, 1900 * ms, 1950 * ms, 2000 * ms, 2050 * ms, 0},
			[]bool{false, true, true, true, true, true, false}},
		// The first answer makes the client use another transport.
		{"says so", 5 * time.Second, "timeout=5", []time.Duration{0, 1600 * ms, 3900 * ms, 4900 * ms, 4950 * ms, 5050 * ms},
			[]bool{true, false, false, true, true, true}},
		{"keeps long, and says so", 75 * time.Second, "timeout=75", []time.Duration{0, 10 * time.Second, 73 * time.Second, 75 * time.Second},
			[]bool{true, false, false, true}},
		{"keeps less long than it says", time.Second, "timeout=60", []time.Duration{0, 1200 * ms, 950 * ms, 950 * ms, 1050 * ms, 400 * ms},
			[]bool{true, true, true, true, true, false}},
		{"closes soon", 800 * ms, "", []time.Duration{1000 * ms, 750 * ms, 850 * ms, 400 * ms}, []bool{true, true, true, false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fresh := idling(t, tt.server, tt.says, tt.pauses...)
				for i, pause := range tt.pauses {
					if fresh[i] != tt.fresh[i] {
						t.Errorf("after %v: a new connection %v, want %v", pause, fresh[i], tt.fresh[i])
					}
				}
			})
		})
	}
}
