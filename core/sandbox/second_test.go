package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// gen2 starts a server of the second generation.
func gen2(t *testing.T, change func(*Config)) *tus {
	t.Helper()
	r := start(t, folder(t), func(cfg *Config) {
		cfg.Generation = generation2
		if change != nil {
			change(cfg)
		}
	})
	return r.tusClient(t)
}

// An element in edit mode keeps all files for 30 days, one in rw mode permanently,
// whatever is asked; one in ro mode takes none. It tells its mode without a token.
func TestElementMode(t *testing.T) {
	for mode, want := range map[string]string{"": "temporary 30", modeRW: "permanent <nil>", modeRO: "<nil> <nil>"} {
		c := gen2(t, func(cfg *Config) { cfg.Mode = mode })
		for _, asked := range []string{"temporary", "permanent"} {
			got := c.send(t, form{name: "a", content: []byte("x"), token: c.token, before: [][2]string{{"retention_policy", asked}, {"ttl_days", "7"}}})
			fields := got.fields(t)
			if kept := fmt.Sprint(fields["retention_policy"], " ", fields["ttl_days"]); kept != want || (fields["expires_at"] != nil) != (mode == "") {
				t.Errorf("mode %q, asked for %s: answered %d %s", mode, asked, got.status, got.body)
			}
			if mode == modeRO && (got.status != http.StatusConflict || !bytes.Contains(got.body, []byte(`"MODE_NOT_ALLOWED"`))) {
				t.Errorf("read-only: answered %d %s", got.status, got.body)
			}
		}
		info := c.call(t, http.MethodGet, "/api/v1/info", nil, "Authorization", "")
		if info.status != http.StatusOK || info.fields(t)["mode"] != orElse(mode, modeEdit) {
			t.Errorf("the info is %d %s", info.status, info.body)
		}
	}
}

// The list has pages of 50, newest first, and ignores the checksum. There are no keys
// and no resumable uploads.
func TestSecondGenerationList(t *testing.T) {
	c := gen2(t, nil)
	for i := range 51 {
		c.send(t, form{name: fmt.Sprint(i), content: []byte(fmt.Sprint(i)), token: c.token, key: "key"})
	}
	for query, want := range map[string]string{"?checksum=" + string(sumOf([]byte("0"))): "50…1, 50 of 51, more true", "?offset=50": "0…0, 1 of 51, more false", "?limit=1000": "50…0, 51 of 51, more false"} {
		fields := c.call(t, http.MethodGet, "/api/v1/files"+query, nil).fields(t)
		items, _ := fields["items"].([]any)
		if len(items) == 0 {
			t.Fatalf("%q answered %v", query, fields)
		}
		first, _ := items[0].(map[string]any)
		last, _ := items[len(items)-1].(map[string]any)
		got := fmt.Sprintf("%v…%v, %d of %v, more %v", first["original_filename"], last["original_filename"], len(items), fields["total"], fields["has_more"])
		if got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	if got := c.call(t, http.MethodGet, "/api/v1/files?limit=1001", nil); got.status != http.StatusBadRequest {
		t.Errorf("a page of 1001: %d %s", got.status, got.body)
	}
	for _, path := range []string{tusPath, "/api/v1/finalize/x"} {
		if got := c.call(t, http.MethodPost, path, nil); got.status != http.StatusNotFound {
			t.Errorf("%s answered %d", path, got.status)
		}
	}
	if got := c.call(t, http.MethodGet, "/health/ready", nil); got.fields(t)["idempotency_key"] != nil {
		t.Errorf("ready answered %s", got.body)
	}
}

// What the element refuses after the file has arrived.
func TestSecondGenerationRefusals(t *testing.T) {
	c := gen2(t, func(cfg *Config) { cfg.MaxFileSize, cfg.Faults.Room = 1<<20, 100<<10 })
	for _, k := range []struct {
		form form
		want int
		code string
	}{
		{form{name: "a", content: randomBytes(1<<20 + 1)}, 413, "FILE_TOO_LARGE"},
		{form{name: "a", content: randomBytes(100<<10 + 1)}, 507, "STORAGE_FULL"},
		{form{before: [][2]string{{"file", "x"}}}, 400, "VALIDATION_ERROR"},
		{form{name: "a", before: [][2]string{{"tags", "{"}}}, 400, "VALIDATION_ERROR"},
		{form{name: "a"}, 201, ""},
	} {
		k.form.token = c.token
		if got := c.send(t, k.form); got.status != k.want || !strings.Contains(string(got.body), k.code) {
			t.Errorf("answered %d %s, want %d %s", got.status, got.body, k.want, k.code)
		}
	}
	if files := c.list(t); len(files) != 1 || files[0].Retention != core.RetentionTemporary || len(leftovers(t, c.cfg.Dir, files)) > 0 {
		t.Errorf("stored %v, left behind %v", files, leftovers(t, c.cfg.Dir, files))
	}
}

// A body that takes longer than the read timeout is answered with 400 and the text
// of the network error, over both HTTP versions. A faster one is stored.
func TestReadTimeout(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		c := gen2(t, func(cfg *Config) { cfg.ReadTimeout = 300 * time.Millisecond })
		c.client = newClient(t, c.Profile(), http2)
		req := c.request(t, form{name: "a", content: randomBytes(100 << 10), token: c.token})
		whole, err := io.ReadAll(req.Body)
		if err != nil {
			t.Fatal(err)
		}
		r, w := io.Pipe() // never ends
		req.Body = r
		go func() { _, _ = w.Write(whole[:50<<10]) }()
		got := c.do(t, req)
		_ = w.Close()
		if got.status != http.StatusBadRequest || !bytes.Contains(got.body, []byte("VALIDATION_ERROR")) || !bytes.Contains(got.body, []byte("i/o timeout")) {
			t.Errorf("HTTP/2 %v: answered %d %s", http2, got.status, got.body)
		}
		if files := c.list(t); len(files) > 0 {
			t.Errorf("stored %v", files)
		}
	}
	cfg, err := Config{Dir: t.TempDir(), Generation: generation2}.withDefaults()
	if err != nil || cfg.ReadTimeout != 30*time.Second || cfg.Faults.ListPage != 50 || cfg.Faults.KeepDays != 30 || cfg.Mode != modeEdit || cfg.MaxFileSize != 1<<30 {
		t.Errorf("by default: %+v (%v)", cfg, err)
	}
}
