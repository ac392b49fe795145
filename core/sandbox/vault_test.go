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

// openTestVault opens a vault that is closed with the test; log gets what it
// says.
func openTestVault(t testing.TB, dir string) (v *vault, log *bytes.Buffer) {
	t.Helper()
	log = &bytes.Buffer{}
	v, err := openVault(dir, slog.New(slog.NewTextHandler(log, nil)))
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
	return in.File, in.keep()
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

// Whatever a crash, an editor or a disk has done to the folder, what was stored
// is found again, and nothing by half.
func TestRecovery(t *testing.T) {
	type folderOf struct {
		dir, index string
		files      []File
	}
	path := func(f folderOf, n int, suffix string) string {
		return filepath.Join(f.dir, "files", f.files[n].ID+suffix)
	}
	remove := func(t *testing.T, path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	cases := []struct {
		name   string
		damage func(t *testing.T, f folderOf)
		keys   string // of the files that are there afterwards, in order
		log    string
		rest   int // names that belong to no stored file
	}{
		{"nothing", func(*testing.T, folderOf) {}, "1 2 3", "", 0},
		{"part files", func(t *testing.T, f folderOf) {
			edit(t, path(f, 0, "x"+partSuffix), func([]byte) []byte { return []byte("half") })
		}, "1 2 3", "", 0},
		{"torn last line", func(t *testing.T, f folderOf) {
			edit(t, f.index, func(d []byte) []byte { return append(d, `{"file_id":"12`...) })
		}, "1 2 3", "", 0},
		{"last line of a stored file torn", func(t *testing.T, f folderOf) {
			edit(t, f.index, func(d []byte) []byte { return d[:len(d)-5] })
		}, "1 2 3", "back in it", 0},
		{"zeros at the end", func(t *testing.T, f folderOf) {
			edit(t, f.index, func(d []byte) []byte { return append(d, make([]byte, 4096)...) })
		}, "1 2 3", "", 0},
		{"damaged line", func(t *testing.T, f folderOf) {
			edit(t, f.index, func(d []byte) []byte { d[10] = 0xff; return d })
		}, "2 3 1", "is damaged", 0},
		{"line that names no file ID", func(t *testing.T, f folderOf) {
			edit(t, f.index, func(d []byte) []byte {
				return append(d, `{"file_id":"../../etc/passwd","sha256":"`+strings.Repeat("0", 64)+`"}`+"\n"...)
			})
		}, "1 2 3", "no UUID", 0},
		{"index lost", func(t *testing.T, f folderOf) { remove(t, f.index) }, "1 2 3", "back in it", 0},
		{"description lost", func(t *testing.T, f folderOf) { remove(t, path(f, 1, ".json")) }, "1 2 3", "", 0},
		{"description empty", func(t *testing.T, f folderOf) {
			edit(t, path(f, 1, ".json"), func([]byte) []byte { return nil })
		}, "1 2 3", "", 0},
		{"content removed", func(t *testing.T, f folderOf) { remove(t, path(f, 1, "")) }, "1 3", "is gone", 0},
		{"renamed, not in the index", func(t *testing.T, f folderOf) {
			edit(t, f.index, func(d []byte) []byte { return d[:bytes.IndexByte(d, '\n')+1] })
		}, "1 2 3", "back in it", 0},
		{"content that nothing describes", func(t *testing.T, f folderOf) {
			edit(t, f.index, func([]byte) []byte { return nil })
			edit(t, path(f, 2, ".json"), func(d []byte) []byte { return d[:20] })
		}, "1 2", "left alone", 2},
		{"content of another size", func(t *testing.T, f folderOf) {
			edit(t, f.index, func([]byte) []byte { return nil })
			edit(t, path(f, 2, ""), func(d []byte) []byte { return d[:1] })
		}, "1 2", "left alone", 2},
		{"description of another file", func(t *testing.T, f folderOf) {
			remove(t, f.index)
			edit(t, path(f, 2, ".json"), func([]byte) []byte { d, _ := f.files[0].line(); return d })
		}, "1 2", "another file", 2},
		{"foreign files", func(t *testing.T, f folderOf) {
			edit(t, filepath.Join(f.dir, "files", "notes.json"), func([]byte) []byte { return []byte("{}") })
			if err := os.Mkdir(filepath.Join(f.dir, "files", "folder"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "1 2 3", "", 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			f := folderOf{dir: dir, index: filepath.Join(dir, "index.jsonl"), files: fill(t, dir)}
			c.damage(t, f)
			checkRecovered(t, dir, c.keys, c.log, c.rest)
			checkRecovered(t, dir, c.keys, "", c.rest) // and it stays so
		})
	}
}

func checkRecovered(t *testing.T, dir, wantKeys, wantLog string, wantRest int) {
	t.Helper()
	v, log := openTestVault(t, dir)
	defer func() { _ = v.close() }()
	files, err := v.files(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, f := range files {
		keys = append(keys, f.Key)
		known, err := v.claim(f.Key)
		if err != nil || known == nil || known.ID != f.ID {
			t.Errorf("the key %s gives %v (%v)", f.Key, known, err)
		}
		line, _ := f.line()
		if data, err := os.ReadFile(v.describing(f.ID)); err != nil || !bytes.Equal(data, line) {
			t.Errorf("the description of %s is %q (%v)", f.Key, data, err)
		}
	}
	if got := strings.Join(keys, " "); got != wantKeys {
		t.Errorf("the files are %q, want %q\n%s", got, wantKeys, log)
	}
	if !strings.Contains(log.String(), wantLog) {
		t.Errorf("the log lacks %q:\n%s", wantLog, log)
	}
	if rest := leftovers(t, dir, files); len(rest) != wantRest {
		t.Errorf("left behind: %v", rest)
	}
}

// What comes while a group is being written makes one group, so one flush.
func TestUploadsShareAFlush(t *testing.T) {
	v, _ := openTestVault(t, t.TempDir())
	v.index.flushing.Lock() // a flush that takes long
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
		return v.index.gathering != nil && len(v.index.gathering.lines) == 10
	})
	if files, err := v.files(context.Background()); err != nil || len(files) > 0 {
		t.Errorf("before the flush %v are stored (%v)", files, err)
	}
	v.index.flushing.Unlock()
	wg.Wait()
	if files, err := v.files(context.Background()); err != nil || len(files) != 10 {
		t.Errorf("after it %d are stored (%v)", len(files), err)
	}
}

// Uploads at the same time are all there afterwards.
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
		if f, err := v.claim(fmt.Sprint(n)); err != nil || f == nil || f.Size != int64(n) {
			t.Errorf("key %d: %v %v", n, f, err)
		}
	}
}

// After a failed fsync nothing is confirmed any more, and the server says so.
func TestBrokenIndex(t *testing.T) {
	r := start(t, folder(t), nil)
	token := r.signIn(t)
	r.send(t, form{name: "a", content: []byte("x"), key: "before", token: token})
	if err := r.vault.index.file.Close(); err != nil { // stands for a disk that fails
		t.Fatal(err)
	}
	for range 2 {
		if got := r.send(t, form{name: "a", content: []byte("x"), token: token}); got.status != http.StatusInternalServerError {
			t.Errorf("answered %d %s", got.status, got.body)
		}
	}
	if got := r.get(t, "/health/ready"); got.status != http.StatusServiceUnavailable || got.fields(t)["status"] != "fail" {
		t.Errorf("ready answered %d %s", got.status, got.body)
	}
	if got := r.send(t, form{name: "a", content: []byte("x"), key: "before", token: token}); got.status != http.StatusInternalServerError {
		t.Errorf("a known key answered %d %s", got.status, got.body)
	}
	if _, err := r.Files(context.Background()); err == nil {
		t.Error("Files reads a closed index")
	}
	// What is closed can't be closed again: give it back for the end.
	file, err := os.OpenFile(filepath.Join(r.cfg.Dir, "index.jsonl"), os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	r.vault.index.file = file
	if files := r.list(t); len(files) != 1 || len(leftovers(t, r.cfg.Dir, files)) > 0 {
		t.Errorf("stored %v, left behind %v", files, leftovers(t, r.cfg.Dir, files))
	}
}

// A folder that has vanished is an error of the server, told as such.
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

// An index that can neither be written nor cut is given up until the next start.
func TestIndexThatCantBeWrittenIsGivenUp(t *testing.T) {
	dir := t.TempDir()
	files := fill(t, dir)
	v, _ := openTestVault(t, dir)
	// A descriptor that can only be read stands for a disk that has become so.
	readOnly, err := os.Open(filepath.Join(dir, "index.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	writable := v.index.file
	v.index.file = readOnly
	if _, err := v.put("4", []byte("four")); !errors.Is(err, errBroken) || v.healthy() == nil {
		t.Errorf("put: %v, healthy: %v", err, v.healthy())
	}
	v.index.file = writable
	_ = readOnly.Close()
	if rest := leftovers(t, dir, files); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
	checkRecovered(t, dir, "1 2 3", "", 0)
}
