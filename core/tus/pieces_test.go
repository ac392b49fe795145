package tus

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// takes is a gateway that answers 413 to bodies over a limit without reading them, ends the
// connection, and counts these refusals.
func takes(limit int64, refused *atomic.Int64) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.ContentLength <= limit {
			return false
		}
		refused.Add(1)
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, "<html><center><h1>413 Request Entity Too Large</h1></center><hr><center>nginx</center></html>")
		return true
	}
}

// A gateway before the server takes small bodies only: pieces that fit go through, and the
// size that fits is learned once for the server.
func TestSmallerPieces(t *testing.T) {
	file, data := newTransfer(t, "a", 5<<20+3)
	for name, change := range map[string]func(*Config){
		"one upload": nil, "checksums": func(cfg *Config) { cfg.Checksums = true }, "parts": inParts(2),
		"HTTP/2": func(cfg *Config) { cfg.HTTPVersion = core.HTTP2 },
	} {
		for _, limit := range []int64{4 << 20, 1 << 20, 100_000} {
			t.Run(name, func(t *testing.T) {
				s := newServer(t, func(s *server) { s.checked = name == "checksums" })
				c := s.newClient(t, change)
				var refused atomic.Int64
				s.set(takes(limit, &refused))
				r, err := c.Upload(coretest.Limited(t), file, &progress{})
				wantReceipt(t, r, err, data)
				s.only(t, data)
				learnt := refused.Load()
				other := file
				other.ID = "another"
				r, err = c.Upload(coretest.Limited(t), other, &progress{})
				wantReceipt(t, r, err, data)
				if learnt == 0 || refused.Load() != learnt {
					t.Errorf("%d requests were refused of the first file, %d of the second", learnt, refused.Load()-learnt)
				}
			})
		}
	}
}

// If even the smallest pieces are refused, the file is at fault. A hook's 413 about the
// whole file is a refusal of the file.
func TestTooLargeInAnyPiece(t *testing.T) {
	file, data := newTransfer(t, "a", 3<<20)
	s := newServer(t, nil)
	c := s.newClient(t, nil)
	var refused atomic.Int64
	s.set(takes(leastTried/2, &refused))
	_, err := c.Upload(coretest.Limited(t), file, &progress{})
	coretest.Want(t, err, core.KindServer, core.CodeTooLarge, core.OutcomeAnswered)
	s.set(nil)
	s.forget()
	r, err := c.Upload(coretest.Limited(t), file, &progress{})
	wantReceipt(t, r, err, data)
	if n, _ := s.count(http.MethodPatch); n != 2 {
		t.Errorf("%d requests: the limit was not forgotten", n)
	}
	for _, words := range []string{"over your quota", "ERR_REFUSED: virus found"} {
		s := newServer(t, nil)
		judged := 0
		s.judge = func(handler.FileInfo) int { judged++; return 0 }
		s.set(after(1, http.MethodPatch, func(w http.ResponseWriter, r *http.Request) bool {
			s.serve(httptest.NewRecorder(), r)
			http.Error(w, words, http.StatusRequestEntityTooLarge)
			return true
		}))
		_, err := s.newClient(t, completeIsStored).Upload(coretest.Limited(t), file, &progress{})
		coretest.Want(t, err, core.KindServer, core.CodeTooLarge, core.OutcomeAnswered)
		if judged != 1 || len(s.uploads(t)) != 0 {
			t.Errorf("%s: judged %d times, %d uploads", words, judged, len(s.uploads(t)))
		}
	}
}

// A gateway that passes on requests only after reading them to the end (nginx) makes the
// token of a long request expire. Smaller requests, each with its own token, go through. In
// this test the clock advances with the bytes that have arrived.
func TestPiecesWithinTheLifeOfAToken(t *testing.T) {
	file, data := newTransfer(t, "a", 5<<20+3)
	const life, perSecond = time.Minute, 50 << 10
	for name, change := range map[string]func(*Config){"one upload": nil, "parts": inParts(2)} {
		t.Run(name, func(t *testing.T) {
			var passed, late atomic.Int64
			begun := time.Now()
			now := func() time.Time { return begun.Add(time.Duration(passed.Load()) * time.Second / perSecond) }
			s := newServer(t, nil)
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPatch {
					return false
				}
				expiry := now().Add(life) // each request has a token of its own
				body, _ := io.ReadAll(r.Body)
				passed.Add(int64(len(body)))
				if now().After(expiry) {
					late.Add(1)
					w.WriteHeader(http.StatusUnauthorized)
					return true
				}
				r.Body = io.NopCloser(bytes.NewReader(body))
				return false
			})
			c := s.newClient(t, func(cfg *Config) {
				if change != nil {
					change(cfg)
				}
				cfg.Now, cfg.Tokens = now, timed{now, life}
			})
			r, err := c.Upload(coretest.Limited(t), file, &progress{})
			if change != nil && core.CodeOf(err) == core.CodeTokenExpired { // the other part, which is sent at the same time
				r, err = c.Upload(coretest.Limited(t), file, &progress{})
			}
			wantReceipt(t, r, err, data)
			s.only(t, data)
			if late.Load() == 0 || late.Load() > 4 {
				t.Errorf("%d requests outlasted their tokens", late.Load())
			}
		})
	}
}

// timed is a token source whose tokens say when they expire.
type timed struct {
	now  func() time.Time
	life time.Duration
}

func (s timed) Token(context.Context) (core.Token, error) {
	return core.Token{Value: core.NewSecret("the-token"), Expiry: s.now().Add(s.life), Life: s.life}, nil
}
func (s timed) TokenFor(ctx context.Context, _ time.Duration) (core.Token, error) {
	return s.Token(ctx)
}
func (timed) Invalidate(core.Token) {}
