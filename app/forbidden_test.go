package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// forbids makes a server answer 403 to uploads whose form has these words.
func forbids(words string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/files/upload") {
				next.ServeHTTP(w, r)
				return
			}
			body, err := io.ReadAll(r.Body)
			if err != nil || strings.Contains(string(body), words) {
				http.Error(w, "Request blocked by policy", http.StatusForbidden)
				return
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			next.ServeHTTP(w, r)
		})
	}
}

// If a firewall refuses one file of ten, the others are stored. If it refuses all, the
// call ends after three files.
func TestUploadForbidden(t *testing.T) {
	t.Parallel()
	names := []string{"a.txt", "b.txt", "c.txt", "d.txt", "evil.txt", "f.txt", "g.txt", "h.txt", "i.txt", "j.txt"}
	for words, want := range map[string]int{"evil": 1, "filename": 3} {
		s := newServer(t, sandbox.Config{Wrap: forbids(words)})
		dir, _ := writeTree(t, len(names), func(i int) string { return names[i] })
		lines, code := s.upload(t, t.TempDir(), dir)
		refused, stored := 0, 0
		for _, line := range lines {
			switch {
			case line.State == core.StateStored:
				stored++
			case line.Error != nil && line.Error.Status == http.StatusForbidden:
				refused++
			default:
				t.Errorf("%+v", line)
			}
		}
		if code != exitIncomplete || words == "evil" && (refused != want || stored != len(names)-want) || words != "evil" && (refused < want || stored > 0) {
			t.Errorf("%s: exit code %d, %d stored, %d refused", words, code, stored, refused)
		}
	}
}
