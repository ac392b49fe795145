package sandbox

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

// gen1 starts a server of the first generation with one temporary file.
func gen1(t *testing.T, change func(*Config)) (*tus, File) {
	t.Helper()
	c := start(t, folder(t), func(cfg *Config) {
		cfg.Generation = generation1
		if change != nil {
			change(cfg)
		}
	}).tusClient(t)
	c.send(t, form{name: "a", content: []byte("content"), token: c.token, key: "k", before: [][2]string{{"description", "old"}}})
	return c, c.list(t)[0]
}

// finalizing asks for a transaction and returns where its status is.
func (c *tus) finalizing(t *testing.T, id, body string) string {
	t.Helper()
	got := c.call(t, http.MethodPost, "/api/v1/finalize/"+id, []byte(body))
	fields := got.fields(t)
	if got.status != http.StatusAccepted || fields["status"] != "copying" || fields["transaction_id"] == "" {
		t.Fatalf("answered %d %s", got.status, got.body)
	}
	return fmt.Sprintf("/api/v1/finalize/%v/status", fields["transaction_id"])
}

// statuses asks until nothing changes any more.
func (c *tus) statuses(t *testing.T, status string) []string {
	t.Helper()
	var all []string
	for {
		f := c.call(t, http.MethodGet, status, nil).fields(t)
		now := fmt.Sprintf("%v %v", f["status"], f["progress_percent"])
		if len(all) > 0 && all[len(all)-1] == now {
			return all
		}
		all = append(all, now)
	}
}

// A temporary file becomes a permanent one step by step, and stays one.
func TestFinalize(t *testing.T) {
	c, f := gen1(t, nil)
	status := c.finalizing(t, f.ID, `{"description":"new","metadata":{"a":1},"target_storage_element_id":"rw"}`)
	if again := c.finalizing(t, f.ID, ""); again != status {
		t.Errorf("asked again it began %s beside %s", again, status)
	}
	if diff := cmp.Diff([]string{"copying 25", "copied 50", "verifying 75", "completed 100"}, c.statuses(t, status)); diff != "" {
		t.Errorf("the statuses (-want +got):\n%s", diff)
	}
	want := f
	want.Retention, want.TTLDays, want.Description, want.Metadata = core.RetentionPermanent, 0, "new", []byte(`{"a":1}`)
	want.ExpiresAt = File{}.ExpiresAt
	for _, when := range []string{"before", "after"} {
		if diff := cmp.Diff([]File{want}, c.list(t)); diff != "" {
			t.Errorf("the file %s a restart (-want +got):\n%s", when, diff)
		}
		if fields := c.call(t, http.MethodGet, "/api/v1/files/"+f.ID, nil).fields(t); fields["ttl_expires_at"] != nil {
			t.Errorf("the receipt %s a restart is %v", when, fields)
		}
		if again := c.send(t, form{name: "a", content: []byte("content"), token: c.token, key: "k"}).fields(t); again["file_id"] != f.ID || again["ttl_expires_at"] != nil {
			t.Errorf("its key %s a restart answers %v", when, again)
		}
		if got := c.call(t, http.MethodPost, "/api/v1/finalize/"+f.ID, nil); got.status != http.StatusBadRequest {
			t.Errorf("once more %s a restart: %d %s", when, got.status, got.body)
		}
		if got := c.statuses(t, status); len(got) != 1 || got[0] != "completed 100" {
			t.Errorf("the status %s a restart: %v", when, got)
		}
		c.stop()
		c = &tus{running: start(t, c.cfg.Dir, func(cfg *Config) { cfg.Generation = generation1 }), token: c.token}
	}
	line, _ := want.line()
	if data, err := os.ReadFile(f.Path + descriptionSuffix); err != nil || string(data) != string(line) {
		t.Errorf("the description is %q (%v)", data, err)
	}
}

// A transaction outlives the server.
func TestFinalizeGoesOnAfterARestart(t *testing.T) {
	c, f := gen1(t, nil)
	status := c.finalizing(t, f.ID, "")
	c.call(t, http.MethodGet, status, nil)
	c.stop()
	c = &tus{running: start(t, c.cfg.Dir, func(cfg *Config) { cfg.Generation = generation1 }), token: c.token}
	if diff := cmp.Diff([]string{"copied 50", "verifying 75", "completed 100"}, c.statuses(t, status)); diff != "" {
		t.Errorf("the statuses (-want +got):\n%s", diff)
	}
	if f := c.list(t)[0]; f.Retention != core.RetentionPermanent || f.Description != "old" {
		t.Errorf("the file is %+v", f)
	}
}

// Whatever goes wrong on the way leaves the temporary file as it was, and a new
// transaction may try again.
func TestFinalizeFails(t *testing.T) {
	at := func(step, status string) func(*Config) {
		return func(cfg *Config) {
			cfg.Finalize = func(_ File, next string) string {
				if next == step {
					return status
				}
				return next
			}
		}
	}
	cases := map[string]struct {
		change func(*Config)
		damage func(path string) error
		want   []string
	}{
		"failed":      {at("copied", "failed"), nil, []string{"copying 25", "failed 25"}},
		"rolled back": {at("completed", "rolled_back"), nil, []string{"copying 25", "copied 50", "verifying 75", "rolled_back 75"}},
		"damaged": {nil, func(path string) error { return os.WriteFile(path, []byte("CONTENT"), 0o600) },
			[]string{"copying 25", "copied 50", "verifying 75", "rolled_back 75"}},
		"gone": {nil, os.Remove, []string{"copying 25", "failed 25"}},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			c, f := gen1(t, k.change)
			status := c.finalizing(t, f.ID, "")
			if k.damage != nil {
				if err := k.damage(f.Path); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(k.want, c.statuses(t, status)); diff != "" {
				t.Errorf("the statuses (-want +got):\n%s", diff)
			}
			if said := c.call(t, http.MethodGet, status, nil).fields(t)["error_message"]; said == "" {
				t.Error("there is no error message")
			}
			for _, now := range c.list(t) {
				if diff := cmp.Diff(f, now); diff != "" {
					t.Errorf("the file (-want +got):\n%s", diff)
				}
			}
			if name != "gone" && c.finalizing(t, f.ID, "") == status {
				t.Error("a new try is the old transaction")
			}
		})
	}
}

func TestFinalizeGuards(t *testing.T) {
	c, f := gen1(t, nil)
	c.send(t, form{name: "p", content: []byte("x"), token: c.token, before: [][2]string{{"retention_policy", "permanent"}}})
	permanent := c.list(t)[1].ID
	const nobody = "11111111-2222-4333-8444-555555555555"
	if err := os.WriteFile(filepath.Join(c.cfg.Dir, "finalize", nobody+".json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		method, path, body string
		status             int
	}{
		{"POST", permanent, "", 400},
		{"POST", nobody, "", 404},
		{"POST", "..%2findex", "", 404},
		{"POST", f.ID, "{", 422},
		{"POST", f.ID, `{"metadata":[]}`, 422},
		{"POST", f.ID, `{"description":"` + string(make([]byte, 2<<20)) + `"}`, 413},
		{"GET", "22222222-2222-4333-8444-555555555555/status", "", 404},
		{"GET", "..%2findex/status", "", 404},
		{"GET", nobody + "/status", "", 500},
	}
	for _, k := range cases {
		got := c.call(t, k.method, "/api/v1/finalize/"+k.path, []byte(k.body))
		if status, _, _ := c.refusalOf(t, got); status != k.status {
			t.Errorf("%s %s answered %d %s", k.method, k.path, got.status, got.body)
		}
		if got := c.call(t, k.method, "/api/v1/finalize/"+k.path, nil, "Authorization", "Bearer x"); got.status != http.StatusUnauthorized {
			t.Errorf("%s %s without a token answered %d", k.method, k.path, got.status)
		}
	}
	c.stop()
	c = &tus{running: start(t, c.cfg.Dir, nil), token: c.token}
	if got := c.call(t, http.MethodPost, "/api/v1/finalize/"+f.ID, nil); got.status != http.StatusNotFound {
		t.Errorf("the second generation answered %d", got.status)
	}
}
