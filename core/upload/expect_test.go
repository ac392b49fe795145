package upload

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// Front servers refuse Expect: 100-continue with 417, or never answer it. Each file is stored
// once, and the server is asked, or waited for, once for all files, over both versions. Time
// is virtual.
func TestExpectIsLearnedOncePerServer(t *testing.T) {
	s := newSweep(t)
	const files = 4
	transfer, sum := newTransfer(t, "a.bin", 3<<20)
	for _, refuses := range []bool{true, false} {
		for _, version := range []string{core.HTTP11, core.HTTP2} {
			t.Run(fmt.Sprintf("refuses %t, HTTP %s", refuses, version), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := newNetwork(version, cut{at: -1})
					var asked atomic.Int64
					g := &ingester{generation: 2}
					var stop func()
					if version == core.HTTP2 {
						_, stop = n.speak(s.server, func(h *h2) { h.front(g, refuses, &asked) })
					} else {
						stop = n.serve(s.server, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { front(w, r, g, refuses, &asked) }))
					}
					c, err := New(Config{BaseURL: "https://127.0.0.1:1", Tokens: &coretest.Tokens{}, Streams: 1, HTTPVersion: version, dial: n.dial, TLS: s.client})
					if err != nil {
						t.Fatal(err)
					}
					began := time.Now()
					for range files {
						if r, err := c.Upload(t.Context(), transfer, &progress{}); err != nil || string(r.SHA256) != sum {
							t.Errorf("%+v, %v", r, err)
						}
					}
					took := time.Since(began)
					_ = c.Close()
					stop()
					if asked.Load() != 1 {
						t.Errorf("asked with Expect %d times", asked.Load())
					}
					if refuses && took > time.Second || !refuses && (took < 5*time.Second || took > 6*time.Second) {
						t.Errorf("%d files took %v", files, took)
					}
					g.mu.Lock()
					defer g.mu.Unlock()
					if len(g.files) != files {
						t.Errorf("%d files are stored", len(g.files))
					}
					for _, f := range g.files {
						if f.sum != sum {
							t.Errorf("stored %+v", f)
						}
					}
				})
			})
		}
	}
}

// front is a front server over HTTP/1.1 that refuses Expect, or keeps net/http from answering
// it by reading the body only when all of it is there.
func front(w http.ResponseWriter, r *http.Request, g *ingester, refuses bool, asked *atomic.Int64) {
	if r.Header.Get("Expect") != "" {
		asked.Add(1)
		if refuses {
			w.WriteHeader(http.StatusExpectationFailed)
			return
		}
		<-time.After(continuePatience)
	}
	g.ServeHTTP(w, r)
}

// continuePatience is longer than the client waits for 100 Continue.
const continuePatience = 5*time.Second + 100*time.Millisecond

// front is the same over HTTP/2, where 100 Continue is sent only if it is written.
func (h *h2) front(g *ingester, refuses bool, asked *atomic.Int64) {
	_ = h.WriteSettings()
	_ = h.WriteWindowUpdate(0, 1<<30)
	for {
		var stream uint32
		asks := false
		if !h.next(func(frame http2.Frame) bool {
			meta, is := frame.(*http2.MetaHeadersFrame)
			if is {
				stream = meta.StreamID
				for _, field := range meta.Fields {
					switch field.Name {
					case "content-type":
						h.form = field.Value
					case "expect":
						asks = true
					}
				}
			}
			return is
		}) {
			return
		}
		if asks {
			asked.Add(1)
			if refuses {
				h.head(stream, http.StatusExpectationFailed, true)
				continue
			}
		}
		_ = h.WriteWindowUpdate(stream, 1<<30)
		if !h.take(-1) {
			return
		}
		got := stored{fields: map[string]string{}}
		r := &http.Request{Header: http.Header{"Content-Type": {h.form}}, Body: io.NopCloser(&h.got)}
		if got.read(r) != nil {
			return
		}
		g.mu.Lock()
		g.files = append(g.files, got)
		g.mu.Unlock()
		h.head(stream, http.StatusCreated, false, "content-type", "application/json")
		_ = h.WriteData(stream, true, []byte(receiptJSON(2, got.name, got.size, got.sum)))
	}
}
