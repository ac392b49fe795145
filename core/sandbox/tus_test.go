package sandbox

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

// I1, I2: a file that arrives in pieces, over several connections, is stored like a
// multipart upload, and its URL still answers after a restart.
func TestTusUpload(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, proto string) {
		c, content := r.tusClient(t), randomBytes(300<<10+7)
		got := c.call(t, http.MethodOptions, tusPath, nil)
		for name, want := range map[string]string{"Tus-Version": "1.0.0", "Tus-Resumable": "1.0.0", "Tus-Max-Size": "1048576", "Tus-Checksum-Algorithm": "sha256,sha1",
			"Tus-Promise":   "complete-is-stored, idempotency-key",
			"Tus-Extension": "creation,creation-with-upload,termination,concatenation,checksum,expiration"} {
			if got.status != http.StatusNoContent || got.proto != proto || got.header.Get(name) != want {
				t.Errorf("OPTIONS answered %d, %s: %q", got.status, name, got.header.Get(name))
			}
		}
		url := c.begin(t, len(content), "Idempotency-Key", "key-1", "Upload-Metadata", meta("filename", "Übersicht 1.txt", "filetype", "text/plain",
			"ttl_days", "7", "tags", `["a","ä"]`, "description", "Box 14", "metadata", `{"box":14}`, "unknown", "x", "sha256", string(sumOf(content))))
		one, two := content[:100<<10], content[100<<10:200<<10]
		if got := c.patch(t, url, 0, one, piece(one)...); got.status != http.StatusNoContent || got.header.Get("Upload-Offset") != "102400" || got.header.Get("Upload-Expires") == "" {
			t.Fatalf("the first piece: %d %v %s", got.status, got.header, got.body)
		}
		if got := c.patch(t, url, 100<<10, two, piece(one)...); got.status != 460 || c.offset(t, url) != 100<<10 {
			t.Errorf("a piece that is not what was sent: %d %s", got.status, got.body)
		}
		sum := sha1.Sum(two)
		if got := c.patch(t, url, 100<<10, two, "Upload-Checksum", "sha1 "+base64.StdEncoding.EncodeToString(sum[:])); got.status != http.StatusNoContent {
			t.Errorf("the second piece: %d %s", got.status, got.body)
		}
		if got := c.patch(t, url, 0, one); got.status != http.StatusConflict {
			t.Errorf("a piece at the wrong place: %d", got.status)
		}
		got = c.patch(t, url, 200<<10, content[200<<10:], digest(content)...)
		f := c.checkStored(t, url, content)
		if got.status != http.StatusNoContent || got.header.Get("Content-Location") != "/api/v1/files/"+f.ID || got.header.Get("Repr-Digest") != reprDigest(f.SHA256) {
			t.Errorf("the last bytes: %d %v %s", got.status, got.header, got.body)
		}
		want := File{ID: f.ID, Path: f.Path, Name: "Übersicht 1.txt", Size: int64(len(content)), SHA256: sumOf(content),
			ContentType: "text/plain", Retention: core.RetentionTemporary, TTLDays: 7,
			ExpiresAt: f.UploadedAt.AddDate(0, 0, 7), Tags: []string{"a", "ä"}, Description: "Box 14",
			Metadata: json.RawMessage(`{"box":14}`), Key: "key-1", UploadedAt: f.UploadedAt, UploadedBy: r.Profile().Auth.ClientID}
		if diff := cmp.Diff(want, f); diff != "" {
			t.Errorf("the stored file (-want +got):\n%s", diff)
		}
		if got := c.patch(t, url, len(content), nil); got.status != http.StatusNoContent || got.header.Get("Repr-Digest") == "" {
			t.Errorf("the end once more: %d", got.status)
		}
		r.stop()
		r = start(t, r.cfg.Dir, nil)
		c = &tus{running: r, token: c.token}
		c.checkStored(t, url, content)
		if got := c.call(t, http.MethodGet, url, nil); got.status != http.StatusOK || !bytes.Equal(got.body, content) ||
			got.header.Get("Content-Disposition") != "attachment; filename*=utf-8''%C3%9Cbersicht%201.txt" {
			t.Errorf("read back: %d %v, %d bytes", got.status, got.header, len(got.body))
		}
		if got := c.call(t, http.MethodGet, url, nil, "Range", "bytes=5-8"); got.status != http.StatusPartialContent || !bytes.Equal(got.body, content[5:9]) {
			t.Errorf("a range: %d %q", got.status, got.body)
		}
	})
}

// The server refuses a file that differs from what the client has read. It removes the
// last bytes, which may be sent again. So it does after a restart, when it has to read
// the file to hash it.
func TestTusDigestOfTheWholeFile(t *testing.T) {
	content, other := randomBytes(3000), []byte("other")
	for _, restart := range []bool{false, true} {
		for name, headers := range map[string][]string{"Repr-Digest": digest(other), "sha256": {"Repr-Digest", "sha-512=:eA==:"}} {
			t.Run(fmt.Sprintf("%s, restart %v", name, restart), func(t *testing.T) {
				c := start(t, folder(t), nil).tusClient(t)
				fields := []string{"filename", "a"}
				if name == "sha256" {
					fields = append(fields, "sha256", string(sumOf(other)))
				}
				url := c.begin(t, len(content), "Upload-Metadata", meta(fields...))
				c.patch(t, url, 0, content[:2000])
				if restart {
					c.stop()
					c = &tus{running: start(t, c.cfg.Dir, nil), token: c.token}
				}
				got := c.patch(t, url, 2000, content[2000:], headers...)
				if status, words := c.refusalOf(t, got); status != 460 || !strings.Contains(words, string(sumOf(content))) {
					t.Errorf("answered %d %s", got.status, got.body)
				}
				if at := c.offset(t, url); at != 2000 || len(c.list(t)) > 0 {
					t.Errorf("the offset is %d, stored %v", at, c.list(t))
				}
				if name == "sha256" {
					return // it was announced when the upload was created, and does not change
				}
				if got := c.patch(t, url, 2000, content[2000:], digest(content)...); got.status != http.StatusNoContent {
					t.Errorf("the right digest: %d %s", got.status, got.body)
				}
				c.checkStored(t, url, content)
			})
		}
	}
}

// What could not be stored later is refused before any byte is sent.
func TestTusBadCreations(t *testing.T) {
	cases := []struct {
		name    string
		status  int
		words   string
		headers []string
	}{
		{"no name", 422, "no file name", []string{"Upload-Metadata", ""}},
		{"control character", 422, "can't be shown", []string{"Upload-Metadata", meta("filename", "a\u0085b")}},
		{"long name", 422, "255", []string{"Upload-Metadata", meta("filename", strings.Repeat("n", 256))}},
		{"policy", 422, "temporary or permanent", []string{"Upload-Metadata", meta("filename", "a", "retention_policy", "forever")}},
		{"ttl", 422, "1 to 365", []string{"Upload-Metadata", meta("filename", "a", "ttl_days", "366")}},
		{"tags", 422, "array", []string{"Upload-Metadata", meta("filename", "a", "tags", "null")}},
		{"sha256", 422, "SHA-256", []string{"Upload-Metadata", meta("filename", "a", "sha256", "abc")}},
		{"not base64", 400, "not base64", []string{"Upload-Metadata", "filename ä"}},
		{"twice", 400, "more than once", []string{"Upload-Metadata", meta("filename", "a", "filename", "b")}},
		{"key", 422, "255", []string{"Idempotency-Key", strings.Repeat("k", 256)}},
		{"checksum", 400, "must name one of", []string{"Upload-Checksum", "md5 eA=="}},
		{"checksum's sum", 400, "no base64", []string{"Upload-Checksum", "sha256 eA=="}},
		{"digest", 400, "Repr-Digest", []string{"Repr-Digest", "sha-256=eA=="}},
		{"size", 413, "", []string{"Upload-Length", "1048577"}},
		{"no size", 400, "", []string{"Upload-Length", ""}},
		{"size to come", 501, "", []string{"Upload-Length", "", "Upload-Defer-Length", "1"}},
		{"version", 412, "", []string{"Tus-Resumable", "0.2.0"}},
		{"token", 401, "not valid", []string{"Authorization", "Bearer x"}},
		{"final of nothing", 400, "", []string{"Upload-Concat", "final;"}},
		{"final of unknown", 404, "", []string{"Upload-Concat", "final;/files/11111111-2222-4333-8444-555555555555"}},
		{"final of a path", 404, "", []string{"Upload-Concat", "final;/files/../index"}},
	}
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		c := r.tusClient(t)
		for _, k := range cases {
			headers := append([]string{"Upload-Length", "1", "Upload-Metadata", meta("filename", "a")}, k.headers...)
			got := c.call(t, http.MethodPost, tusPath, nil, headers...)
			status := got.status
			if k.words != "" { // as the generation writes it
				var words string
				if status, words = r.refusalOf(t, got); !strings.Contains(words, k.words) {
					t.Errorf("%s: answered %s", k.name, got.body)
				}
			}
			if k.status == 400 && k.words != "" {
				k.status = 422 // refusalOf returns 422 for both
			}
			if status != k.status || got.header.Get("Tus-Resumable") != "1.0.0" {
				t.Errorf("%s: answered %d %s", k.name, status, got.body)
			}
		}
		if rest := c.unfinished(t); len(rest) > 0 {
			t.Errorf("left behind: %v", rest)
		}
	})
}

// Without the right token nobody can read or change an upload, and no ID is used as a
// path.
func TestTusGuards(t *testing.T) {
	r := start(t, folder(t), nil)
	c := r.tusClient(t)
	url := c.begin(t, 3)
	reader, err := r.tokens.issue(identity{subject: "x", role: roleService, scopes: []string{scopeRead}}, "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"OPTIONS", "HEAD", "GET", "PATCH", "DELETE", "POST"} {
		for token, want := range map[string]int{"x": 401, reader: 403} {
			if got := c.call(t, method, url, nil, "Authorization", "Bearer "+token); got.status != want {
				t.Errorf("%s answered %d, want %d", method, got.status, want)
			}
		}
	}
	for _, id := range []string{"x", "..%2findex.jsonl", "%2e%2e%2fcredentials.json", "11111111-2222-4333-8444-555555555555",
		"..%2ffiles%2f11111111-2222-4333-8444-555555555555", "%00"} {
		for _, method := range []string{"HEAD", "GET", "DELETE"} {
			if got := c.call(t, method, tusPath+id, nil); got.status != http.StatusNotFound {
				t.Errorf("%s %s answered %d", method, id, got.status)
			}
		}
	}
	if got := c.call(t, http.MethodPut, url, nil); got.status != http.StatusMethodNotAllowed {
		t.Errorf("PUT answered %d", got.status)
	}
	if at := c.offset(t, url); at != 0 {
		t.Errorf("the offset is %d", at)
	}
}

func TestTusTermination(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	url := c.begin(t, 3)
	c.patch(t, url, 0, []byte("ab"))
	if got := c.call(t, http.MethodDelete, url, nil); got.status != http.StatusNoContent || len(c.unfinished(t)) > 0 {
		t.Errorf("DELETE answered %d, left behind: %v", got.status, c.unfinished(t))
	}
	if got := c.call(t, http.MethodHead, url, nil); got.status != http.StatusNotFound {
		t.Errorf("HEAD afterwards: %d", got.status)
	}
	url = c.begin(t, 3)
	c.patch(t, url, 0, []byte("abc"))
	if got := c.call(t, http.MethodDelete, url, nil); got.status != http.StatusForbidden {
		t.Errorf("DELETE of a stored file: %d", got.status)
	}
	c.checkStored(t, url, []byte("abc"))
}

// A key stores one file, by multipart or tus, however often it is sent.
func TestTusKeys(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	twin := []string{c.begin(t, 3, "Idempotency-Key", "k"), c.begin(t, 3, "Idempotency-Key", "k")}
	for _, url := range twin {
		got := c.patch(t, url, 0, []byte("abc"), digest([]byte("abc"))...)
		if got.status != http.StatusNoContent || got.header.Get("Repr-Digest") == "" {
			t.Errorf("answered %d %s", got.status, got.body)
		}
	}
	f := c.checkStored(t, twin[0], []byte("abc"))
	got := c.call(t, http.MethodPost, tusPath, nil, "Upload-Length", "3", "Upload-Metadata", meta("filename", "a"), "Idempotency-Key", "k")
	if got.status != http.StatusCreated || got.header.Get("Location") != tusPath+f.ID || got.header.Get("Upload-Offset") != "3" || got.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("creation with a known key: %d %v", got.status, got.header)
	}
	if again := c.send(t, form{name: "a", content: []byte("abc"), key: "k"}); again.fields(t)["file_id"] != f.ID {
		t.Errorf("multipart with the key: %s", again.body)
	}
	multi := c.send(t, form{name: "b", content: []byte("xyz"), key: "m"}).fields(t)["file_id"]
	got = c.call(t, http.MethodPost, tusPath, nil, "Upload-Length", "3", "Upload-Metadata", meta("filename", "b"), "Idempotency-Key", "m")
	if got.header.Get("Location") != fmt.Sprint(tusPath, multi) || c.offset(t, got.header.Get("Location")) != 3 {
		t.Errorf("tus after multipart: %d %v", got.status, got.header)
	}
}

// Empty files, and files that are sent with the request that creates the upload.
func TestTusCreationIsAllThereIs(t *testing.T) {
	for name, content := range map[string][]byte{"empty": nil, "with upload": []byte("abc")} {
		c := start(t, folder(t), nil).tusClient(t)
		headers := []string{"Upload-Length", strconv.Itoa(len(content)), "Upload-Metadata", meta("filename", "a"), "Content-Type", "application/offset+octet-stream"}
		got := c.call(t, http.MethodPost, tusPath, content, append(headers, digest([]byte("other"))...)...)
		if got.status != 460 || len(c.list(t)) > 0 {
			t.Errorf("%s, wrong digest: %d %s", name, got.status, got.body)
		}
		for _, rest := range c.unfinished(t) { // the client never learnt its URL
			_ = os.Remove(filepath.Join(c.cfg.Dir, "tus", rest))
		}
		got = c.call(t, http.MethodPost, tusPath, content, append(headers, digest(content)...)...)
		if got.status != http.StatusCreated || got.header.Get("Content-Location") == "" {
			t.Fatalf("%s: %d %s", name, got.status, got.body)
		}
		c.checkStored(t, got.header.Get("Location"), content)
		c.stop()
	}
}

func TestNoTus(t *testing.T) {
	c := start(t, folder(t), func(cfg *Config) { cfg.NoTus = true }).tusClient(t)
	for _, method := range []string{"OPTIONS", "POST"} {
		if got := c.call(t, method, tusPath, nil); got.status != http.StatusNotFound || got.header.Get("Tus-Resumable") != "" {
			t.Errorf("%s answered %d", method, got.status)
		}
	}
}

func TestTusMetrics(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	url := c.begin(t, 3, "Upload-Metadata", meta("filename", "a", "retention_policy", "permanent"))
	c.patch(t, url, 0, []byte("abc"), digest([]byte("abd"))...)
	c.patch(t, url, 0, []byte("abc"), digest([]byte("abc"))...)
	c.checkMetrics(t,
		`ingester_uploads_total{retention_policy="permanent",status="success"} 1`,
		`ingester_uploads_total{retention_policy="permanent",status="error"} 1`,
		`ingester_errors_total{error_code="CHECKSUM_MISMATCH"} 1`,
		`ingester_upload_size_bytes_count 1`,
		`ingester_upload_duration_seconds_count 1`,
		`ingester_active_uploads 0`,
	)
}

// Tamper changes the answer and nothing else.
func TestTusTamper(t *testing.T) {
	other := sumOf([]byte("other"))
	c := start(t, folder(t), func(cfg *Config) { cfg.Tamper = func(string, core.Checksum) core.Checksum { return other } }).tusClient(t)
	url := c.begin(t, 3)
	got := c.patch(t, url, 0, []byte("abc"))
	if got.header.Get("Repr-Digest") != reprDigest(other) || c.call(t, http.MethodHead, url, nil).header.Get("Repr-Digest") != reprDigest(other) {
		t.Errorf("answered %v", got.header)
	}
	if f := c.list(t)[0]; f.SHA256 != sumOf([]byte("abc")) {
		t.Errorf("stored the checksum %s", f.SHA256)
	}
}

// What has arrived so far can be downloaded.
func TestTusUnfinishedContent(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	url := c.begin(t, 3, "Upload-Metadata", meta("filename", "ä"))
	c.patch(t, url, 0, []byte("ab"))
	got := c.call(t, http.MethodGet, url, nil)
	if got.status != http.StatusOK || string(got.body) != "ab" || got.header.Get("Repr-Digest") != "" ||
		got.header.Get("Content-Disposition") != "attachment; filename*=utf-8''%C3%A4" {
		t.Errorf("answered %d %v %q", got.status, got.header, got.body)
	}
}
