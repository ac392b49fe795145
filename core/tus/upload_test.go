package tus

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// I3: files of all sizes arrive complete, both at plain tusd, from which they are read
// back, and at a server that returns digests.
func TestUploadIsStoredAndVerified(t *testing.T) {
	for _, checked := range []bool{false, true} {
		s := newServer(t, func(s *server) { s.checked = checked })
		for _, version := range []string{core.HTTPAuto, core.HTTP2} {
			c := s.newClient(t, func(cfg *Config) { cfg.HTTPVersion = version })
			for _, size := range []int{0, 1, 64 << 10, lastBytes, lastBytes + 1, 3*lastBytes + 5} {
				t.Run(fmt.Sprintf("digests %v, HTTP %s, %d bytes", checked, version, size), func(t *testing.T) {
					transfer, data := newTransfer(t, "dir/ä.txt", size)
					p := &progress{}
					s.forget()
					r, err := c.Upload(coretest.Limited(t), transfer, p)
					wantReceipt(t, r, err, data)
					if got := s.file(r.FileID); !checked && !bytes.Equal(got, data) {
						t.Errorf("the server has %d bytes", len(got))
					}
					if reads, _ := s.count(http.MethodGet); (reads == 1) == checked {
						t.Errorf("the file was read back %d times", reads)
					}
					if p.sent[0] != 0 || p.sent[len(p.sent)-1] != int64(size) || !slices.IsSorted(p.sent) || (p.finished == 1) != (size > core.FinishThreshold) {
						t.Errorf("progress %v, finished %d", p.sent, p.finished)
					}
					if n := parseNote(p.note(), c.base); !n.Last || !n.of(transfer.Source) || n.URL == "" {
						t.Errorf("note %s", p.note())
					}
				})
			}
		}
	}
}

// The content of the requests, and what the receipt takes from the answers.
func TestUploadSaysWhatTheUserSays(t *testing.T) {
	s := newServer(t, func(s *server) { s.checked = true })
	transfer, data := newTransfer(t, "dir/a.txt", 2<<20)
	r, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
	wantReceipt(t, r, err, data)
	if r.FileID != "0b5a7c52-9a3f-4b3e-8e0e-2f8f1d9c7a11" || r.Name != "dir/a.txt" || r.Details["etag"] != `"7"` ||
		!r.ExpiresAt.Equal(time.Date(2026, 12, 25, 10, 0, 0, 0, time.UTC)) || !r.UploadedAt.Equal(time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", r)
	}
	post := s.last(t, http.MethodPost)
	said := map[string]string{}
	for pair := range strings.SplitSeq(post.header.Get("Upload-Metadata"), ",") {
		name, value, _ := strings.Cut(pair, " ")
		text, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			t.Error(err)
		}
		said[name] = string(text)
	}
	want := map[string]string{"filename": "a.txt", "filetype": "text/plain; charset=utf-8", "description": "eins\r\nzwei",
		"retention_policy": "temporary", "ttl_days": "30", "tags": `["é"]`}
	if fmt.Sprint(said) != fmt.Sprint(want) {
		t.Errorf("metadata %q", said)
	}
	if post.header.Get("Idempotency-Key") != string(transfer.ID) || post.header.Get("Upload-Length") != "2097152" || post.header.Get("User-Agent") != "test" {
		t.Errorf("%v", post.header)
	}
	last := s.last(t, http.MethodPatch)
	if last.body != lastBytes || last.header.Get("Repr-Digest") != reprDigest(r.SHA256) || last.header.Get("Upload-Checksum") == "" {
		t.Errorf("the last request has %d bytes, %v", last.body, last.header)
	}
}

// Large files arrive unchanged: in pieces with checksums, in one request, and in parts.
func TestLargeFiles(t *testing.T) {
	for _, tt := range []struct {
		size           int
		checked        bool
		parts, patches int
	}{{200<<20 + 11, false, 1, 2}, {80<<20 + 1, true, 1, 3}, {64 << 20, false, 8, 8}} {
		transfer, data := newTransfer(t, "a", tt.size)
		s := newServer(t, func(s *server) { s.checked = tt.checked })
		c, p := s.newClient(t, func(cfg *Config) { cfg.Parts = tt.parts }), &progress{}
		r, err := c.Upload(coretest.Limited(t), transfer, p)
		wantReceipt(t, r, err, data)
		if n, sent := s.count(http.MethodPatch); n != tt.patches || sent != transfer.Source.Size {
			t.Errorf("%+v: %d PATCH, %d bytes", tt, n, sent)
		}
		s.only(t, data)
	}
}

// If the server checks the checksums of pieces, a piece that is cut off is lost, and the
// next attempt resumes after the last complete one.
func TestCheckedPiecesAreCut(t *testing.T) {
	const size = 6<<20 + 5
	transfer, data := newTransfer(t, "a", size)
	s := newServer(t, func(s *server) { s.checked = true })
	c, p := s.newClient(t, func(cfg *Config) { cfg.piece = 1 << 20 }), &progress{}
	s.set(after(3, http.MethodPatch, s.cutAfter(1<<19)))
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
	again, q := transfer, &progress{}
	again.Resume = p.note()
	s.forget()
	r, err := c.Upload(coretest.Limited(t), again, q)
	wantReceipt(t, r, err, data)
	s.only(t, data)
	if _, sent := s.count(http.MethodPatch); sent != size-3<<20 || q.resumed != 3<<20 {
		t.Errorf("%d bytes were sent, resumed at %d", sent, q.resumed)
	}
}

// If the server is near, nothing is hashed twice: the last request carries the hash of the
// whole file.
func TestNearServerNeedsNoChecksums(t *testing.T) {
	for _, asked := range []bool{false, true} {
		s := newServer(t, func(s *server) { s.checked = true })
		c := s.newClient(t, func(cfg *Config) { cfg.piece, cfg.Checksums, cfg.longRoundTrip = 1<<20, asked, time.Hour }) // independent of how busy this machine is
		transfer, data := newTransfer(t, "a", 3<<20+5)
		r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		wantReceipt(t, r, err, data)
		with := 0
		s.mu.Lock()
		for _, q := range s.requests {
			if q.header.Get("Upload-Checksum") != "" {
				with++
			}
		}
		s.mu.Unlock()
		if pieces, _ := s.count(http.MethodPatch); asked && with != pieces || !asked && (with != 0 || pieces != 2) {
			t.Errorf("asked for %v: %d of %d pieces carry a checksum", asked, with, pieces)
		}
	}
}

// The bandwidth limit holds for resumable uploads too.
func TestLimiterHoldsTheRate(t *testing.T) {
	s := newServer(t, nil)
	const size, perSecond = 300 << 10, 1 << 20
	c := s.newClient(t, func(cfg *Config) { cfg.Limiter = rate.NewLimiter(perSecond, 32<<10) })
	transfer, data := newTransfer(t, "a", size)
	began := time.Now()
	r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	wantReceipt(t, r, err, data)
	if took, least := time.Since(began), time.Second*(size-32<<10)/perSecond; took < least*9/10 {
		t.Errorf("took %v, want at least %v", took, least)
	}
}

// stuck is a limiter that lets nothing through.
type stuck struct{}

func (stuck) Burst() int { return 1 << 20 }

func (stuck) WaitN(ctx context.Context, _ int) error {
	<-ctx.Done()
	return ctx.Err()
}

// If a server answers before anything of the body was sent, the answer is used at once.
func TestAnswerBeforeTheBody(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 1000)
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		s := newServer(t, nil)
		s.set(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPatch {
				if r.ProtoMajor == 1 { // otherwise net/http reads the body before it answers
					w.Header().Set("Connection", "close")
				}
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, "no")
			}
			return r.Method == http.MethodPatch
		})
		c := s.newClient(t, func(cfg *Config) { cfg.HTTPVersion, cfg.Limiter = version, stuck{} })
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		coretest.Want(t, err, core.KindServer, core.CodeForbidden, core.OutcomeAnswered)
		s.CloseClientConnections()
	}
}

// A server that takes no bytes, or never answers, is given up; what it has stays.
func TestWatchdog(t *testing.T) {
	for _, tt := range []struct {
		name  string
		serve func(*http.Request) // reads as much of a PATCH as it wants
		code  core.Code
		took  time.Duration
	}{
		{"takes nothing", func(*http.Request) {}, core.CodeStalled, 2 * time.Minute},
		{"never answers", func(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }, core.CodeTimeout, 5 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			transfer, _ := newTransfer(t, "a", 3<<20)
			synctest.Test(t, func(t *testing.T) {
				c, err := New(Config{URL: "http://127.0.0.1:1/files/", Tokens: &coretest.Tokens{}, dial: pipes(t, tt.serve)})
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				_, err = c.Upload(t.Context(), transfer, &progress{})
				coretest.Want(t, err, core.KindNetwork, tt.code, core.OutcomeCutOff)
				if took := time.Since(began); took < tt.took || took > tt.took+time.Minute {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				_ = c.Close()
			})
		})
	}
}

// pipes dials in-memory connections to a server that offers uploads, creates one, and
// passes every PATCH to serve without ever answering it.
func pipes(t *testing.T, serve func(*http.Request)) wire.Dial {
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		all.Go(func() {
			defer func() { _ = server.Close() }()
			in := bufio.NewReader(server)
			for {
				req, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				switch req.Method {
				case http.MethodOptions:
					_, _ = io.WriteString(server, "HTTP/1.1 204 No Content\r\nTus-Version: 1.0.0\r\nTus-Extension: creation\r\n\r\n")
				case http.MethodPost:
					_, _ = io.WriteString(server, "HTTP/1.1 201 Created\r\nLocation: /files/1\r\nContent-Length: 0\r\n\r\n")
				default:
					serve(req)
					<-time.After(time.Hour)
					return
				}
			}
		})
		return client, nil
	}
}
