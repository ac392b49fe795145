package sandbox

import (
	"net/http"
	"os"
	"sync"
	"testing"
)

// The same key gets the same answer, also after a restart and with another file: the
// checksum tells the client.
func TestSameKeySameAnswer(t *testing.T) {
	dir := folder(t)
	r := start(t, dir, nil)
	first := r.send(t, form{name: "a", content: []byte("one"), key: "key", after: [][2]string{{"tags", `["x"]`}}})
	r.send(t, form{name: "between", content: []byte("x")})
	again := r.send(t, form{name: "a", content: []byte("one"), key: "key"})
	other := r.send(t, form{name: "b", content: []byte("two"), key: "key"})
	r.stop()
	r = start(t, dir, func(c *Config) { c.Addr = "127.0.0.1:0" })
	restarted := r.send(t, form{name: "a", content: []byte("one"), key: "key"})
	if first.status != http.StatusCreated || first.header.Get("Idempotency-Replayed") != "" {
		t.Fatalf("the first answer: %d %v", first.status, first.header)
	}
	for name, got := range map[string]answer{"again": again, "with another body": other, "after a restart": restarted} {
		if got.status != http.StatusCreated || got.header.Get("Idempotency-Replayed") != "true" ||
			got.fields(t)["file_id"] != first.fields(t)["file_id"] || got.fields(t)["checksum"] != first.fields(t)["checksum"] {
			t.Errorf("%s: answered %d %s, want %s", name, got.status, got.body, first.body)
		}
	}
	if files := r.list(t); len(files) != 2 {
		t.Errorf("%d files are stored, want 2", len(files))
	}
}

// A known key is answered after the whole body has arrived, not before.
func TestKnownKeyIsAnsweredAfterTheBody(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		token := r.signIn(t)
		r.send(t, form{name: "a", content: []byte("one"), key: "key", token: token})
		req := r.request(t, form{name: "a", content: randomBytes(1 << 20), key: "key", token: token})
		body := &counting{ReadCloser: req.Body}
		req.Body = body
		if got := r.do(t, req); got.status != http.StatusCreated || body.count() != req.ContentLength {
			t.Errorf("answered %d after %d of %d bytes", got.status, body.count(), req.ContentLength)
		}
		req = r.request(t, form{name: "a", content: randomBytes(2 << 20), key: "key", token: token})
		req.ContentLength = -1
		if got := r.do(t, req); got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("a body over the limit: answered %d %s", got.status, got.body)
		}
	})
}

// During an upload, another one with the same key is told to try again.
func TestKeyInProgress(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		token := r.signIn(t)
		p := r.pause(t, form{name: "a", content: randomBytes(1000), key: "key", token: token})
		busy := r.send(t, form{name: "a", content: []byte("x"), key: "key", token: token})
		if status, _ := r.refusalOf(t, busy); status != http.StatusConflict || busy.header.Get("Retry-After") != "1" {
			t.Errorf("in progress: answered %d %v %s", busy.status, busy.header, busy.body)
		}
		if other := r.send(t, form{name: "b", content: []byte("x"), key: "other", token: token}); other.status != http.StatusCreated {
			t.Errorf("another key: answered %d %s", other.status, other.body)
		}
		first := p.finish(t)
		again := r.send(t, form{name: "a", content: []byte("x"), key: "key", token: token})
		if first.status != http.StatusCreated || again.fields(t)["file_id"] != first.fields(t)["file_id"] {
			t.Errorf("then answered %s, first %s", again.body, first.body)
		}
	})
}

// Of many simultaneous uploads with one key exactly one is stored.
func TestOneOfManyWithOneKey(t *testing.T) {
	r := start(t, folder(t), nil)
	token := r.signIn(t)
	var wg sync.WaitGroup
	for range 20 {
		req := r.request(t, form{name: "a", content: []byte("x"), key: "key", token: token})
		wg.Go(func() {
			resp, err := r.client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusCreated && resp.StatusCode != http.StatusConflict {
				t.Errorf("answered %d", resp.StatusCode)
			}
		})
	}
	wg.Wait()
	if files := r.list(t); len(files) != 1 {
		t.Errorf("%d files are stored, want 1", len(files))
	}
}

// The key of a refused upload, or of a file that was deleted, can be used again.
func TestKeyIsFreeAgain(t *testing.T) {
	r := start(t, folder(t), nil)
	token := r.signIn(t)
	send := func(ttl string) answer {
		return r.send(t, form{name: "a", content: []byte("x"), key: "key", token: token, after: [][2]string{{"ttl_days", ttl}}})
	}
	if got := send("0"); got.status != http.StatusBadRequest {
		t.Fatalf("answered %d %s", got.status, got.body)
	}
	first := send("1")
	if first.status != http.StatusCreated {
		t.Fatalf("after a refusal: answered %d %s", first.status, first.body)
	}
	if err := os.Remove(r.list(t)[0].Path); err != nil {
		t.Fatal(err)
	}
	second := send("1")
	if second.status != http.StatusCreated || second.fields(t)["file_id"] == first.fields(t)["file_id"] {
		t.Errorf("after the file was removed: answered %d %s", second.status, second.body)
	}
	if third := send("1"); third.fields(t)["file_id"] != second.fields(t)["file_id"] {
		t.Errorf("once more: answered %d %s", third.status, third.body)
	}
	if files := r.list(t); len(files) != 1 || files[0].ID != second.fields(t)["file_id"] {
		t.Errorf("stored %v", files)
	}
}
