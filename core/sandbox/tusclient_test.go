package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// tus is a client of one server.
type tus struct {
	*running
	token string
}

func (r *running) tusClient(t testing.TB) *tus { return &tus{running: r, token: r.signIn(t)} }

// call sends one request. In headers, names and values alternate.
func (c *tus) call(t testing.TB, method, url string, body []byte, headers ...string) answer {
	t.Helper()
	return c.do(t, c.ask(t, method, url, body, headers...))
}

func (c *tus) ask(t testing.TB, method, url string, body []byte, headers ...string) *http.Request {
	t.Helper()
	if strings.HasPrefix(url, "/") {
		url = c.URL() + url
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.GetBody = nil
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return req
}

// meta writes an Upload-Metadata. In fields, names and values alternate.
func meta(fields ...string) string {
	var elements []string
	for i := 0; i < len(fields); i += 2 {
		elements = append(elements, fields[i]+" "+base64.StdEncoding.EncodeToString([]byte(fields[i+1])))
	}
	return strings.Join(elements, ",")
}

// begin creates an upload and returns its URL.
func (c *tus) begin(t testing.TB, size int, headers ...string) string {
	t.Helper()
	headers = append([]string{"Upload-Length", strconv.Itoa(size), "Upload-Metadata", meta("filename", "a")}, headers...)
	got := c.call(t, http.MethodPost, tusPath, nil, headers...)
	if got.status != http.StatusCreated || got.header.Get("Location") == "" {
		t.Fatalf("creation answered %d %s", got.status, got.body)
	}
	return got.header.Get("Location")
}

func (c *tus) patch(t testing.TB, url string, offset int, body []byte, headers ...string) answer {
	t.Helper()
	headers = append([]string{"Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream"}, headers...)
	return c.call(t, http.MethodPatch, url, body, headers...)
}

// offset asks for the upload's offset.
func (c *tus) offset(t testing.TB, url string) int {
	t.Helper()
	got := c.call(t, http.MethodHead, url, nil)
	n, err := strconv.Atoi(got.header.Get("Upload-Offset"))
	if got.status != http.StatusOK || err != nil {
		t.Fatalf("HEAD answered %d, offset %q", got.status, got.header.Get("Upload-Offset"))
	}
	return n
}

func piece(body []byte) []string {
	sum := sha256.Sum256(body)
	return []string{"Upload-Checksum", "sha256 " + base64.StdEncoding.EncodeToString(sum[:])}
}

func digest(content []byte) []string { return []string{"Repr-Digest", reprDigest(sumOf(content))} }

// unfinished are the names in tus/.
func (c *tus) unfinished(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(c.cfg.Dir, "tus"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// checkStored checks the one stored file and what the upload's URL answers.
func (c *tus) checkStored(t testing.TB, url string, content []byte) File {
	t.Helper()
	files := c.list(t)
	if len(files) != 1 {
		t.Fatalf("%d files are stored", len(files))
	}
	f := files[0]
	if data, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(data, content) || f.SHA256 != sumOf(content) || f.Size != int64(len(content)) {
		t.Errorf("stored is %+v (%v)", f, err)
	}
	if rest := append(c.unfinished(t), leftovers(t, c.cfg.Dir, files)...); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
	got := c.call(t, http.MethodHead, url, nil)
	want := map[string]string{"Upload-Offset": strconv.Itoa(len(content)), "Upload-Length": strconv.Itoa(len(content)),
		"Repr-Digest": reprDigest(f.SHA256), "Content-Location": "/api/v1/files/" + f.ID, "Etag": `"` + string(f.SHA256) + `"`,
		"Upload-Expires": f.ExpiresAt.Format(http.TimeFormat), "Last-Modified": f.UploadedAt.Format(http.TimeFormat)}
	for name, value := range want {
		if got.status != http.StatusOK || got.header.Get(name) != value {
			t.Errorf("HEAD answered %d, %s: %q, want %q", got.status, name, got.header.Get(name), value)
		}
	}
	return f
}
