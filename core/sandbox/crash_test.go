package sandbox

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// crashDirEnv names a folder. With it the test program is a sandbox that serves in
// this folder until it is killed.
const crashDirEnv = "SANDBOX_TEST_CRASH_DIR"

func serveUntilKilled(dir string) int {
	srv, err := New(context.Background(), Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // the parent has ended
		cancel()
	}()
	fmt.Println(srv.URL())
	if err := srv.Serve(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// child is a sandbox in a process of its own.
type child struct {
	cmd *exec.Cmd
	url string
}

func spawn(t *testing.T, dir string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(os.Environ(), crashDirEnv+"="+dir)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd}
	t.Cleanup(c.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the sandbox did not start: %v", err)
	}
	c.url = line[:len(line)-1]
	return c
}

// kill sends SIGKILL: the process can't do anything any more.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// If the server is killed at any moment, what it has confirmed is stored, no file is
// incomplete, and every key still has one answer.
func TestKilledServerKeepsItsPromises(t *testing.T) {
	dir := folder(t)
	first := start(t, dir, nil) // creates keys and certificates
	profile, token := first.Profile(), first.signIn(t)
	first.stop()

	confirmed := map[string]string{} // key → file ID
	keys := 0
	for _, after := range []int{1, 10, 40} {
		c := spawn(t, dir)
		r := &running{Server: &Server{modules: []*module{{url: c.url}}}, client: newClient(t, profile, true)}
		var mu sync.Mutex
		var wg sync.WaitGroup
		acks := 0
		for range 8 {
			wg.Go(func() {
				for {
					mu.Lock()
					key := fmt.Sprintf("key-%d", keys)
					keys++
					mu.Unlock()
					id := r.tryUpload(t, key, token)
					if id == "" {
						return
					}
					mu.Lock()
					confirmed[key] = id
					if acks++; acks == after {
						c.kill()
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		r.client.CloseIdleConnections()
	}

	r := start(t, dir, nil)
	files := r.list(t)
	stored := storedOnce(t, files)
	for key, id := range confirmed {
		if stored[key].ID != id {
			t.Errorf("%s was confirmed as %s and is %q", key, id, stored[key].ID)
		}
	}
	if rest := leftovers(t, dir, files); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
	for n := range keys {
		key := fmt.Sprintf("key-%d", n)
		if id := r.tryUpload(t, key, token); id == "" || (stored[key].ID != "" && stored[key].ID != id) {
			t.Errorf("%s is now %q, was %q", key, id, stored[key].ID)
		}
	}
	if got := len(r.list(t)); got != keys {
		t.Errorf("%d files are stored for %d keys", got, keys)
	}
	t.Logf("%d of %d uploads were confirmed, %d stored before the last start", len(confirmed), keys, len(files))
}

// storedOnce checks that each file is stored once, with the content of its key. It
// returns the files by key.
func storedOnce(t *testing.T, files []File) map[string]File {
	t.Helper()
	stored := map[string]File{}
	for _, f := range files {
		if data, err := os.ReadFile(f.Path); err != nil || sumOf(data) != f.SHA256 || sumOf(data) != sumOf(contentOf(f.Key)) {
			t.Errorf("%s is not what was sent (%v)", f.Key, err)
		}
		if _, twice := stored[f.Key]; twice {
			t.Errorf("%s is stored twice", f.Key)
		}
		stored[f.Key] = f
	}
	return stored
}

func contentOf(key string) []byte {
	content := make([]byte, 20<<10)
	copy(content, key)
	return content
}

// tryUpload returns the file ID, "" if the connection broke.
func (r *running) tryUpload(t *testing.T, key, token string) string {
	resp, err := r.client.Do(r.request(t, form{name: key, content: contentOf(key), key: key, token: token}))
	if err != nil {
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return ""
	}
	if resp.StatusCode != http.StatusCreated {
		t.Errorf("%s: answered %d %s", key, resp.StatusCode, body)
		return ""
	}
	id, _ := answer{body: body}.fields(t)["file_id"].(string)
	return id
}
