package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// tokenKey signs the tokens of all tests. It is created once, because RSA is slow.
var tokenKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, tokenKeyBits) })

// running is a sandbox that serves, and a client of it.
type running struct {
	*Server
	client *http.Client
	stop   func() // ends the context of Serve and waits; calling it again does nothing
}

// folder makes a sandbox folder with the token key of all tests.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	key, err := tokenKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := writeKey(filepath.Join(dir, "token.key"), key); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start serves in dir until the test ends. The client speaks HTTP/2.
func start(t testing.TB, dir string, change func(*Config)) *running {
	t.Helper()
	cfg := Config{Dir: dir}
	if change != nil {
		change(&cfg)
	}
	srv, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ctx) }()
	r := &running{Server: srv, client: newClient(t, srv.Profile(), true)}
	r.stop = sync.OnceFunc(func() {
		r.client.CloseIdleConnections() // HTTP/2 takes a second to close them
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

// newClient returns a client for the profile.
func newClient(t testing.TB, p core.Profile, http2 bool) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(p.TLS.CACertFile)
	if err != nil {
		t.Fatal(err)
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		t.Fatal("ca.pem holds no certificate")
	}
	if p.TLS.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(p.TLS.CertFile, p.TLS.KeyFile)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	transport := &http.Transport{TLSClientConfig: cfg, ForceAttemptHTTP2: http2, ExpectContinueTimeout: time.Minute}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// http1 makes the client speak HTTP/1.1.
func (r *running) http1(t testing.TB) *running {
	r.client = newClient(t, r.Profile(), false)
	return r
}

// answer is the answer to a request.
type answer struct {
	status int
	header http.Header
	proto  string
	body   []byte
}

// fields decodes the JSON of the answer.
func (a answer) fields(t testing.TB) map[string]any {
	t.Helper()
	got := map[string]any{}
	if err := json.Unmarshal(a.body, &got); err != nil {
		t.Fatalf("the answer %d %q is no JSON object: %v", a.status, a.body, err)
	}
	return got
}

func (r *running) do(t testing.TB, req *http.Request) answer {
	t.Helper()
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return answer{status: resp.StatusCode, header: resp.Header, proto: resp.Proto, body: body}
}

// signIn gets a token with the JSON grant.
func (r *running) signIn(t testing.TB) string {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"client_id": r.Profile().Auth.ClientID, "client_secret": r.ClientSecret().Reveal()})
	req, err := http.NewRequest(http.MethodPost, r.AdminURL()+"/api/v1/auth/token", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	got := r.do(t, req)
	token, _ := got.fields(t)["access_token"].(string)
	if got.status != http.StatusOK || !strings.HasPrefix(token, "eyJ") {
		t.Fatalf("sign-in answered %d %s", got.status, got.body)
	}
	return token
}

// form is an upload.
type form struct {
	name    string
	content []byte
	before  [][2]string // fields before the file
	after   [][2]string // and after it
	key     string
	token   string // "" signs in
}

// encode writes the form.
func (f form) encode(t testing.TB) (body []byte, contentType string) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	write := func(fields [][2]string) {
		for _, field := range fields {
			if err := w.WriteField(field[0], field[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(f.before)
	if f.name != "" {
		part, err := w.CreateFormFile("file", f.name)
		if err == nil {
			_, err = part.Write(f.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write(f.after)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), w.FormDataContentType()
}

func (r *running) request(t testing.TB, f form) *http.Request {
	t.Helper()
	body, contentType := f.encode(t)
	req, err := http.NewRequest(http.MethodPost, r.URL()+"/api/v1/files/upload", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if f.token == "" {
		f.token = r.signIn(t)
	}
	req.GetBody = nil
	req.Header.Set("Authorization", "Bearer "+f.token)
	req.Header.Set("Content-Type", contentType)
	if f.key != "" {
		req.Header.Set("Idempotency-Key", f.key)
	}
	return req
}

func (r *running) send(t testing.TB, f form) answer {
	t.Helper()
	return r.do(t, r.request(t, f))
}

// list returns the stored files.
func (r *running) list(t testing.TB) []File {
	t.Helper()
	files, err := r.Files(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// leftovers are the names in files/ that belong to no stored file.
func leftovers(t testing.TB, dir string, files []File) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range files {
		known[f.ID], known[f.ID+descriptionSuffix] = true, true
	}
	var rest []string
	for _, e := range entries {
		if !known[e.Name()] {
			rest = append(rest, e.Name())
		}
	}
	return rest
}

func sumOf(data []byte) core.Checksum {
	sum := sha256.Sum256(data)
	return core.NewChecksum(sum[:])
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.Read(data)
	return data
}
