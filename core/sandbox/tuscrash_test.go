package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
)

// sending is a file that is sent by tus while servers are killed and started.
type sending struct {
	key     string
	content []byte
	url     string // path, "" before its creation was answered
	offset  int    // that an answer has confirmed
	done    bool
}

// try sends a request. ok is false if the connection broke.
func (c *tus) try(t *testing.T, method, url string, body []byte, headers ...string) (got answer, ok bool) {
	t.Helper()
	resp, err := c.client.Do(c.ask(t, method, url, body, headers...))
	if err != nil {
		return answer{}, false
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, header: resp.Header, body: data}, err == nil
}

// goOn does what the program does: it asks for the offset and sends the rest in
// pieces. It returns when the file is stored or the connection has broken.
func (s *sending) goOn(t *testing.T, c *tus, acked func()) {
	if s.url == "" {
		got, ok := c.try(t, http.MethodPost, tusPath, nil, "Upload-Length", strconv.Itoa(len(s.content)), "Upload-Metadata", meta("filename", s.key), "Idempotency-Key", s.key)
		if !ok {
			return
		}
		location := got.header.Get("Location")
		if got.status != http.StatusCreated || len(location) < 36 {
			t.Errorf("%s: creation answered %d %s", s.key, got.status, got.body)
			return
		}
		s.url = tusPath + location[len(location)-36:]
		acked()
	}
	got, ok := c.try(t, http.MethodHead, s.url, nil)
	for ok {
		at, err := strconv.Atoi(got.header.Get("Upload-Offset"))
		if got.status >= 300 || err != nil || at < s.offset {
			t.Errorf("%s: answered %d, offset %q, %d bytes were confirmed: %s", s.key, got.status, got.header.Get("Upload-Offset"), s.offset, got.body)
			return
		}
		s.offset = at
		acked()
		if at == len(s.content) {
			s.done = got.header.Get("Repr-Digest") == reprDigest(sumOf(s.content))
			if !s.done {
				t.Errorf("%s: complete with %v", s.key, got.header)
			}
			return
		}
		rest := s.content[at:]
		headers := digest(s.content)
		if len(rest) > 8<<10 {
			rest = rest[:8<<10]
			headers = piece(rest)
		}
		headers = append(headers, "Upload-Offset", strconv.Itoa(at), "Content-Type", "application/offset+octet-stream")
		got, ok = c.try(t, http.MethodPatch, s.url, rest, headers...)
	}
}

// T3: if the server is killed at any moment, it still has every byte that it has
// confirmed, and every upload becomes exactly one stored file.
func TestKilledServerResumesUploads(t *testing.T) {
	dir := folder(t)
	first := start(t, dir, nil)
	profile, token := first.Profile(), first.signIn(t)
	first.stop()

	var all []*sending
	for n := range 24 {
		key := fmt.Sprintf("tus-%d", n)
		all = append(all, &sending{key: key, content: contentOf(key)})
	}
	round := func(c *tus, acked func()) {
		var wg sync.WaitGroup
		next := make(chan *sending, len(all))
		for _, s := range all {
			next <- s
		}
		close(next)
		for range 6 {
			wg.Go(func() {
				for s := range next {
					s.goOn(t, c, acked)
				}
			})
		}
		wg.Wait()
		c.client.CloseIdleConnections()
	}
	for _, after := range []int{3, 20, 45} {
		child := spawn(t, dir)
		c := &tus{running: &running{Server: &Server{modules: []*module{{url: child.url}}}, client: newClient(t, profile, true)}, token: token}
		var mu sync.Mutex
		acks := 0
		round(c, func() {
			mu.Lock()
			defer mu.Unlock()
			if acks++; acks == after {
				child.kill()
			}
		})
	}
	done := 0
	for _, s := range all {
		if s.done {
			done++
		}
	}
	c := &tus{running: start(t, dir, nil), token: token}
	round(c, func() {})
	stored := storedOnce(t, c.list(t))
	for _, s := range all {
		if !s.done || stored[s.key].ID == "" {
			t.Errorf("%s is not stored", s.key)
		}
	}
	t.Logf("%d of %d files were stored before the last start", done, len(all))
}
