package upload

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/transport"
)

// rawServer accepts TLS connections and passes each to serve.
func rawServer(t *testing.T, ca *coretest.CA, proto string, serve func(net.Conn)) string {
	t.Helper()
	config := ca.ServerConfig(t)
	config.NextProtos = []string{proto}
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			})
		}
	})
	return "https://" + l.Addr().String()
}

// reset ends a TLS connection by RST.
func reset(conn net.Conn) {
	_ = conn.(*tls.Conn).NetConn().(*net.TCPConn).SetLinger(0)
	_ = conn.(*tls.Conn).NetConn().Close()
}

// Fault 23: the connection is cut at some point of the body. If the body had not arrived
// completely, the outcome is "cut off", else "unknown". Each Upload sends one body only.
func TestConnectionCutHTTP1(t *testing.T) {
	const size = 32 << 20 // more than the kernel buffers
	ca := coretest.NewCA(t, "CA")
	transfer, _ := newTransfer(t, "a", size)
	for _, tt := range []struct {
		name string
		take int64 // body bytes read before the end
		end  func(net.Conn)
		want core.Outcome
	}{
		{"reset at the start", 0, reset, core.OutcomeCutOff},
		{"reset in the middle", size / 2, reset, core.OutcomeCutOff},
		{"closed in the middle", size / 2, func(net.Conn) {}, core.OutcomeCutOff},
		{"reset after all", -1, reset, core.OutcomeUnknown},
		{"closed after all", -1, func(net.Conn) {}, core.OutcomeUnknown},
		{"nonsense after all", -1, func(c net.Conn) { _, _ = io.WriteString(c, "what?\r\n\r\n") }, core.OutcomeUnknown},
		{"half an answer", -1, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{") }, core.OutcomeUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			bodies := 0
			url := rawServer(t, ca, "http/1.1", func(conn net.Conn) {
				req, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return // a connection without a request, made to hear the server's verdict
				}
				mu.Lock()
				bodies++
				mu.Unlock()
				_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
				n := tt.take
				if n < 0 {
					n = req.ContentLength
				}
				_, _ = io.CopyN(io.Discard, req.Body, n)
				tt.end(conn)
			})
			c := newTestClient(t, url, ca, func(cfg *Config) { cfg.HTTPVersion = core.HTTP11 })
			_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
			e := coretest.WantError(t, err, core.KindNetwork, core.CodeConnectionLost, tt.want)
			if e.Status != 0 {
				t.Errorf("status %d", e.Status)
			}
			if bodies != 1 {
				t.Errorf("the server saw %d bodies", bodies)
			}
		})
	}
}

// frames plays an HTTP/2 server by hand: it reads one whole request and then calls act. It
// counts complete requests.
type frames struct {
	mu     sync.Mutex
	bodies int
	act    func(f *http2.Framer, stream uint32) (goOn bool)
	early  bool // act as soon as the headers are there
}

func (s *frames) serve(conn net.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	f := http2.NewFramer(conn, conn)
	_ = f.WriteSettings()
	_ = f.WriteWindowUpdate(0, 1<<30)
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		done := false
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				_ = f.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				_ = f.WritePing(true, frame.Data)
			}
		case *http2.HeadersFrame:
			_ = f.WriteWindowUpdate(frame.StreamID, 1<<30)
			done = s.early
		case *http2.DataFrame:
			done = frame.StreamEnded()
		}
		if done {
			s.mu.Lock()
			s.bodies++
			s.mu.Unlock()
			if !s.act(f, frame.Header().StreamID) {
				return
			}
		}
	}
}

// Faults 30 to 32: each Upload sends one body, whatever an HTTP/2 server answers after it has
// all of it. Go would replay a POST by itself if Request.GetBody were set.
func TestHTTP2Faults(t *testing.T) {
	rst := func(code http2.ErrCode) func(*http2.Framer, uint32) bool {
		return func(f *http2.Framer, stream uint32) bool { _ = f.WriteRSTStream(stream, code); return true }
	}
	goAway := func(code http2.ErrCode, below uint32) func(*http2.Framer, uint32) bool {
		return func(f *http2.Framer, stream uint32) bool {
			_ = f.WriteGoAway(stream-below, code, nil)
			return below != 0 // if true the connection ends
		}
	}
	ca := coretest.NewCA(t, "CA")
	for _, tt := range []struct {
		name  string
		early bool
		act   func(*http2.Framer, uint32) bool
		want  core.Outcome
	}{
		{"PROTOCOL_ERROR after all", false, rst(http2.ErrCodeProtocol), core.OutcomeUnknown},
		{"INTERNAL_ERROR after all", false, rst(http2.ErrCodeInternal), core.OutcomeUnknown},
		{"CANCEL after all", false, rst(http2.ErrCodeCancel), core.OutcomeUnknown},
		{"closed after all", false, func(*http2.Framer, uint32) bool { return false }, core.OutcomeUnknown},
		{"GOAWAY that counts it, then closed", false, goAway(http2.ErrCodeNo, 0), core.OutcomeUnknown},
		{"REFUSED_STREAM after all", false, rst(http2.ErrCodeRefusedStream), core.OutcomeNotProcessed},
		{"GOAWAY that leaves it out", false, goAway(http2.ErrCodeNo, 1), core.OutcomeNotProcessed},
		{"GOAWAY with an error", false, goAway(http2.ErrCodeEnhanceYourCalm, 1), core.OutcomeNotProcessed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &frames{act: tt.act, early: tt.early}
			url := rawServer(t, ca, "h2", s.serve)
			c := newTestClient(t, url, ca, func(cfg *Config) { cfg.HTTPVersion = core.HTTP2 })
			transfer, _ := newTransfer(t, "a", 100<<10)
			_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
			coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, tt.want)
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.bodies != 1 {
				t.Errorf("the server saw %d bodies", s.bodies)
			}
		})
	}
}

// The same over HTTP/1.1 on a connection that was used before, where Go replays requests that
// it considers idempotent.
func TestHTTP1ReusedConnectionIsNotReplayed(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	var mu sync.Mutex
	bodies := 0
	url := rawServer(t, ca, "http/1.1", func(conn net.Conn) {
		r := bufio.NewReader(conn)
		for {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			mu.Lock()
			bodies++
			n := bodies
			mu.Unlock()
			if n == 2 {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
		}
	})
	c := newTestClient(t, url, ca, func(cfg *Config) { cfg.HTTPVersion = core.HTTP11 })
	transfer, _ := newTransfer(t, "a", 1000)
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindServer, core.CodeTooLarge, core.OutcomeAnswered)
	_, err = c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	if bodies != 2 {
		t.Errorf("the server saw %d bodies for two calls", bodies)
	}
}

// Fault 34: an answer before the end of the body is used at once, and the rest is not sent.
// With Expect: 100-continue nothing is sent.
func TestEarlyAnswer(t *testing.T) {
	const size = 200 << 20
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		for _, take := range []int64{0, 3 << 20} {
			t.Run(fmt.Sprintf("HTTP %s after %d bytes", version, take), func(t *testing.T) {
				ca := coretest.NewCA(t, "CA")
				s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.CopyN(io.Discard, r.Body, take)
					w.WriteHeader(http.StatusRequestEntityTooLarge)
					_, _ = io.WriteString(w, `{"error":{"code":"FILE_TOO_LARGE","message":"at most 1 MiB"}}`)
				}))
				c := newTestClient(t, s.URL, ca, func(cfg *Config) { cfg.HTTPVersion = version })
				p := &progress{}
				_, err := c.Upload(coretest.Limited(t), sparse(t, size), p)
				e := coretest.WantError(t, err, core.KindServer, core.CodeTooLarge, core.OutcomeAnswered)
				if e.Status != 413 || e.ServerCode != "FILE_TOO_LARGE" || e.ServerText != "at most 1 MiB" {
					t.Errorf("%+v", e)
				}
				if got := p.last(); (take == 0 && got != 0) || got > size/2 {
					t.Errorf("%d bytes were sent", got)
				}
			})
		}
	}
}

// Fault 34: success for half a file doesn't count.
func TestEarlyYesIsNotStored(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, receiptJSON(2, "a", 200<<20, strings.Repeat("0", 64)))
	}))
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		c := newTestClient(t, s.URL, ca, func(cfg *Config) { cfg.HTTPVersion = version })
		_, err := c.Upload(coretest.Limited(t), sparse(t, 200<<20), &progress{})
		e := coretest.WantError(t, err, core.KindServer, core.CodeAnswerInvalid, core.OutcomeCutOff)
		if e.Status != http.StatusCreated {
			t.Errorf("status %d", e.Status)
		}
	}
}

func TestBodyNeedsNoReplay(t *testing.T) {
	c := newTestClient(t, "https://127.0.0.1:1", coretest.NewCA(t, "CA"), nil)
	a := &attempt{client: c, ctx: t.Context(), body: &body{Body: transport.NewBody(t.Context(), 5, nil)}}
	a.watch = transport.NewWatchdog(func(error) {})
	req, err := a.request(core.Token{})
	if err != nil || req.GetBody != nil || req.ContentLength != 5 {
		t.Errorf("%+v, %v", req, err)
	}
}
