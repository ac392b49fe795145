package tus

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"sync"
	"testing"

	"github.com/tus/tusd/v2/pkg/handler"
	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// scissors cuts one connection during the exchange that completes an upload: after some
// bytes of the request or of the answer.
type scissors struct {
	mu            sync.Mutex
	request       int // bytes that may be written from PATCH on, -1 for all
	answer        int // bytes that may be read after that, -1 for all
	armed         bool
	wrote, readen int // since then
}

// noCut returns scissors that only count.
func noCut() *scissors { return &scissors{request: -1, answer: -1} }

func (s *scissors) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &snipped{conn.(*net.TCPConn), s}, nil
}

// snipped is a connection under scissors.
type snipped struct {
	*net.TCPConn
	by *scissors
}

// Write implements net.Conn.
func (c *snipped) Write(p []byte) (int, error) {
	s := c.by
	s.mu.Lock()
	s.armed = s.armed || bytes.HasPrefix(p, []byte("PATCH "))
	room := len(p)
	cut := s.armed && s.request >= 0 && s.wrote+len(p) > s.request
	if cut {
		room = s.request - s.wrote
		s.request, s.armed = -1, false // only once
	}
	if s.armed || cut {
		s.wrote += room
	}
	s.mu.Unlock()
	n, err := c.TCPConn.Write(p[:room])
	if cut {
		_ = c.Close()
		return n, net.ErrClosed
	}
	return n, err
}

// Read implements net.Conn.
func (c *snipped) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	s := c.by
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.armed {
		return n, err
	}
	if s.answer >= 0 && s.readen+n >= s.answer {
		n, s.armed = s.answer-s.readen, false
		s.readen, s.answer = s.answer, -1
		_ = c.Close()
		return n, net.ErrClosed
	}
	s.readen += n
	return n, err
}

// verdicts is a hook that gives the answers of list one after another, and then accepts.
func verdicts(list ...int) func(handler.FileInfo) int {
	return func(handler.FileInfo) int {
		if len(list) == 0 {
			return 0
		}
		next := list[0]
		list = list[1:]
		return next
	}
}

// plain makes the server answer without TLS, so that connections can be cut at every byte
// of the protocol.
func (s *server) plain(t testing.TB, by *scissors) *Client {
	t.Helper()
	// One request at a time, as tusd has a race if one interrupts another.
	var one sync.Mutex
	open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		defer one.Unlock()
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(open.Close)
	c, err := New(Config{URL: open.URL + "/files/", Tokens: &coretest.Tokens{}, Streams: 1, dial: by.dial})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// fataler is a test of one case or of many random ones.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// persist repeats a transfer, as engine and user do, until it is stored, or refused, or n
// attempts have failed. It checks every result: only a file that the hook accepted is
// stored, and none is accepted twice without the user's decision.
func (s *server) persist(ctx context.Context, t fataler, c *Client, transfer core.Transfer, data []byte, n int) (stored bool, decided int) {
	t.Helper()
	p := &progress{notes: []string{transfer.Resume}}
	for range n {
		r, err := c.Upload(ctx, transfer, p)
		transfer.Resume = p.note()
		s.mu.Lock()
		passed, accepted := 0, s.accepted[r.FileID]
		for _, whole := range s.accepted {
			if whole {
				passed++
			}
		}
		s.mu.Unlock()
		switch e := core.AsError(err); {
		case err == nil && (!accepted || !bytes.Equal(s.file(r.FileID), data)):
			t.Fatalf("reported as stored: %+v; the hook accepted %v", r, s.accepted)
		case err == nil && passed > 1+decided:
			t.Fatalf("the hook accepted %d uploads, the user decided %d times", passed, decided)
		case err == nil:
			return true, decided
		case e.Outcome == core.OutcomeUnknown:
			decided++ // the user sends again
		case e.Code == core.CodeRejected && passed > decided:
			t.Fatalf("%v, but the hook accepted %v", err, s.accepted)
		}
	}
	return false, decided
}

// The connection is cut at every byte of the exchange that completes an upload: a file that
// a hook refuses is never reported as stored, one that it accepts never as refused, and
// none is stored twice unnoticed.
func TestFinishingExchangeIsCut(t *testing.T) {
	transfer, data := newTransfer(t, "a", 50)
	whole := noCut()
	s := newServer(t, nil)
	if stored, _ := s.persist(t.Context(), t, s.plain(t, whole), transfer, data, 1); !stored {
		t.Fatal("not stored")
	}
	for _, tt := range []struct {
		name  string
		judge []int
		step  int
		never bool // stored
	}{
		{"refused", []int{422, 422, 422, 422, 422, 422}, 1, true}, {"dies once", []int{500}, 11, false},
		{"refused once", []int{422}, 11, false}, {"accepted", nil, 7, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := 0
			cut := func(by *scissors, what string, n int) {
				s := newServer(t, func(s *server) { s.judge = verdicts(tt.judge...) })
				stored, decided := s.persist(t.Context(), t, s.plain(t, by), transfer, data, 4)
				if stored == tt.never {
					t.Errorf("cut after %d bytes of the %s: stored %v", n, what, stored)
				}
				if decided > 1 {
					t.Errorf("cut after %d bytes of the %s: the user decided %d times", n, what, decided)
				}
				asked += decided
				s.CloseClientConnections()
				s.Close()
			}
			for n := 0; n <= whole.wrote; n += tt.step {
				by := noCut()
				by.request = n
				cut(by, "request", n)
			}
			for n := 0; n < whole.readen; n += tt.step {
				by := noCut()
				by.answer = n
				cut(by, "answer", n)
			}
			if asked == 0 {
				t.Error("no cut lost an answer, so the test shows nothing")
			}
		})
	}
}

// Hooks accept, refuse and crash at random, connections break at random, and files have
// several sizes and are sent in parts or not: every result is true.
func TestHooksAtRandom(t *testing.T) {
	type file struct {
		transfer core.Transfer
		data     []byte
	}
	var files []file
	for _, size := range []int{0, 1, 5000, 1<<20 + 7, 3 << 20} {
		transfer, data := newTransfer(t, "a", size)
		files = append(files, file{transfer, data})
	}
	words := 0
	rapid.Check(t, func(rt *rapid.T) {
		f := rapid.SampledFrom(files).Draw(rt, "file")
		judge := rapid.SliceOfN(rapid.SampledFrom([]int{0, 400, 401, 403, 404, 409, 422, 423, 429, 500, 502, 503, 504, 507}), 0, 6).Draw(rt, "verdicts")
		by := noCut()
		by.request = rapid.IntRange(-1, len(f.data)+700).Draw(rt, "request")
		by.answer = rapid.IntRange(-1, 400).Draw(rt, "answer")
		lose := rapid.SliceOfN(rapid.Bool(), 12, 12).Draw(rt, "lost answers")
		s := newServer(t, func(s *server) { s.judge = verdicts(judge...) })
		s.set(s.loses(lose))
		c := s.plain(t, by)
		if rapid.Bool().Draw(rt, "parts") {
			c.cfg.Parts, c.cfg.partsFrom = 3, 1<<20
		}
		c.cfg.pause = 1
		_, decided := s.persist(t.Context(), rt, c, f.transfer, f.data, 8)
		words += decided
		s.CloseClientConnections()
		s.Close()
	})
	t.Log(fmt.Sprint("decisions of the user: ", words))
}

// If the last bytes were never sent, nothing was completed: if the upload is gone then, a
// new one begins.
func TestLastBytesNeverLeft(t *testing.T) {
	transfer, data := newTransfer(t, "a", 50)
	s, by, p := newServer(t, nil), noCut(), &progress{}
	by.request = 100
	c := s.plain(t, by)
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	if e := core.AsError(err); e == nil || e.Outcome == core.OutcomeUnknown || e.Outcome == core.OutcomeAnswered {
		t.Fatalf("got %v", err)
	}
	for _, upload := range s.uploads(t) {
		if e := c.remove(coretest.Limited(t), c.base.String()+path.Base(upload)); e != nil {
			t.Fatal(e)
		}
	}
	transfer.Resume = p.note()
	if stored, decided := s.persist(t.Context(), t, c, transfer, data, 1); !stored || decided > 0 {
		t.Errorf("stored %v, the user decided %d times", stored, decided)
	}
}
