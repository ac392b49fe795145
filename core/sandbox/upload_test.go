package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/artstore/ingester/core"
)

// bothVersions runs test with both HTTP versions.
func bothVersions(t *testing.T, test func(t *testing.T, r *running, proto string)) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			r := start(t, folder(t), func(c *Config) { c.MaxFileSize = 1 << 20 })
			if proto == "HTTP/1.1" {
				r.http1(t)
			}
			test(t, r, proto)
		})
	}
}

// A file is stored with both HTTP versions, and is on the disk as it was sent (I3 from
// the server's side).
func TestUpload(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, proto string) {
		content := randomBytes(300<<10 + 7)
		got := r.send(t, form{name: "Übersicht 1.txt", content: content, key: "key-1",
			before: [][2]string{{"ttl_days", "7"}, {"tags", `["a","ä"]`}, {"unknown", "x"}},
			after:  [][2]string{{"description", "Box 14"}, {"metadata", `{"box":14}`}, {"storage_mode", ""}}})
		if got.status != http.StatusCreated || got.proto != proto {
			t.Fatalf("answered %d over %s: %s", got.status, got.proto, got.body)
		}
		files := r.list(t)
		if len(files) != 1 {
			t.Fatalf("%d files are stored, want 1", len(files))
		}
		f := files[0]
		if stored, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(stored, content) {
			t.Fatalf("the content on disk differs (%v)", err)
		}
		want := File{ID: f.ID, Path: f.Path, Name: "Übersicht 1.txt", Size: int64(len(content)), SHA256: sumOf(content),
			ContentType: "application/octet-stream", Retention: core.RetentionTemporary, TTLDays: 7,
			ExpiresAt: f.UploadedAt.AddDate(0, 0, 7), Tags: []string{"a", "ä"}, Description: "Box 14",
			Metadata: json.RawMessage(`{"box":14}`), Key: "key-1", UploadedAt: f.UploadedAt, UploadedBy: r.Profile().Auth.ClientID}
		if diff := cmp.Diff(want, f); diff != "" {
			t.Errorf("the stored file (-want +got):\n%s", diff)
		}
		data, err := os.ReadFile(f.Path + ".json")
		if err != nil {
			t.Fatal(err)
		}
		described, err := parseLine(data)
		if diff := cmp.Diff(want, described, cmpopts.IgnoreFields(File{}, "Path")); err != nil || diff != "" {
			t.Errorf("the description beside it (%v, -want +got):\n%s", err, diff)
		}
		checkReceipt(t, got, f)
	})
}

// checkReceipt compares an answer with the stored file.
func checkReceipt(t *testing.T, got answer, f File) {
	t.Helper()
	expires, uploaded := f.ExpiresAt.Format(time.RFC3339Nano), f.UploadedAt.Format(time.RFC3339Nano)
	want := map[string]any{"file_id": f.ID, "original_filename": f.Name, "size": float64(f.Size), "checksum": string(f.SHA256),
		"content_type": f.ContentType, "uploaded_by": f.UploadedBy, "uploaded_at": uploaded, "status": "active",
		"retention_policy": "temporary", "ttl_days": 7.0, "expires_at": expires, "description": f.Description, "tags": []any{"a", "ä"}}
	if diff := cmp.Diff(want, got.fields(t)); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
}

func TestUploadPermanentHasNoExpiry(t *testing.T) {
	r := start(t, folder(t), nil)
	got := r.send(t, form{name: "a", content: nil, before: [][2]string{{"retention_policy", "permanent"}, {"ttl_days", "9"}}})
	if got.status != http.StatusCreated || got.fields(t)["expires_at"] != nil {
		t.Fatalf("answered %d %s", got.status, got.body)
	}
	f := r.list(t)[0]
	if f.Size != 0 || f.SHA256 != sumOf(nil) || f.Retention != core.RetentionPermanent || f.TTLDays != 0 || !f.ExpiresAt.IsZero() {
		t.Errorf("stored %+v", f)
	}
}

// Every bad form is refused with a reason, and leaves nothing on the disk.
func TestBadFormsAreRefused(t *testing.T) {
	ok := []byte("content")
	cases := []struct {
		name, words string
		form        form
	}{
		{"policy", "temporary or permanent", form{name: "a", content: ok, before: [][2]string{{"retention_policy", "forever"}}}},
		{"policy after the file", "forever", form{name: "a", content: ok, after: [][2]string{{"retention_policy", "forever"}}}},
		{"ttl 0", "1 to 365", form{name: "a", content: ok, before: [][2]string{{"ttl_days", "0"}}}},
		{"ttl 366", "366", form{name: "a", content: ok, after: [][2]string{{"ttl_days", "366"}}}},
		{"ttl text", "1 to 365", form{name: "a", content: ok, before: [][2]string{{"ttl_days", "3.5"}}}},
		{"description", "1000", form{name: "a", content: ok, before: [][2]string{{"description", strings.Repeat("ä", 1001)}}}},
		{"description not UTF-8", "UTF-8", form{name: "a", content: ok, before: [][2]string{{"description", "\xff"}}}},
		{"tags object", "array", form{name: "a", content: ok, before: [][2]string{{"tags", `{"a":1}`}}}},
		{"tags of numbers", "array", form{name: "a", content: ok, before: [][2]string{{"tags", `[1]`}}}},
		{"tags null", "array", form{name: "a", content: ok, before: [][2]string{{"tags", `null`}}}},
		{"metadata array", "object", form{name: "a", content: ok, after: [][2]string{{"metadata", `[]`}}}},
		{"metadata null", "object", form{name: "a", content: ok, after: [][2]string{{"metadata", `null`}}}},
		{"field twice", "more than once", form{name: "a", content: ok, before: [][2]string{{"ttl_days", "1"}}, after: [][2]string{{"ttl_days", "2"}}}},
		{"fields too long", "1048576 bytes", form{name: "a", content: ok, before: [][2]string{{"x", strings.Repeat("x", 600<<10)}}, after: [][2]string{{"metadata", `{"a":"` + strings.Repeat("x", 600<<10) + `"}`}}}},
		{"too many fields", "1048576 bytes", form{name: "a", content: ok, after: emptyFields(14_200)}},
		{"no file", "no file", form{before: [][2]string{{"ttl_days", "1"}}}},
		{"file without a name", "no file name", form{before: [][2]string{{"file", "content"}}}},
		{"second file", "more than once", form{name: "a", content: ok, after: [][2]string{{"file", "b"}}}},
		{"long name", "255", form{name: strings.Repeat("n", 256), content: ok}},
		{"control character", "can't be shown", form{name: "a\u0085b", content: ok}},
		{"key", "255", form{name: "a", content: ok, key: strings.Repeat("k", 256)}},
		{"key not ASCII", "printable", form{name: "a", content: ok, key: "ключ"}},
	}
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		token := r.signIn(t)
		for _, c := range cases {
			c.form.token = token
			got := r.send(t, c.form)
			if status, words := r.refusalOf(t, got); status != http.StatusUnprocessableEntity || !strings.Contains(words, c.words) {
				t.Errorf("%s: answered %d %s", c.name, got.status, got.body)
			}
		}
		if rest := leftovers(t, r.cfg.Dir, nil); len(rest) > 0 {
			t.Errorf("left behind: %v", rest)
		}
	})
}

func emptyFields(n int) [][2]string {
	fields := make([][2]string, n)
	for i := range fields {
		fields[i][0] = fmt.Sprintf("field %d", i)
	}
	return fields
}

// refusalOf reads a refusal. It returns 422 for a 400 VALIDATION_ERROR, which means
// the same.
func (r *running) refusalOf(t *testing.T, got answer) (status int, words string) {
	t.Helper()
	var body struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(got.body, &body); err != nil || body.Error.Code == "" {
		t.Fatalf("answered %d %q, not the second generation's error (%v)", got.status, got.body, err)
	}
	if got.status == http.StatusBadRequest && body.Error.Code == codeValidation {
		got.status = http.StatusUnprocessableEntity
	}
	return got.status, body.Error.Message
}

func TestSizeLimit(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		token := r.signIn(t)
		if got := r.send(t, form{name: "a", content: randomBytes(1 << 20), token: token}); got.status != http.StatusCreated {
			t.Errorf("a file of the limit: answered %d %s", got.status, got.body)
		}
		req := r.request(t, form{name: "a", content: randomBytes(1<<20 + 1), token: token})
		req.ContentLength = -1 // so that the size is not known in advance
		got := r.do(t, req)
		if status, words := r.refusalOf(t, got); status != http.StatusRequestEntityTooLarge || !strings.Contains(words, "1048576 bytes") {
			t.Errorf("a byte more: answered %d %s", got.status, got.body)
		}
		req = r.request(t, form{name: "a", content: randomBytes(10), token: token, before: [][2]string{{"x", strings.Repeat("x", 2<<20)}}})
		req.ContentLength = -1
		if got := r.do(t, req); got.status < 400 {
			t.Errorf("a form that is too long: answered %d %s", got.status, got.body)
		}
		if files := r.list(t); len(files) != 1 || len(leftovers(t, r.cfg.Dir, files)) > 0 {
			t.Errorf("stored %d files, left behind %v", len(files), leftovers(t, r.cfg.Dir, files))
		}
	})
}

func TestOtherMediaTypesAreRefused(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		req := r.request(t, form{name: "a", content: []byte("x")})
		req.Header.Set("Content-Type", "application/octet-stream")
		if status, _ := r.refusalOf(t, r.do(t, req)); status != http.StatusUnsupportedMediaType {
			t.Errorf("answered %d", status)
		}
	})
}

func TestPartTypes(t *testing.T) {
	for header, want := range map[string]string{
		"":                             "application/octet-stream",
		"nonsense":                     "application/octet-stream",
		"text/plain; charset=utf-8":    "text/plain; charset=utf-8",
		"text/plain; charset=\"":       "application/octet-stream",
		"application/vnd.oasis.x+json": "application/vnd.oasis.x+json",
	} {
		if got := mediaType(header); got != want {
			t.Errorf("mediaType(%q) = %q, want %q", header, got, want)
		}
	}
}

// Tamper changes the answer and nothing else.
func TestTamper(t *testing.T) {
	other := sumOf([]byte("other"))
	r := start(t, folder(t), func(c *Config) {
		c.Tamper = func(name string, sum core.Checksum) core.Checksum {
			if name == "bad" {
				return other
			}
			return sum
		}
	})
	token, content := r.signIn(t), []byte("true")
	for name, want := range map[string]core.Checksum{"bad": other, "good": sumOf(content)} {
		if got := r.send(t, form{name: name, content: content, token: token}).fields(t)["checksum"]; got != string(want) {
			t.Errorf("%s: answered the checksum %v, want %s", name, got, want)
		}
	}
	for _, f := range r.list(t) {
		if f.SHA256 != sumOf(content) {
			t.Errorf("%s: stored the checksum %s", f.Name, f.SHA256)
		}
	}
}
