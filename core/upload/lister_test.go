package upload

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// registry answers like the first generation's Admin Module, with the newest rows first.
func registry(rows []map[string]any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.URL.Query().Get("page_size"))
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		at := min((page-1)*size, len(rows))
		_ = json.NewEncoder(w).Encode(map[string]any{"files": rows[at:min(at+size, len(rows))], "total": len(rows), "page": page, "page_size": size})
	}
}

// row is an entry of a registry.
func row(id, name, sum string, size int, at time.Time) map[string]any {
	return map[string]any{"file_id": id, "original_filename": name, "file_size": size, "checksum_sha256": sum,
		"uploaded_by": "0b5a7c52-9a3f-4b3e-8e0e-2f8f1d9c7a11", "user_metadata": map[string]any{}, "created_at": at.Format("2006-01-02T15:04:05.999999Z"),
		"deleted_at": nil, "is_deleted": false, "retention_policy": "temporary"}
}

// If the server that takes the files lists none, whatever it answers instead, the Admin Module
// is asked. Which of them lists is remembered. Only a Storage Element's own list counts as
// complete.
func TestListers(t *testing.T) {
	transfer, sum := newTransfer(t, "a.txt", 10)
	transfer.Options = core.Options{Retention: core.RetentionTemporary}
	now := time.Now().UTC()
	mine := []map[string]any{row("id-2", "b.txt", "00", 10, now), row("id-1", "a.txt", sum, 10, now)}
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	const info = `{"storage_id":"se-01","mode":"edit"}`
	for _, tt := range []struct {
		name            string
		ingester, admin http.HandlerFunc
		info            string
		asked, own      bool
		failed          core.Code
		paths           []string // requested paths of two questions
	}{
		{"the Ingester has no such call", says(404, `{"detail":"Not Found"}`), registry(mine), "", true, false, "", []string{"ingester", "admin", "admin"}},
		{"it sends elsewhere", says(307, ""), registry(mine), "", true, false, "", []string{"ingester", "admin", "admin"}},
		{"it says so with a 200", says(200, `{"message":"Not implemented yet","user":"x"}`), registry(mine), "", true, false, "", []string{"ingester", "admin", "admin"}},
		{"it may not be asked", says(401, `{"detail":"Invalid token"}`), registry(mine), "", true, false, "", []string{"ingester", "admin", "admin"}},
		{"nobody may", says(403, ""), says(403, ""), "", false, false, "", []string{"ingester", "admin", "ingester", "admin"}},
		{"nobody can", says(404, ""), says(404, ""), "", false, false, "", []string{"ingester", "admin", "ingester", "admin"}},
		{"the registry is down", says(404, ""), says(503, ""), "", false, false, core.CodeServerBusy, []string{"ingester", "admin", "ingester", "admin"}},
		{"the Ingester is down", says(502, ""), registry(mine), "", true, false, "", []string{"ingester", "admin", "admin"}},
		{"an element", registry(mine), says(500, ""), info, true, true, "", []string{"ingester", "ingester"}},
		{"something else that lists", registry(mine), says(500, ""), `{"version":"1"}`, true, false, "", []string{"ingester", "ingester"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var paths []string
			ca := coretest.NewCA(t, "Test CA")
			serve := func(name string, h http.HandlerFunc) string {
				return startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch r.URL.Path {
					case "/api/v1/info":
						_, _ = w.Write([]byte(tt.info))
					case "/api/v1/files":
						paths = append(paths, name)
						if r.Header.Get("Authorization") != "Bearer the-token" {
							t.Errorf("signed in as %q", r.Header.Get("Authorization"))
						}
						h(w, r)
					default:
						t.Errorf("asked for %s", r.URL)
					}
				})).URL
			}
			admin := serve("admin", tt.admin)
			c := newTestClient(t, serve("ingester", tt.ingester), ca, func(cfg *Config) { cfg.AdminURL = admin })
			for range 2 {
				l, err := c.Find(context.Background(), []core.Question{{Transfer: transfer, Since: now, Ended: now}})
				if core.CodeOf(err) != tt.failed || l.Asked != tt.asked || l.Own != tt.own {
					t.Errorf("asked %v, its own %v, %v", l.Asked, l.Own, err)
				}
				if tt.asked && (len(l.Found[0]) != 1 || l.Found[0][0].FileID != "id-1" || len(l.Files) != 2) {
					t.Errorf("%+v", l)
				}
			}
			if !slices.Equal(paths, tt.paths) {
				t.Errorf("asked %q, want %q", paths, tt.paths)
			}
		})
	}
}

// One list answers questions about many files, and files that are not listed are not read.
func TestOneListForMany(t *testing.T) {
	now := time.Now().UTC()
	var rows []map[string]any
	var questions []core.Question
	for i := range 300 {
		transfer, sum := newTransfer(t, fmt.Sprintf("%d.txt", i), 100+i)
		if i%2 == 0 {
			rows = append(rows, row(fmt.Sprint("id-", i), fmt.Sprintf("%d.txt", i), sum, 100+i, now))
		} else {
			transfer.Source.Path = "/nowhere" // reading it would fail
		}
		questions = append(questions, core.Question{Transfer: transfer, Since: now, Ended: now})
	}
	for i := range 2500 { // other files, stored before
		rows = append(rows, row(fmt.Sprint("old-", i), "b", "00", 1, now.Add(-time.Hour-time.Duration(i)*time.Second)))
	}
	asked := 0
	ca := coretest.NewCA(t, "Test CA")
	g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/files" {
			return
		}
		if asked++; asked == 1 && r.URL.Query().Get("page_size") == "1000" {
			w.WriteHeader(http.StatusUnprocessableEntity) // a server with smaller pages
			return
		}
		registry(rows)(w, r)
	}))
	l, err := newTestClient(t, g.URL, ca, nil).Find(coretest.Limited(t), questions)
	if err != nil || len(l.Found) != len(questions) {
		t.Fatal(len(l.Found), err)
	}
	for i, found := range l.Found {
		if len(found) != 1-i%2 || len(found) == 1 && found[0].FileID != fmt.Sprint("id-", i) {
			t.Errorf("%d: %+v", i, found)
		}
	}
	if asked != 3 {
		t.Errorf("asked for %d pages", asked)
	}
}
