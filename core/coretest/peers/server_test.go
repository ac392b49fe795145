//go:build bench

package peers

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"net/textproto"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core/coretest"
)

// server takes what the contenders send: the program and curl by the upload call, rclone by WebDAV, all over
// mutual TLS 1.3 with net/http's own windows. It keeps only the ledger.
type server struct {
	url    string
	buffer sync.Pool

	mu     sync.Mutex
	known  map[string]string // SHA-256 by name; if not nil, these hashes are returned instead of computed ones
	ledger map[string][]string
	sizes  map[string]int64
}

// serve starts the server on listener.
func serve(t *testing.T, ca *coretest.CA, listener net.Listener, host string) *server {
	t.Helper()
	s := &server{ledger: map[string][]string{}, sizes: map[string]int64{}}
	s.buffer.New = func() any { b := make([]byte, 256<<10); return &b }
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/auth/token", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"`+token+`","token_type":"Bearer","expires_in":86400}`)
	})
	mux.HandleFunc("GET /health/ready", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"ok","idempotency_key":true}`)
	})
	mux.HandleFunc("POST /api/v1/files/upload", s.upload)
	mux.HandleFunc("PUT /dav/", s.put)
	mux.HandleFunc("/dav/", s.dav)
	clients := x509.NewCertPool()
	clients.AddCert(ca.Cert)
	srv := &http.Server{
		Handler: mux,
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ca.Server(t, host)},
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients,
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.ServeTLS(listener, "", "")
	}()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	s.url = "https://" + net.JoinHostPort(host, port)
	return s
}

const token = "peers-token"

// take reads a body to its end and records it in the ledger.
func (s *server) take(name string, body io.Reader, size int64) (string, error) {
	s.mu.Lock()
	sum, fixed := s.known[name], s.known != nil
	s.mu.Unlock()
	buffer := s.buffer.Get().(*[]byte)
	defer s.buffer.Put(buffer)
	sink := io.Discard
	var to hash.Hash
	if !fixed {
		to = sha256.New()
		sink = to
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{sink}, struct{ io.Reader }{io.LimitReader(body, size)}, *buffer)
	if err != nil || n != size {
		return "", fmt.Errorf("%d of %d bytes: %w", n, size, err)
	}
	if !fixed {
		sum = hex.EncodeToString(to.Sum(nil))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger[name] = append(s.ledger[name], sum)
	s.sizes[name] = size
	return sum, nil
}

// upload is the upload call. The file is the form's last field, as both the program and curl send it, so that its
// length is known and the content need not be searched for boundaries: the server must not limit the result.
func (s *server) upload(w http.ResponseWriter, r *http.Request) {
	name, sum, size, err := s.form(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"file_id": uuid.NewString(), "original_filename": name, "size": size, "checksum": sum, "uploaded_at": "2026-01-01T00:00:00Z",
	})
}

func (s *server) form(r *http.Request) (name, sum string, size int64, err error) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "", "", 0, err
	}
	head := &counted{r: r.Body}
	in := bufio.NewReaderSize(head, 4<<10)
	lines := textproto.NewReader(in)
	for {
		if _, err := lines.ReadLine(); err != nil { // the boundary
			return "", "", 0, err
		}
		header, err := lines.ReadMIMEHeader()
		if err != nil {
			return "", "", 0, err
		}
		_, about, err := mime.ParseMediaType(header.Get("Content-Disposition"))
		if err != nil {
			return "", "", 0, err
		}
		if about["name"] == "file" {
			name = about["filename"]
			break
		}
		if _, err := lines.ReadLine(); err != nil { // the value
			return "", "", 0, err
		}
	}
	tail := int64(len("\r\n--" + params["boundary"] + "--\r\n"))
	size = r.ContentLength - (head.n - int64(in.Buffered())) - tail
	if sum, err = s.take(name, in, size); err != nil {
		return "", "", 0, err
	}
	_, err = io.Copy(io.Discard, in)
	return name, sum, size, err
}

// counted counts the bytes that are read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// put is rclone's upload.
func (s *server) put(w http.ResponseWriter, r *http.Request) {
	if _, err := s.take(path.Base(r.URL.Path), r.Body, r.ContentLength); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// dav is the other part of WebDAV that rclone uses.
func (s *server) dav(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case "PROPFIND":
	case "MKCOL":
		w.WriteHeader(http.StatusCreated)
		return
	default:
		http.Error(w, "", http.StatusMethodNotAllowed)
		return
	}
	s.mu.Lock()
	size, file := s.sizes[path.Base(r.URL.Path)]
	s.mu.Unlock()
	kind := "<D:resourcetype><D:collection/></D:resourcetype>"
	if file {
		kind = fmt.Sprintf("<D:resourcetype/><D:getcontentlength>%d</D:getcontentlength>", size)
	} else if strings.Contains(path.Base(r.URL.Path), ".") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusMultiStatus)
	_, _ = fmt.Fprintf(w, `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>%s</D:href><D:propstat><D:prop>`+
		`<D:getlastmodified>Thu, 01 Jan 2026 00:00:00 GMT</D:getlastmodified>%s</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`,
		r.URL.Path, kind)
}

// forget empties the ledger. known has the hashes to return, nil to compute them.
func (s *server) forget(known map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.ledger)
	clear(s.sizes)
	s.known = known
}

// check compares the ledger with what should have arrived: each file once, complete and undamaged.
func (s *server) check(want corpus) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ledger) != len(want.sums) {
		return fmt.Errorf("%d files arrived, not %d", len(s.ledger), len(want.sums))
	}
	for name, sum := range want.sums {
		if got := s.ledger[name]; len(got) != 1 || got[0] != sum || s.sizes[name] != want.size {
			return fmt.Errorf("%s arrived as %v, %d bytes", name, got, s.sizes[name])
		}
	}
	return nil
}
