package transport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// gatekeeper speaks HTTP/1.1 by hand, and so decides how it answers Expect: 100-continue.
type gatekeeper struct {
	net.Listener
	say func(conn io.Writer, asked bool) (read bool) // called before the body; returns whether to read it and answer 201

	mu     sync.Mutex
	asked  int   // requests with Expect
	bodies []int // lengths of complete bodies
	all    sync.WaitGroup
}

func newGatekeeper(t *testing.T, say func(io.Writer, bool) bool) *gatekeeper {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gatekeeper{Listener: listener, say: say}
	g.all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			g.all.Go(func() { g.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); g.all.Wait() })
	return g
}

func (g *gatekeeper) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		asks := req.Header.Get("Expect") != ""
		g.mu.Lock()
		if asks {
			g.asked++
		}
		g.mu.Unlock()
		if g.say(conn, asks) {
			n, err := io.Copy(io.Discard, req.Body)
			if err != nil {
				return
			}
			g.mu.Lock()
			g.bodies = append(g.bodies, int(n))
			g.mu.Unlock()
			_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
		}
	}
}

// A server that refuses Expect is sent the same request without it at once, and isn't asked
// again. A server that never answers Expect is waited for once. All others are asked each
// time.
func TestExpect(t *testing.T) {
	const length, requests = 2 << 20, 4
	yes := "HTTP/1.1 100 Continue\r\n\r\n"
	refusing := func(answer string) func(io.Writer, bool) bool {
		return func(conn io.Writer, asked bool) bool {
			if asked {
				_, _ = io.WriteString(conn, answer)
			}
			return !asked
		}
	}
	first := func(words string) func(io.Writer, bool) bool {
		return func(conn io.Writer, asked bool) bool {
			if asked {
				_, _ = io.WriteString(conn, words)
			}
			return true
		}
	}
	for _, tt := range []struct {
		name   string
		say    func(io.Writer, bool) bool
		wait   time.Duration
		asked  int
		bodies int
		status int
	}{
		{"leave", first(yes), time.Hour, requests, requests, 201},
		{"leave twice", first(yes + yes), time.Hour, requests, requests, 201},
		{"a hint before it", first("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + yes), time.Hour, requests, requests, 201},
		{"417", refusing("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno"), time.Hour, 1, requests, 201},
		{"417 and the end", refusing("HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), time.Hour, 1, requests, 201},
		{"417 behind a hint", refusing("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), time.Hour, 1, requests, 201},
		{"silence", func(io.Writer, bool) bool { return true }, 20 * time.Millisecond, 1, requests, 201},
		{"refused for another reason", refusing("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), time.Hour, requests, 0, 413},
		{"hints without end", refusing(string(bytes.Repeat([]byte("HTTP/1.1 103 Early Hints\r\n\r\n"), 100))), time.Hour, requests, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newGatekeeper(t, tt.say)
			s := newClient(t, "http://"+g.Addr().String(), func(cfg *Config) { cfg.Continue, cfg.Connections = tt.wait, 1 })
			for i := range requests {
				status, sent, err := ask(t, s, "http://"+g.Addr().String(), length)
				if (err == nil) != (tt.status != 0) || status != tt.status || (status == 201) != (sent == length) {
					t.Errorf("request %d: %d after %d bytes, %v", i, status, sent, err)
				}
			}
			g.mu.Lock()
			defer g.mu.Unlock()
			if g.asked != tt.asked || len(g.bodies) != tt.bodies {
				t.Errorf("asked %d times, want %d; %d bodies, want %d", g.asked, tt.asked, len(g.bodies), tt.bodies)
			}
			for _, n := range g.bodies {
				if n != length {
					t.Errorf("a body of %d bytes", n)
				}
			}
		})
	}
}

// If Expect is refused when the body is already being sent, the request fails. The error
// allows a repetition, which doesn't ask.
func TestRefusedAfterContinue(t *testing.T) {
	g := newGatekeeper(t, func(conn io.Writer, asked bool) bool {
		if asked {
			_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
			_, _ = conn.(net.Conn).Read(make([]byte, 1))
			_, _ = io.WriteString(conn, "HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		}
		return !asked
	})
	address := "http://" + g.Addr().String()
	s := newClient(t, address, func(cfg *Config) { cfg.Connections = 1 })
	status, _, err := ask(t, s, address, 1<<20) // or the end of the connection, if that is noticed first
	if again, _, _ := ask(t, s, address, 1<<20); again != http.StatusCreated || status == http.StatusCreated {
		t.Errorf("first %d, %v, then %d", status, err, again)
	}
}

// ask sends a body of length bytes with Expect: 100-continue.
func ask(t *testing.T, s *Server, address string, length int) (status int, sent int64, err error) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	watch := NewWatchdog(cancel)
	defer watch.Stop()
	body := NewBody(ctx, int64(length), watch)
	body.Parts = bytes.NewReader(make([]byte, length))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(length)
	req.Header.Set("Expect", "100-continue")
	resp, _, err := s.Send(req, int64(length))
	if err == nil {
		body.Stop()
		_, err = ReadAnswer(resp.Body)
		_ = resp.Body.Close()
		status = resp.StatusCode
	}
	if failure := body.Finish(); failure != nil {
		err = fmt.Errorf("%w, %w", err, failure)
	}
	return status, body.Sent(), err
}

// closing is a body that records that it was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

// Reading a body waits until it is known which answer has begun. The body can move to
// another request only if nothing of it was read, and then the first request gets nothing
// more.
func TestHeldBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &closing{Reader: bytes.NewReader(make([]byte, 4))}
		h := newHeldBody(body, func() { t.Error("called silent") })
		h.set(func() { h.answering, h.spoke = true, true })
		read := make(chan error, 1)
		go func() { _, err := h.Read(make([]byte, 2)); read <- err }()
		synctest.Wait()
		select {
		case err := <-read:
			t.Fatalf("read before the answer was known: %v", err)
		default:
		}
		if !h.withdraw() || !errors.Is(<-read, errAsked) || h.Close() != nil || body.closed {
			t.Error("the other request did not get the body")
		}

		h = newHeldBody(body, func() { t.Error("called silent") })
		h.set(func() { h.answering, h.spoke = true, true })
		go func() { _, err := h.Read(make([]byte, 2)); read <- err }()
		synctest.Wait()
		h.set(func() { h.answering = false }) // it was 100 Continue
		if err := <-read; err != nil || h.withdraw() {
			t.Errorf("a body that was begun is withdrawn, %v", err)
		}
		if n, err := h.Read(make([]byte, 2)); n != 2 || err != nil {
			t.Errorf("the rest: %d, %v", n, err)
		}
		if h.Close() != nil || !body.closed {
			t.Error("not closed")
		}
	})
}
