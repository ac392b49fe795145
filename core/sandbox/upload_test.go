package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

// TestUpload stores a file in every generation and HTTP version and finds it
// again on disk as it was sent (I3 from the server's side).
func TestUpload(t *testing.T) {
	for _, generation := range []int{1, 2} {
		for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
			t.Run(proto+" generation "+string(rune('0'+generation)), func(t *testing.T) {
				r := start(t, folder(t), func(c *Config) { c.Generation = generation })
				if proto == "HTTP/1.1" {
					r.http1(t)
				}
				content := randomBytes(300<<10 + 7)
				got := r.send(t, form{name: "Übersicht 1.txt", content: content, key: "key-1",
					before: [][2]string{{"ttl_days", "7"}, {"tags", `["a","ä"]`}},
					after:  [][2]string{{"description", "Box 14"}, {"metadata", `{"box": 14}`}}})
				if got.status != http.StatusCreated || got.proto != proto {
					t.Fatalf("answered %d over %s: %s", got.status, got.proto, got.body)
				}
				files := r.list(t)
				if len(files) != 1 {
					t.Fatalf("%d files are stored, want 1", len(files))
				}
				f := files[0]
				stored, err := os.ReadFile(f.Path)
				if err != nil || !bytes.Equal(stored, content) {
					t.Fatalf("the content on disk differs (%v)", err)
				}
				want := File{ID: f.ID, Path: f.Path, Name: "Übersicht 1.txt", Size: int64(len(content)), SHA256: sumOf(content),
					ContentType: "application/octet-stream", Retention: core.RetentionTemporary, TTLDays: 7,
					ExpiresAt: f.UploadedAt.AddDate(0, 0, 7), Tags: []string{"a", "ä"}, Description: "Box 14",
					Metadata: json.RawMessage(`{"box":14}`), Key: "key-1", UploadedAt: f.UploadedAt, UploadedBy: r.Profile().Auth.ClientID}
				if diff := cmp.Diff(want, f); diff != "" {
					t.Errorf("the stored file (-want +got):\n%s", diff)
				}
			})
		}
	}
}
