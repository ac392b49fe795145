package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

// The server answers when the file is copied, and refuses to finalise it again.
func TestFinalize(t *testing.T) {
	c := gen1(t, nil)
	f := c.store(t, "a", "content")
	got := c.call(t, http.MethodPost, "/api/v1/finalize/"+f.ID, []byte(`{"description":"new","metadata":{"a":1},"target_storage_element_id":"rw"}`))
	if got.status != http.StatusAccepted || got.fields(t)["status"] != "completed" || got.fields(t)["checksum_verified"] != true {
		t.Fatalf("answered %d %s", got.status, got.body)
	}
	status := fmt.Sprintf("/api/v1/finalize/%v/status", got.fields(t)["transaction_id"])
	if got := c.call(t, http.MethodGet, status, nil); got.status != http.StatusOK || !bytes.Contains(got.body, []byte(`"progress_percent":100.0`)) {
		t.Errorf("the status: %d %s", got.status, got.body)
	}
	want := f
	want.Retention, want.TTLDays, want.Description, want.Metadata = core.RetentionPermanent, 0, "new", []byte(`{"a":1}`)
	want.ExpiresAt, want.FinalizedAt = File{}.ExpiresAt, c.list(t)[0].FinalizedAt
	if diff := cmp.Diff([]File{want}, c.list(t)); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	again := c.call(t, http.MethodPost, "/api/v1/finalize/"+f.ID, nil)
	if again.status != http.StatusBadRequest || again.detail(t) != "File "+f.ID+" is not temporary (retention_policy=permanent)" {
		t.Errorf("once more: %d %s", again.status, again.body)
	}
	c.stop()
	c = &tus{running: start(t, c.cfg.Dir, func(cfg *Config) { cfg.Generation = generation1 }), token: c.token}
	if diff := cmp.Diff([]File{want}, c.list(t)); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	if got := c.call(t, http.MethodGet, status, nil); got.status != http.StatusNotFound {
		t.Errorf("a transaction outlived the server: %d %s", got.status, got.body)
	}
}

// A failure is answered with 202 and the reason, and leaves the temporary file as it
// was.
func TestFinalizeFails(t *testing.T) {
	failing := func(cfg *Config) {
		cfg.Finalize = func(_ File, next string) string {
			if next == "copied" {
				return "failed"
			}
			return next
		}
	}
	for name, k := range map[string]struct {
		file   string
		change func(*Config)
		damage func(path string) error
		says   string
	}{
		"failed":    {"a", failing, nil, "Failed to upload to target SE: 500"},
		"not ASCII": {"ä", nil, nil, "Failed to download from source SE: 500"},
		"damaged":   {"a", nil, func(path string) error { return os.WriteFile(path, []byte("CONTENT"), 0o600) }, "Checksum mismatch: "},
	} {
		t.Run(name, func(t *testing.T) {
			c := gen1(t, k.change)
			f := c.store(t, k.file, "content")
			if k.damage != nil {
				if err := k.damage(f.Path); err != nil {
					t.Fatal(err)
				}
			}
			got := c.call(t, http.MethodPost, "/api/v1/finalize/"+f.ID, nil)
			if said := fmt.Sprint(got.fields(t)["error_message"]); got.status != http.StatusAccepted || got.fields(t)["status"] != "failed" || !strings.HasPrefix(said, k.says) {
				t.Errorf("answered %d %s", got.status, got.body)
			}
			status := c.call(t, http.MethodGet, fmt.Sprintf("/api/v1/finalize/%v/status", got.fields(t)["transaction_id"]), nil)
			if status.fields(t)["status"] != "rolled_back" || !bytes.Contains(status.body, []byte(`"progress_percent":0.0`)) {
				t.Errorf("the status: %d %s", status.status, status.body)
			}
			if diff := cmp.Diff([]File{f}, c.list(t)); diff != "" {
				t.Errorf("the file (-want +got):\n%s", diff)
			}
		})
	}
}
