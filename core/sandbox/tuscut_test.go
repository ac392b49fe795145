package sandbox

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// halfway sends the first bytes of a PATCH and waits until they are on disk. Then
// the connection can be broken; ended is closed once the server has noticed.
func (c *tus) halfway(t *testing.T, url string, offset int, first []byte, whole int, headers ...string) (cut func()) {
	t.Helper()
	headers = append([]string{"Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream"}, headers...)
	req := c.ask(t, http.MethodPatch, url, nil, headers...)
	body, write := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	req = req.WithContext(ctx)
	req.Body, req.ContentLength = body, int64(whole)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if resp, err := c.client.Do(req); err == nil {
			_ = resp.Body.Close()
		}
	}()
	if _, err := write.Write(first); err != nil {
		t.Fatal(err)
	}
	name := c.tus.content(url[len(url)-36:])
	eventually(t, "the first bytes are on disk", func() bool {
		info, err := os.Stat(name)
		return err == nil && info.Size() == int64(offset+len(first))
	})
	return func() {
		cancel()
		_ = write.Close()
		<-ended
	}
}

// T3 from the server's side: after a broken connection the upload continues behind
// the last byte that arrived, or before the piece if it has a checksum. A client
// that comes back before the server has noticed need not wait for the old
// connection.
func TestTusBrokenConnections(t *testing.T) {
	content := randomBytes(4000)
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		for _, checked := range []bool{false, true} {
			for _, cutFirst := range []bool{false, true} {
				t.Run(proto+" checked "+strconv.FormatBool(checked)+" cut "+strconv.FormatBool(cutFirst), func(t *testing.T) {
					r := start(t, folder(t), nil)
					if proto == "HTTP/1.1" {
						r.http1(t)
					}
					c := r.tusClient(t)
					url := c.begin(t, len(content))
					c.patch(t, url, 0, content[:1000], piece(content[:1000])...)
					want, headers := 1500, []string(nil)
					if checked {
						want, headers = 1000, piece(content[1000:3000])
					}
					cut := c.halfway(t, url, 1000, content[1000:1500], 2000, headers...)
					if cutFirst {
						cut()
					}
					if at := c.offset(t, url); at != want {
						t.Errorf("goes on at %d, want %d", at, want)
					}
					cut()
					if got := c.patch(t, url, want, content[want:], digest(content)...); got.status != http.StatusNoContent {
						t.Errorf("the rest: %d %s", got.status, got.body)
					}
					c.checkStored(t, url, content)
				})
			}
		}
	}
}

// A body that is longer than the upload is refused, and none of it is kept.
func TestTusTooLongBody(t *testing.T) {
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		r := start(t, folder(t), nil)
		if proto == "HTTP/1.1" {
			r.http1(t)
		}
		c := r.tusClient(t)
		url := c.begin(t, 5)
		for _, length := range []int64{6, -1} {
			req := c.ask(t, http.MethodPatch, url, []byte("abcdef"), "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
			req.ContentLength = length
			if got := c.do(t, req); got.status != http.StatusRequestEntityTooLarge {
				t.Errorf("%s, length %d: answered %d %s", proto, length, got.status, got.body)
			}
			if at := c.offset(t, url); at != 0 || len(c.list(t)) > 0 {
				t.Errorf("%s, length %d: the offset is %d", proto, length, at)
			}
		}
		c.stop()
	}
}

// Parts that were sent in parallel become one file. They are deleted when it is
// stored, and kept if it is not.
func TestTusConcatenation(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		c, content := r.tusClient(t), randomBytes(90_001)
		var urls [3]string
		var group errgroup.Group
		for n := range urls {
			part := content[n*30_000:]
			if n < 2 {
				part = part[:30_000]
			}
			urls[n] = c.begin(t, len(part), "Upload-Metadata", "", "Upload-Concat", "partial", "Idempotency-Key", "k")
			group.Go(func() error {
				c.patch(t, urls[n], 0, part[:10_000], piece(part[:10_000])...)
				c.patch(t, urls[n], 10_000, part[10_000:])
				return nil
			})
		}
		_ = group.Wait()
		got := c.call(t, http.MethodHead, urls[2], nil)
		if got.header.Get("Upload-Concat") != "partial" || got.header.Get("Upload-Offset") != "30001" || got.header.Get("Repr-Digest") != "" || len(c.list(t)) > 0 {
			t.Errorf("a part: %d %v", got.status, got.header)
		}
		final := append([]string{"Upload-Concat", "final;" + urls[0] + " " + urls[1] + " " + urls[2], "Upload-Metadata", meta("filename", "a", "sha256", string(sumOf(content))),
			"Idempotency-Key", "k"}, digest(content)...)
		if got := c.call(t, http.MethodPost, tusPath, nil, append(final, digest([]byte("other"))...)...); got.status != 460 || len(c.unfinished(t)) != 6 {
			t.Errorf("another file's digest: %d %s, %v", got.status, got.body, c.unfinished(t))
		}
		got = c.call(t, http.MethodPost, tusPath, nil, final...)
		if got.status != http.StatusCreated || got.header.Get("Repr-Digest") != reprDigest(sumOf(content)) {
			t.Fatalf("the whole: %d %v %s", got.status, got.header, got.body)
		}
		c.checkStored(t, got.header.Get("Location"), content)
		// The answer was lost: the key returns it again, though the parts are deleted.
		again := c.call(t, http.MethodPost, tusPath, nil, final...)
		if again.status != http.StatusCreated || again.header.Get("Content-Location") != got.header.Get("Content-Location") {
			t.Errorf("once more: %d %v %s", again.status, again.header, again.body)
		}
		for _, url := range urls {
			if got := c.call(t, http.MethodHead, url, nil); got.status != http.StatusNotFound {
				t.Errorf("a part afterwards: %d", got.status)
			}
		}
	})
}

// A final upload is made of complete partial uploads only.
func TestTusBadConcatenations(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	half := c.begin(t, 3, "Upload-Concat", "partial")
	c.patch(t, half, 0, []byte("ab"))
	normal := c.begin(t, 3)
	stored := c.begin(t, 3)
	c.patch(t, stored, 0, []byte("abc"))
	before := len(c.unfinished(t))
	for name, url := range map[string]string{"half": half, "normal": normal, "stored": stored} {
		got := c.call(t, http.MethodPost, tusPath, nil, "Upload-Concat", "final;"+url, "Upload-Metadata", meta("filename", "a"))
		if got.status != http.StatusBadRequest {
			t.Errorf("%s: answered %d %s", name, got.status, got.body)
		}
	}
	if after := len(c.unfinished(t)); after != before || len(c.list(t)) != 1 {
		t.Errorf("%d files are unfinished, were %d; stored %v", after, before, c.list(t))
	}
}

// tusd's deadlines end with its request: they don't hold for the next one on the same
// connection.
func TestTusLeavesNoDeadlines(t *testing.T) {
	c := start(t, folder(t), nil).tusClient(t)
	w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel() // net/http ends a request's context
	c.tus.ServeHTTP(w, c.ask(t, http.MethodHead, tusPath+"11111111-2222-4333-8444-555555555555", nil).WithContext(ctx))
	if w.Code != http.StatusNotFound || w.set < 2 || !w.read.IsZero() || !w.write.IsZero() {
		t.Errorf("answered %d, after %d deadlines they are %v and %v", w.Code, w.set, w.read, w.write)
	}
}

// deadlines is a connection that records its deadlines.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write time.Time
	set         int
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.read = at
	d.set++
	return nil
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.write = at
	d.set++
	return nil
}
