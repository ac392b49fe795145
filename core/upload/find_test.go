package upload

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/coretest"
)

// one asks about one transfer.
func (c *Client) one(ctx context.Context, t core.Transfer, since time.Time) ([]core.Receipt, error) {
	l, err := c.Find(ctx, []core.Question{{Transfer: t, Since: since, Ended: since}})
	if len(l.Found) == 0 {
		return nil, err
	}
	return l.Found[0], err
}

// A file is found by its checksum, name, size and time. Other files, and a server that lists
// nothing, prove nothing.
func TestFind(t *testing.T) {
	transfer, sum := newTransfer(t, "dir/a.txt", 3000)
	begun := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
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
		clock  time.Duration // the server's, against ours
	}{
		{"there", 200, []map[string]any{item(nil)}, "", true, 0},
		{"among others", 200, []map[string]any{item(func(m map[string]any) { m["checksum"] = "00" }), item(nil)}, "", true, 0},
		{"a clock behind ours", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_at"] = "2026-11-01T11:59:00Z" })}, "", true, -time.Minute},
		{"our clock behind", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_at"] = "2026-11-01T12:00:30Z" })}, "", false, 2 * time.Minute},
		{"our clock behind, and later", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_at"] = "2026-11-01T12:02:10Z" })}, "", true, 2 * time.Minute},
		{"a clock that can't be", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_at"] = "2026-11-01T11:30:00Z" })}, "", false, -time.Hour},
		{"just before", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_at"] = "2026-11-01T11:59:00Z" })}, "", false, 0},
		{"no time", 200, []map[string]any{item(func(m map[string]any) { delete(m, "uploaded_at") })}, "", false, 0},
		{"no name", 200, []map[string]any{item(func(m map[string]any) { delete(m, "original_filename") })}, "", false, 0},
		{"no size", 200, []map[string]any{item(func(m map[string]any) { delete(m, "size") })}, "", false, 0},
		{"deleted", 200, []map[string]any{item(func(m map[string]any) { m["status"] = "deleted" })}, "", false, 0},
		{"deleted, in other words", 200, []map[string]any{item(func(m map[string]any) { m["deleted_at"] = "2026-11-01T12:00:06Z" })}, "", false, 0},
		{"active", 200, []map[string]any{item(func(m map[string]any) { m["status"], m["is_deleted"] = "active", false })}, "", true, 0},
		{"another retention", 200, []map[string]any{item(func(m map[string]any) { m["retention_policy"] = "permanent" })}, "", true, 0},
		{"by us", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_by"] = "sa_tester_1" })}, "", true, 0},
		{"by another", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_by"] = "sa_other_2" })}, "", false, 0},
		{"by somebody that can't be compared", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_by"] = "The Scanner" })}, "", true, 0},
		{"from before", 200, []map[string]any{item(func(m map[string]any) { m["uploaded_at"] = "2026-10-01T12:00:00Z" })}, "", false, 0},
		{"another name", 200, []map[string]any{item(func(m map[string]any) { m["original_filename"] = "b.txt" })}, "", false, 0},
		{"another size", 200, []map[string]any{item(func(m map[string]any) { m["size"] = 1 })}, "", false, 0},
		{"none", 200, []map[string]any{}, "", false, 0},
		{"no list", 404, nil, "", false, 0},
		{"not JSON", 200, nil, "<html>", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ca := coretest.NewCA(t, "Test CA")
			g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", time.Now().Add(tt.clock).UTC().Format(http.TimeFormat))
				if r.URL.Path == "/api/v1/info" {
					return
				}
				if r.URL.Path != "/api/v1/files" || r.Header.Get("Authorization") == "" {
					t.Errorf("asked for %s", r.URL)
				}
				w.WriteHeader(tt.status)
				if tt.items != nil {
					_ = json.NewEncoder(w).Encode(map[string]any{"items": tt.items, "total": len(tt.items)})
				}
				_, _ = w.Write([]byte(tt.body))
			}))
			found, err := newTestClient(t, g.URL, ca, func(cfg *Config) { cfg.ClientID = "sa_tester_1" }).one(context.Background(), transfer, begun)
			if err != nil || len(found) > 0 != tt.found || tt.found && (found[0].FileID != "id-1" || string(found[0].SHA256) != sum) {
				t.Errorf("%+v, %v", found, err)
			}
		})
	}
	if err := os.Remove(transfer.Source.Path); err != nil {
		t.Fatal(err)
	}
	ca := coretest.NewCA(t, "Test CA")
	g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{item(nil)}})
	}))
	l, err := newTestClient(t, g.URL, ca, nil).Find(context.Background(), []core.Question{{Transfer: transfer, Since: begun}})
	if err != nil || !l.Asked || len(l.Found[0]) != 0 || len(l.Files) != 1 {
		t.Errorf("a file that is gone: %+v, %v", l, err)
	}
}

// subject is a token source whose token has a subject.
type subject struct {
	coretest.Tokens
	name string
}

func (s *subject) Token(context.Context) (core.Token, error) {
	return core.Token{Value: core.NewSecret("the-token"), Type: "Bearer", Subject: s.name}, nil
}

// A token's subject is one of our names too.
func TestFindBySubject(t *testing.T) {
	transfer, sum := newTransfer(t, "a.txt", 10)
	ca := coretest.NewCA(t, "Test CA")
	by := ""
	g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{map[string]any{"file_id": "1", "original_filename": "a.txt", "size": 10,
			"checksum": sum, "uploaded_at": time.Now().Format(time.RFC3339), "uploaded_by": by}}})
	}))
	const me = "0b5a7c52-9a3f-4b3e-8e0e-2f8f1d9c7a11"
	c := newTestClient(t, g.URL, ca, func(cfg *Config) { cfg.Tokens, cfg.ClientID = &subject{name: me}, "reports" })
	for name, want := range map[string]bool{
		me: true, strings.ToUpper(me): true, "1b5a7c52-9a3f-4b3e-8e0e-2f8f1d9c7a11": false,
		"reports": true, "service-account-reports": true, "service-account-other": false, "other": false,
		"": true, "sa_reports_1": true, "me@example.org": true, "Reports of the year": true, "17": true,
	} {
		by = name
		found, err := c.one(coretest.Limited(t), transfer, time.Now())
		if err != nil || len(found) > 0 != want {
			t.Errorf("uploaded by %q: %v, %v", name, found, err)
		}
	}
}

// The list is read however the server divides it into pages and whatever it says about them,
// but no further than useful.
func TestFindPages(t *testing.T) {
	transfer, sum := newTransfer(t, "a.txt", 10)
	now := time.Now().UTC().Truncate(time.Second)
	const many = 320
	entry := func(i int, first bool) map[string]any { // 0 is the newest
		at := now.Add(-time.Duration(i) * time.Second / 10)
		m := map[string]any{"file_id": "id-" + strconv.Itoa(i), "original_filename": "b.txt", "size": 10, "checksum": strings.Repeat("0", 64), "uploaded_at": at.Format(time.RFC3339Nano)}
		if i == many-20 {
			m["original_filename"], m["checksum"] = "a.txt", sum
		}
		if first {
			m["file_size"], m["created_at"] = m["size"], at.Format("2006-01-02T15:04:05.999999")
			delete(m, "size")
			delete(m, "uploaded_at")
		}
		return m
	}
	page := func(at, n int, first bool) []any {
		items := []any{}
		for i := at; i < min(at+n, many); i++ {
			items = append(items, entry(i, first))
		}
		return items
	}
	for _, tt := range []struct {
		name   string
		since  time.Time
		found  bool
		asked  int
		answer func(number func(string) int) any
	}{
		{"offset, pages of 50", now.Add(-time.Hour), true, 7, func(number func(string) int) any {
			return map[string]any{"items": page(number("offset"), 50, false), "has_more": number("offset")+50 < many}
		}},
		{"offset, as long as it is asked, no total", now.Add(-time.Hour), true, 2, func(number func(string) int) any {
			return map[string]any{"items": page(number("offset"), number("limit"), false)}
		}},
		{"first generation's element", now.Add(-time.Hour), true, 4, func(number func(string) int) any {
			return map[string]any{"total": many, "files": page(number("skip"), min(number("limit"), 100), true)}
		}},
		{"first generation's registry", now.Add(-time.Hour), true, 1, func(number func(string) int) any {
			n := number("page_size")
			return map[string]any{"total": many, "page": number("page"), "files": page((number("page")-1)*n, n, true)}
		}},
		{"the same page again and again", now.Add(-time.Hour), false, 2, func(func(string) int) any {
			return map[string]any{"items": page(0, 50, false)}
		}},
		{"the rest is too old", now.Add(40 * time.Second), false, 1, func(number func(string) int) any {
			return map[string]any{"items": page(number("offset"), 100, false), "total": many}
		}},
		{"without end", now.Add(-time.Hour), false, maxPages, func(number func(string) int) any {
			at := number("offset")
			return map[string]any{"items": []any{map[string]any{"file_id": strconv.Itoa(at), "uploaded_at": now.Add(time.Duration(at) * time.Second)}}}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ca := coretest.NewCA(t, "Test CA")
			asked := 0
			g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/api/v1/info" {
					return
				}
				asked++
				q := r.URL.Query()
				number := func(name string) int {
					n, err := strconv.Atoi(q.Get(name))
					if err != nil {
						t.Errorf("%s is %q", name, q.Get(name))
					}
					return n
				}
				_ = json.NewEncoder(w).Encode(tt.answer(number))
			}))
			found, err := newTestClient(t, g.URL, ca, nil).one(coretest.Limited(t), transfer, tt.since)
			if err != nil || len(found) > 0 != tt.found || tt.found && found[0].FileID != "id-300" || asked != tt.asked {
				t.Errorf("%d found, %v; asked %d times, want %d", len(found), err, asked, tt.asked)
			}
		})
	}
}

// A list that begins with the oldest file is read too.
func TestFindOldestFirst(t *testing.T) {
	transfer, sum := newTransfer(t, "a.txt", 10)
	now := time.Now().UTC()
	ca := coretest.NewCA(t, "Test CA")
	g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		items := []any{}
		for i := at; i < min(at+2, 6); i++ {
			items = append(items, map[string]any{"file_id": strconv.Itoa(i), "original_filename": "a.txt", "size": 10, "checksum": sum,
				"uploaded_at": now.Add(-time.Duration(5-i) * time.Hour).Format(time.RFC3339Nano)})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	}))
	found, err := newTestClient(t, g.URL, ca, nil).one(coretest.Limited(t), transfer, now)
	if err != nil || len(found) != 1 || found[0].FileID != "5" {
		t.Errorf("%+v, %v", found, err)
	}
}

// Files that are kept as asked come first, and older ones before newer ones.
func TestFindOrder(t *testing.T) {
	transfer, sum := newTransfer(t, "a.txt", 10)
	transfer.Options = core.Options{Retention: core.RetentionPermanent}
	now := time.Now().UTC()
	ca := coretest.NewCA(t, "Test CA")
	g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		items := []any{}
		for i, policy := range []string{"permanent", "permanent", "temporary"} {
			items = append(items, map[string]any{"file_id": strconv.Itoa(i), "original_filename": "a.txt", "size": 10, "checksum": sum,
				"uploaded_at": now.Add(-time.Duration(i) * time.Second).Format(time.RFC3339), "retention_policy": policy})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	}))
	found, err := newTestClient(t, g.URL, ca, nil).one(coretest.Limited(t), transfer, now)
	if err != nil || len(found) != 3 || found[0].FileID+found[1].FileID+found[2].FileID != "102" {
		t.Fatalf("%+v, %v", found, err)
	}
	if len(found[0].Differs) != 0 || len(found[2].Differs) != 1 || found[2].Differs[0].Field != core.FieldRetention {
		t.Errorf("%+v", found)
	}
}
