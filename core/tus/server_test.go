package tus

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"github.com/artstore/ingester/core/coretest"
)

// seen is a request as the server saw it.
type seen struct {
	method, path string
	header       http.Header
	body         int64 // bytes of it that came
}

// server is tusd on disk, behind mutual TLS 1.3. Tests can add or remove abilities.
type server struct {
	*httptest.Server
	ca   *coretest.CA
	dir  string
	tusd http.Handler

	checked bool // has digests and checksums, like ArtStore's own server
	without map[string]bool
	fault   func(http.ResponseWriter, *http.Request) bool // returns true if it has handled the request

	mu       sync.Mutex
	requests []seen
	judge    func(handler.FileInfo) int // tusd's pre-finish hook: 0 accepts, any other value is the status of its refusal
	accepted map[string]bool            // IDs of complete uploads that the hook accepted
}

func newServer(t testing.TB, change func(*server)) *server {
	t.Helper()
	s := &server{ca: coretest.NewCA(t, "CA"), dir: t.TempDir(), without: map[string]bool{}, accepted: map[string]bool{}}
	if change != nil {
		change(s)
	}
	composer := handler.NewStoreComposer()
	filestore.New(s.dir).UseIn(composer)
	memorylocker.New().UseIn(composer)
	h, err := handler.NewHandler(handler.Config{PreFinishResponseCallback: s.preFinish, BasePath: "/files/", StoreComposer: composer, MaxSize: 1 << 30,
		DisableConcatenation: s.without["concatenation"], DisableDownload: s.without["download"], DisableTermination: s.without["termination"],
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), AcquireLockTimeout: 5 * time.Second, GracefulRequestCompletionTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s.tusd = http.StripPrefix("/files/", h)
	s.Server = httptest.NewUnstartedServer(s)
	s.TLS = s.ca.ServerConfig(t)
	s.TLS.MinVersion = tls.VersionTLS13
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// setJudge changes the hook.
func (s *server) setJudge(judge func(handler.FileInfo) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.judge = judge
}

// says is a hook that answers the same for every file, and accepts parts.
func says(status int) func(handler.FileInfo) int {
	return func(info handler.FileInfo) int {
		if info.IsPartial {
			return 0
		}
		return status
	}
}

// preFinish is called when an upload is complete, before the client is answered.
func (s *server) preFinish(hook handler.HookEvent) (handler.HTTPResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := 0
	if s.judge != nil {
		status = s.judge(hook.Upload)
	}
	switch status {
	case 0:
		s.accepted[hook.Upload.ID] = !hook.Upload.IsPartial
		return handler.HTTPResponse{}, nil
	case http.StatusInternalServerError: // as if the hook had crashed
		return handler.HTTPResponse{}, errors.New("pre-finish hook failed: exit status 1")
	}
	return handler.HTTPResponse{}, handler.NewError("ERR_REFUSED", "virus found", status)
}

// counted is a request body whose bytes are counted.
type counted struct {
	io.ReadCloser
	add func(int64)
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.add(int64(n))
	return n, err
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	at := len(s.requests)
	s.requests = append(s.requests, seen{method: r.Method, path: r.URL.Path, header: r.Header.Clone()})
	fault := s.fault
	s.mu.Unlock()
	r.Body = counted{r.Body, func(n int64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests[at].body += n
	}}
	if r.Header.Get("Authorization") != "Bearer the-token" || r.Header.Get("Tus-Resumable") != version {
		http.Error(w, "no token or no version", http.StatusUnauthorized)
		return
	}
	if fault != nil && fault(w, r) {
		return
	}
	s.serve(w, r)
}

// serve serves a request without faults.
func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	if !s.checked {
		s.tusd.ServeHTTP(w, r)
		return
	}
	switch r.Method {
	case http.MethodOptions:
		w.Header().Set("Tus-Version", "0.2.2, 1.0.0")
		w.Header().Set("Tus-Extension", "creation, checksum,termination,concatenation, expiration")
		w.Header().Set("Tus-Checksum-Algorithm", "sha1,sha256")
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPatch:
		s.check(w, r)
	case http.MethodHead:
		if data := s.file(r.URL.Path); data != nil {
			sum := sha256.Sum256(data)
			w.Header().Set("Repr-Digest", "sha-512=:AAAA:, sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
			w.Header().Set("Content-Location", "/api/v1/files/0b5a7c52-9a3f-4b3e-8e0e-2f8f1d9c7a11")
			w.Header().Set("Upload-Expires", "Fri, 25 Dec 2026 10:00:00 GMT")
			w.Header().Set("Last-Modified", "Wed, 25 Nov 2026 10:00:00 GMT")
			w.Header().Set("ETag", `"7"`)
		}
		s.tusd.ServeHTTP(w, r)
	default:
		s.tusd.ServeHTTP(w, r)
	}
}

// check refuses a piece whose checksum doesn't match, and last bytes with which the whole
// file would not match its digest.
func (s *server) check(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return // only a complete piece counts
	}
	sum := sha256.Sum256(data)
	if given := r.Header.Get("Upload-Checksum"); given != "" && given != "sha256 "+base64.StdEncoding.EncodeToString(sum[:]) {
		w.WriteHeader(statusChecksumMismatch)
		return
	}
	if want := r.Header.Get("Repr-Digest"); want != "" {
		before, _ := os.ReadFile(filepath.Join(s.dir, path.Base(r.URL.Path)))
		whole := sha256.Sum256(append(before, data...))
		if want != "sha-256=:"+base64.StdEncoding.EncodeToString(whole[:])+":" {
			w.WriteHeader(statusChecksumMismatch)
			return
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	s.tusd.ServeHTTP(w, r)
}

// file returns an upload's content, nil if there is none.
func (s *server) file(urlPath string) []byte {
	data, err := os.ReadFile(filepath.Join(s.dir, path.Base(urlPath)))
	if err != nil {
		return nil
	}
	return data
}

// set changes the fault.
func (s *server) set(fault func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// count returns how many requests of a method came since the last call of forget, and the
// bytes of their bodies.
func (s *server) count(method string) (n int, body int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if r.method == method {
			n++
			body += r.body
		}
	}
	return n, body
}

// last returns the last request of a method.
func (s *server) last(t *testing.T, method string) seen {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.requests) - 1; i >= 0; i-- {
		if s.requests[i].method == method {
			return s.requests[i]
		}
	}
	t.Fatal("no " + method)
	return seen{}
}

func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// uploads returns the files that the server has, without parts.
func (s *server) uploads(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "*.info"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, info := range found {
		data, err := os.ReadFile(info)
		if err == nil && !strings.Contains(string(data), `"IsPartial":true`) {
			files = append(files, strings.TrimSuffix(info, ".info"))
		}
	}
	return files
}

// only checks that the server has this file and no other.
func (s *server) only(t *testing.T, want []byte) {
	t.Helper()
	files := s.uploads(t)
	if len(files) != 1 {
		t.Fatalf("the server has %d files, want 1", len(files))
	}
	got, err := os.ReadFile(files[0])
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the server has another file: %d bytes, want %d (%v)", len(got), len(want), err)
	}
}
