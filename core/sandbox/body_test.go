package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// eventually polls until done.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// receivingNow reports whether an upload is being written.
func (r *running) receivingNow(t *testing.T) bool {
	t.Helper()
	parts, err := filepath.Glob(filepath.Join(r.cfg.Dir, "files", "*"+partSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return len(parts) > 0
}

// paused is a request that has sent half of its body and waits.
type paused struct {
	rest   []byte
	body   *io.PipeWriter
	cancel context.CancelFunc
	result chan answer // closed without an answer if the request fails
}

// pause sends half of an upload and waits until the server writes it.
func (r *running) pause(t *testing.T, f form) *paused {
	t.Helper()
	req := r.request(t, f)
	all, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	reader, writer := io.Pipe()
	req = req.WithContext(ctx)
	req.Body = reader
	p := &paused{rest: all[len(all)/2:], body: writer, cancel: cancel, result: make(chan answer, 1)}
	go func() {
		defer close(p.result)
		resp, err := r.client.Do(req)
		if err != nil {
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		p.result <- answer{status: resp.StatusCode, header: resp.Header, body: body}
	}()
	if _, err := writer.Write(all[:len(all)/2]); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the upload is being written", func() bool { return r.receivingNow(t) })
	return p
}

// finish sends the rest.
func (p *paused) finish(t *testing.T) answer {
	t.Helper()
	if _, err := p.body.Write(p.rest); err != nil {
		t.Fatal(err)
	}
	_ = p.body.Close()
	got, ok := <-p.result
	if !ok {
		t.Fatal("the upload failed")
	}
	return got
}

// abort breaks the connection.
func (p *paused) abort() {
	p.cancel()
	_ = p.body.CloseWithError(context.Canceled) // the HTTP/1.1 transport waits for its body
	<-p.result
}

// A body that is cut off leaves nothing behind.
func TestAbortedBodyLeavesNothing(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		p := r.pause(t, form{name: "a", content: randomBytes(512 << 10), key: "key"})
		p.abort()
		eventually(t, "the unfinished file is gone", func() bool { return len(leftovers(t, r.cfg.Dir, nil)) == 0 })
		if files := r.list(t); len(files) > 0 {
			t.Errorf("stored %v", files)
		}
		// The key is free again.
		eventually(t, "the key stores a file", func() bool {
			return r.send(t, form{name: "a", content: []byte("x"), key: "key"}).status == http.StatusCreated
		})
	})
}

// dial opens a connection on which the test writes HTTP/1.1 itself.
func (r *running) dial(t *testing.T) *tls.Conn {
	t.Helper()
	transport, ok := r.client.Transport.(*http.Transport)
	if !ok {
		t.Fatal("the client has another transport")
	}
	cfg := transport.TLSClientConfig.Clone()
	cfg.NextProtos = []string{"http/1.1"}
	conn, err := tls.Dial("tcp", r.modules[0].listener.Addr().String(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// A body that ends early, at any byte, is never accepted as a whole one.
func TestTruncatedFormIsNeverStored(t *testing.T) {
	r := start(t, folder(t), nil).http1(t)
	token := r.signIn(t)
	body, contentType := form{name: "a", content: []byte("content"), after: [][2]string{{"ttl_days", "3"}}}.encode(t)
	whole := bytes.LastIndex(body, []byte("--")) + 2 // RFC 2046: the last line break is not part of the form
	for n := range whole {
		req, err := http.NewRequest(http.MethodPost, r.URL()+"/api/v1/files/upload", bytes.NewReader(body[:n]))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", contentType)
		if got := r.do(t, req); got.status != http.StatusBadRequest {
			t.Fatalf("%d of %d bytes, the last %q: answered %d %s", n, len(body), body[max(0, n-8):n], got.status, got.body)
		}
	}
	if files, rest := r.list(t), leftovers(t, r.cfg.Dir, nil); len(files)+len(rest) > 0 {
		t.Errorf("stored %v, left behind %v", files, rest)
	}
}

// Nothing is stored before the last byte, even if the form is complete without it:
// clients hold it back until they have noted that they are about to send it.
func TestNothingIsStoredBeforeTheLastByte(t *testing.T) {
	r := start(t, folder(t), nil).http1(t)
	body, contentType := form{name: "a", content: []byte("content")}.encode(t)
	token := r.signIn(t)
	conn := r.dial(t)
	_, _ = fmt.Fprintf(conn, "POST /api/v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		token, contentType, len(body))
	if _, err := conn.Write(body[:len(body)-1]); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the upload is being written", func() bool { return r.receivingNow(t) })
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, conn)
	eventually(t, "the unfinished file is gone", func() bool { return len(leftovers(t, r.cfg.Dir, nil)) == 0 })
	if files := r.list(t); len(files) > 0 {
		t.Errorf("stored %v", files)
	}
}

// What can be refused without the body is refused instead of "100 Continue".
func TestExpectContinue(t *testing.T) {
	r := start(t, folder(t), func(c *Config) { c.MaxFileSize = 1 << 20 }).http1(t)
	body, contentType := form{name: "a", content: []byte("content")}.encode(t)
	token := r.signIn(t)
	cases := []struct {
		name, token string
		length      int
		key         string
		want        int
	}{
		{"no token", "", len(body), "", http.StatusUnauthorized},
		{"too large", token, 2<<20 + 1, "", http.StatusRequestEntityTooLarge},
		{"bad key", token, len(body), "\x7f", http.StatusBadRequest},
		{"good", token, len(body), "", http.StatusContinue},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			conn := r.dial(t)
			_, _ = fmt.Fprintf(conn, "POST /api/v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIdempotency-Key: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
				c.token, c.key, contentType, c.length)
			reader := bufio.NewReader(conn)
			line, err := reader.ReadString('\n')
			if err != nil || !strings.HasPrefix(line, fmt.Sprintf("HTTP/1.1 %d ", c.want)) {
				t.Fatalf("the first answer is %q (%v), want %d", line, err, c.want)
			}
			if c.want != http.StatusContinue {
				return
			}
			if _, err := conn.Write(body); err != nil {
				t.Fatal(err)
			}
			if _, err := reader.ReadString('\n'); err != nil { // the blank line after 100
				t.Fatal(err)
			}
			if line, err := reader.ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 201 ") {
				t.Errorf("then came %q (%v), want 201", line, err)
			}
		})
	}
}

// counting counts the bytes that are read of a body.
type counting struct {
	io.ReadCloser
	n atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func (c *counting) count() int64 { return c.n.Load() }

// pattern is a large body that needs no memory. It calls look every 32 MiB.
type pattern struct {
	left int64
	look func()
}

func (p *pattern) Read(buf []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	const step = 32 << 20
	n := int(min(int64(len(buf)), p.left))
	for i := range buf[:n] {
		buf[i] = byte(i)
	}
	if p.left/step != (p.left-int64(n))/step && p.look != nil {
		p.look()
	}
	p.left -= int64(n)
	return n, nil
}

// sendLarge uploads content that is never in memory as a whole.
func (r *running) sendLarge(t testing.TB, token string, content *pattern) answer {
	t.Helper()
	const mark = "@content@"
	body, contentType := form{name: "large", content: []byte(mark)}.encode(t)
	head, tail, _ := bytes.Cut(body, []byte(mark))
	size := content.left
	req, err := http.NewRequest(http.MethodPost, r.URL()+"/api/v1/files/upload",
		io.MultiReader(bytes.NewReader(head), content, bytes.NewReader(tail)))
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = int64(len(head)) + size + int64(len(tail))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", contentType)
	return r.do(t, req)
}

// Memory does not grow with the file: client and server together never use more than
// a fraction of the 256 MiB that are uploaded.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const size, most = 256 << 20, 48 << 20 // HTTP/2 may have its window of 16 MiB in memory
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(proto, func(t *testing.T) {
			r := start(t, folder(t), nil)
			if proto == "HTTP/1.1" {
				r.http1(t)
			}
			token := r.signIn(t)
			peak, looks := uint64(0), 0
			got := r.sendLarge(t, token, &pattern{left: size, look: func() {
				var stats runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&stats)
				peak = max(peak, stats.HeapAlloc)
				looks++
			}})
			if got.status != http.StatusCreated || got.proto != proto || got.fields(t)["size"] != float64(size) {
				t.Fatalf("answered %d over %s: %s", got.status, got.proto, got.body)
			}
			if peak > most || looks != size/(32<<20) {
				t.Errorf("%d MiB in memory for a file of %d MiB, seen %d times", peak>>20, size>>20, looks)
			}
			t.Logf("at most %d KiB in memory", peak>>10)
		})
	}
}
