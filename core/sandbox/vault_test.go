package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// openTestVault opens a vault and closes it at the end of the test. It writes to log.
func openTestVault(t testing.TB, dir string) (v *vault, log *bytes.Buffer) {
	t.Helper()
	log = &bytes.Buffer{}
	v, err := openVault(t.Context(), dir, slog.New(slog.NewTextHandler(log, nil)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.close() })
	return v, log
}

// put stores a file.
func (v *vault) put(key string, content []byte) (File, error) {
	in, err := v.create()
	if err != nil {
		return File{}, err
	}
	in.Name, in.Key, in.UploadedAt = "name "+key, key, time.Unix(int64(len(content)), 0).UTC()
	if _, err := in.Write(content); err != nil {
		return File{}, err
	}
	in.seal()
	return in.File, in.keep(context.Background())
}

// fill stores three files of 1, 2 and 3 bytes under the keys 1, 2 and 3.
func fill(t testing.TB, dir string) []File {
	t.Helper()
	v, _ := openTestVault(t, dir)
	var files []File
	for n := 1; n <= 3; n++ {
		f, err := v.put(fmt.Sprint(n), bytes.Repeat([]byte("x"), n))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if err := v.close(); err != nil {
		t.Fatal(err)
	}
	return files
}

// edit changes a file on disk.
func edit(t testing.TB, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Files that arrive while a group is being written form one group.
func TestUploadsShareAFlush(t *testing.T) {
	v, _ := openTestVault(t, t.TempDir())
	v.index.writing.Lock() // as if a group were being written
	var wg sync.WaitGroup
	for n := range 10 {
		wg.Go(func() {
			if _, err := v.put(fmt.Sprint(n), nil); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(t, "all ten are in one group", func() bool {
		v.index.mu.Lock()
		defer v.index.mu.Unlock()
		return v.index.gathering != nil && len(v.index.gathering.rows) == 10
	})
	if files, err := v.files(context.Background()); err != nil || len(files) > 0 {
		t.Errorf("before the commit %v are stored (%v)", files, err)
	}
	v.index.writing.Unlock()
	wg.Wait()
	if files, err := v.files(context.Background()); err != nil || len(files) != 10 {
		t.Errorf("after it %d are stored (%v)", len(files), err)
	}
}

// Simultaneous uploads are all stored.
func TestGroupCommit(t *testing.T) {
	dir := t.TempDir()
	v, _ := openTestVault(t, dir)
	var wg sync.WaitGroup
	for n := range 100 {
		wg.Go(func() {
			if _, err := v.put(fmt.Sprint(n), bytes.Repeat([]byte("y"), n)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := v.close(); err != nil {
		t.Fatal(err)
	}
	v, _ = openTestVault(t, dir)
	for n := range 100 {
		if f, err := v.claim(t.Context(), fmt.Sprint(n)); err != nil || f == nil || f.Size != int64(n) {
			t.Errorf("key %d: %v %v", n, f, err)
		}
	}
}

// If the folder has vanished, the answer is an error of the server.
func TestVanishedFolder(t *testing.T) {
	r := start(t, folder(t), nil)
	if err := os.RemoveAll(filepath.Join(r.cfg.Dir, "files")); err != nil {
		t.Fatal(err)
	}
	got := r.send(t, form{name: "a", content: []byte("x")})
	if status, words := r.refusalOf(t, got); status != http.StatusInternalServerError || strings.Contains(words, r.cfg.Dir) {
		t.Errorf("answered %d %s", got.status, got.body)
	}
	if got := r.get(t, "/health/ready"); got.status != http.StatusServiceUnavailable {
		t.Errorf("ready answered %d %s", got.status, got.body)
	}
}

func TestFilesEndsWithItsContext(t *testing.T) {
	r := start(t, folder(t), nil)
	r.send(t, form{name: "a", content: []byte("x")})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Files(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Files: %v", err)
	}
}

func TestAsRefusal(t *testing.T) {
	cases := []struct {
		err    error
		status int
	}{
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, http.StatusInsufficientStorage},
		{fmt.Errorf("%w: %w", errBroken, syscall.EDQUOT), http.StatusInsufficientStorage},
		{&os.PathError{Op: "write", Path: "x", Err: syscall.EIO}, http.StatusInternalServerError},
		{&os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EIO}, http.StatusInternalServerError},
		{errBroken, http.StatusInternalServerError},
		{fmt.Errorf("%w: %w", errUnavailable, context.DeadlineExceeded), http.StatusInternalServerError},
		{&http.MaxBytesError{Limit: 1}, http.StatusRequestEntityTooLarge},
		{errors.New("unexpected EOF"), http.StatusBadRequest},
		{fmt.Errorf("reading: %w", tooLarge(1)), http.StatusRequestEntityTooLarge},
	}
	for _, c := range cases {
		got := asRefusal(c.err)
		if got.status != c.status || !strings.Contains(got.Error(), fmt.Sprint(c.status)) {
			t.Errorf("asRefusal(%v) = %v, want %d", c.err, got, c.status)
		}
		if known := (*refusal)(nil); !errors.As(c.err, &known) && !errors.Is(got, c.err) {
			t.Errorf("asRefusal(%v) hides the cause", c.err)
		}
	}
}
