package upload

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/coretest"
)

// A file is found by its own checksum, name, size and time; anything else, and
// a server that lists nothing, proves nothing.
func TestFind(t *testing.T) {
	transfer, sum := newTransfer(t, "dir/a.txt", 3000)
	transfer.QueuedAt = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	item := func(change func(map[string]any)) map[string]any {
		m := map[string]any{"file_id": "id-1", "original_filename": content.SafeName(transfer.Source.Name), "size": 3000, "checksum": sum, "uploaded_at": "2026-11-01T12:00:05Z"}
		if change != nil {
			change(m)
		}
		return m
	}
	for _, tt := range []struct {
		name   string
		status int
		items  []map[string]any
		body   string
		found  bool
	}{
		{"there", 200, []map[string]any{item(nil)}, "", true},
		{"among others", 200, []map[string]any{item(func(m map[string]any) { m["checksum"] = "00" }), item(nil)}, "", true},
		{"a clock behind ours", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_at"] = "2026-11-01T11:59:00Z" })}, "", true},
		{"from before", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_at"] = "2026-10-01T12:00:00Z" })}, "", false},
		{"another name", 200, []map[string]any{item(func(m map[string]any) { m["original_filename"] = "b.txt" })}, "", false},
		{"another size", 200, []map[string]any{item(func(m map[string]any) { m["size"] = 1 })}, "", false},
		{"none", 200, []map[string]any{}, "", false},
		{"no list", 404, nil, "", false},
		{"not JSON", 200, nil, "<html>", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ca := coretest.NewCA(t, "Test CA")
			g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/v1/files" || r.URL.Query().Get("checksum") != sum || r.Header.Get("Authorization") == "" {
					t.Errorf("asked for %s", r.URL)
				}
				w.WriteHeader(tt.status)
				if tt.items != nil {
					_ = json.NewEncoder(w).Encode(map[string]any{"items": tt.items, "total": len(tt.items)})
				}
				_, _ = w.Write([]byte(tt.body))
			}))
			receipt, found, err := newTestClient(t, g.URL, ca, nil).Find(context.Background(), transfer)
			if err != nil || found != tt.found || found && (receipt.FileID != "id-1" || string(receipt.SHA256) != sum) {
				t.Errorf("%v, %+v, %v", found, receipt, err)
			}
		})
	}
	if err := os.Remove(transfer.Source.Path); err != nil {
		t.Fatal(err)
	}
	if _, _, err := newTestClient(t, "https://127.0.0.1:1", nil, nil).Find(context.Background(), transfer); core.CodeOf(err) != core.CodeFileMissing {
		t.Errorf("a file that is gone: %v", err)
	}
}
