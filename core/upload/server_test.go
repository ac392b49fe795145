package upload

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// stored is a file as the test server got it.
type stored struct {
	name, mediaType, sum, key, proto string
	size                             int64
	fields                           map[string]string
	expect                           bool
}

// ingester is a real server that takes uploads like one generation of ArtStore.
type ingester struct {
	*httptest.Server
	ca         *coretest.CA
	generation int

	mu     sync.Mutex
	files  []stored
	bodies int // requests whose body began
}

type serverOption func(*httptest.Server)

func withoutHTTP2(s *httptest.Server) { s.EnableHTTP2 = false }

// newIngester starts a server over TLS 1.3 that demands a client certificate.
func newIngester(t testing.TB, generation int, options ...serverOption) *ingester {
	t.Helper()
	g := &ingester{ca: coretest.NewCA(t, "Test CA"), generation: generation}
	g.Server = startTLS(t, g.ca, g, options...)
	return g
}

// startTLS serves handler over mutual TLS 1.3, with HTTP/2 unless an option
// turns it off.
func startTLS(t testing.TB, ca *coretest.CA, handler http.Handler, options ...serverOption) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.TLS = ca.ServerConfig(t)
	s.TLS.MinVersion = tls.VersionTLS13
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	for _, option := range options {
		option(s)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP implements http.Handler.
func (g *ingester) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/health/ready":
		_, _ = fmt.Fprint(w, `{"status":"ok","checks":{"storage":"ok","queue":3},"idempotency_key":true,"max_file_size":99}`)
	case "/api/v1/files/upload":
		g.take(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (g *ingester) take(w http.ResponseWriter, r *http.Request) {
	got := stored{key: r.Header.Get("Idempotency-Key"), proto: r.Proto, fields: map[string]string{}, expect: r.Header.Get("Expect") != ""}
	if r.ContentLength < 0 || len(r.TransferEncoding) > 0 || r.Header.Get("Authorization") != "Bearer the-token" {
		http.Error(w, "no length or no token", http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	g.bodies++
	g.mu.Unlock()
	if err := got.read(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	g.files = append(g.files, got)
	g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, receiptJSON(g.generation, got.name, got.size, got.sum))
}

// read reads the form strictly: with the disposition of RFC 7578, and the file last.
func (s *stored) read(r *http.Request) error {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	form := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if part.FormName() != "file" {
			value, err := io.ReadAll(part)
			if err != nil {
				return err
			}
			s.fields[part.FormName()] = string(value)
			continue
		}
		_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if err != nil {
			return err
		}
		s.name, s.mediaType = disposition["filename"], part.Header.Get("Content-Type")
		hash := sha256.New()
		if s.size, err = io.Copy(hash, part); err != nil {
			return err
		}
		s.sum = hex.EncodeToString(hash.Sum(nil))
	}
}

func receiptJSON(generation int, name string, size int64, sum string) string {
	fields := map[string]any{"file_id": "0b5a7c52-9a3f-4b3e-8e0e-2f8f1d9c7a11", "original_filename": name, "uploaded_at": "2026-03-04T05:06:07Z"}
	if generation == 1 {
		fields["file_size"], fields["checksum"] = size, "sha256:"+strings.ToUpper(sum)
		fields["ttl_expires_at"], fields["storage_element_id"], fields["compressed"] = "2026-04-03T05:06:07.5", "se-01", false
	} else {
		fields["size"], fields["checksum"] = size, sum
		fields["expires_at"], fields["status"], fields["tags"] = "2026-04-03T05:06:07.5Z", "stored", []string{"a", "b"}
	}
	data, _ := json.Marshal(fields)
	return string(data)
}

// only returns the one file that the server has.
func (g *ingester) only(t *testing.T) stored {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.files) != 1 {
		t.Fatalf("the server has %d files, want 1", len(g.files))
	}
	return g.files[0]
}

// progress records what an upload reports.
type progress struct {
	mu       sync.Mutex
	sent     []int64
	finished int
	refuse   error
	onSent   func(int64)
}

func (p *progress) Sent(n int64) {
	p.mu.Lock()
	p.sent = append(p.sent, n)
	hook := p.onSent
	p.mu.Unlock()
	if hook != nil {
		hook(n)
	}
}

func (p *progress) Finishing(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished++
	return p.refuse
}

func (p *progress) Resumable(context.Context, string) error { return nil }
func (p *progress) Resumed(int64)                           {}

func (p *progress) last() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sent) == 0 {
		return -1
	}
	return p.sent[len(p.sent)-1]
}

// newClient returns a client of g with a client certificate.
func (g *ingester) newClient(t testing.TB, change func(*Config)) *Client {
	t.Helper()
	return newTestClient(t, g.URL, g.ca, change)
}

func newTestClient(t testing.TB, url string, ca *coretest.CA, change func(*Config)) *Client {
	t.Helper()
	cfg := Config{BaseURL: url, Tokens: &coretest.Tokens{}, UserAgent: "test", Streams: 4}
	if ca != nil {
		cfg.TLS = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: ca.Pool(), Certificates: []tls.Certificate{ca.Client(t, "tester")}}
	}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// newTransfer writes a file of size random bytes and returns its transfer and
// its SHA-256.
func newTransfer(t testing.TB, name string, size int) (core.Transfer, string) {
	t.Helper()
	data := make([]byte, size)
	_, _ = rand.Read(data)
	return transferOf(t, name, data)
}

func transferOf(t testing.TB, name string, data []byte) (core.Transfer, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return core.Transfer{
		ID:      "6f1d2c3b-0000-4000-8000-000000000001",
		Source:  core.Source{Path: path, Name: name, Size: int64(len(data)), ModTime: info.ModTime()},
		Options: core.Options{Retention: core.RetentionTemporary, TTLDays: 30},
	}, hex.EncodeToString(sum[:])
}

// sparse returns a transfer of a sparse file of size zero bytes.
func sparse(t testing.TB, size int64) core.Transfer {
	t.Helper()
	transfer, _ := transferOf(t, "sparse", nil)
	if err := os.Truncate(transfer.Source.Path, size); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(transfer.Source.Path)
	if err != nil {
		t.Fatal(err)
	}
	transfer.Source.Size, transfer.Source.ModTime = size, info.ModTime()
	return transfer
}

// through makes a client send everything through a proxy. (Tests can't use the environment,
// as net/http reads it only once.)
func through(t testing.TB, proxy string) func(*Config) {
	t.Helper()
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	return func(cfg *Config) { cfg.Proxy = http.ProxyURL(u) }
}
