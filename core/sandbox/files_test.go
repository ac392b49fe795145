package sandbox

import (
	"bytes"
	"net/http"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A stored file is listed, found by its checksum, described and downloaded.
func TestFiles(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		c := r.tusClient(t)
		var receipts []any
		for _, content := range []string{"one", "two", "one"} {
			receipts = append(receipts, r.send(t, form{name: "ä.txt", content: []byte(content), token: c.token}).fields(t))
		}
		for query, want := range map[string][]any{
			"": receipts,
			"?checksum=" + string(sumOf([]byte("one"))):        {receipts[0], receipts[2]},
			"?checksum=sha256:" + string(sumOf([]byte("two"))): {receipts[1]},
			"?checksum=" + string(sumOf([]byte("three"))):      {},
		} {
			got := c.call(t, http.MethodGet, "/api/v1/files"+query, nil)
			if diff := cmp.Diff(map[string]any{"items": want, "total": float64(len(want))}, got.fields(t)); got.status != http.StatusOK || diff != "" {
				t.Errorf("%q answered %d (-want +got):\n%s", query, got.status, diff)
			}
		}
		first, _ := receipts[0].(map[string]any)
		path := "/api/v1/files/" + first["file_id"].(string)
		if diff := cmp.Diff(first, c.call(t, http.MethodGet, path, nil).fields(t)); diff != "" {
			t.Errorf("the file (-want +got):\n%s", diff)
		}
		got := c.call(t, http.MethodGet, path+"/download", nil)
		if got.status != http.StatusOK || string(got.body) != "one" || got.header.Get("Repr-Digest") != reprDigest(sumOf([]byte("one"))) ||
			got.header.Get("Content-Disposition") != "attachment; filename*=utf-8''%C3%A4.txt" || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("the content: %d %v %q", got.status, got.header, got.body)
		}
		if got := c.call(t, http.MethodGet, path+"/download", nil, "Range", "bytes=1-"); got.status != http.StatusPartialContent || string(got.body) != "ne" {
			t.Errorf("a range of it: %d %q", got.status, got.body)
		}
	})
}

// Reading needs a token that may read or write. Missing files are a 404.
func TestFilesGuards(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		c := r.tusClient(t)
		r.send(t, form{name: "a", content: []byte("x"), token: c.token})
		f := r.list(t)[0]
		reader, _ := r.tokens.issue(identity{subject: "x", role: roleService, scopes: []string{scopeRead}}, "x")
		nobody, _ := r.tokens.issue(identity{subject: "x", role: roleService}, "x")
		for _, path := range []string{"/api/v1/files", "/api/v1/files/" + f.ID, "/api/v1/files/" + f.ID + "/download"} {
			for token, want := range map[string]int{"": 401, nobody: 403, reader: 200, c.token: 200} {
				if got := c.call(t, http.MethodGet, path, nil, "Authorization", "Bearer "+token); got.status != want {
					t.Errorf("%s answered %d, want %d", path, got.status, want)
				}
			}
		}
		if err := os.Remove(f.Path); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]int{"/api/v1/files?checksum=x": 422, "/api/v1/files/x": 404, "/api/v1/files/..%2findex.jsonl": 404,
			"/api/v1/files/11111111-2222-4333-8444-555555555555": 404, "/api/v1/files/" + f.ID: 404, "/api/v1/files/" + f.ID + "/download": 404} {
			got := c.call(t, http.MethodGet, path, nil)
			if status, _ := r.refusalOf(t, got); status != want || got.header.Get("Repr-Digest") != "" || bytes.Contains(got.body, []byte(r.cfg.Dir)) {
				t.Errorf("%s answered %d %s, want %d", path, status, got.body, want)
			}
		}
	})
}
