package content

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// touch changes only a file's metadata, until its change time shows it.
func touch(t *testing.T, src core.Source) core.Source {
	t.Helper()
	for {
		if err := errors.Join(os.Chmod(src.Path, 0o640), os.Chmod(src.Path, 0o600)); err != nil {
			t.Fatal(err)
		}
		if now := describe(t, src.Path, src.Name); !now.Changed.Equal(src.Changed) {
			return now
		}
	}
}

// A file that was rewritten and got its old time back counts as changed.
func TestWrittenWithTheOldTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	write(t, path, "old")
	src := describe(t, path, "a")
	open, err := Open(src)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	for describe(t, path, "a").Changed.Equal(src.Changed) {
		write(t, path, "new")
		if err := os.Chtimes(path, src.ModTime, src.ModTime); err != nil {
			t.Fatal(err)
		}
	}
	if err := open.Unchanged(); core.CodeOf(err) != core.CodeFileChanged {
		t.Errorf("while it was open: %v", err)
	}
	if _, err := Open(src); core.CodeOf(err) != core.CodeFileChanged {
		t.Errorf("before it was opened: %v", err)
	}
	older := src
	older.Changed = time.Time{} // unknown in older versions
	if f, err := Open(older); err != nil {
		t.Errorf("unknown: %v", err)
	} else {
		_ = f.Close()
	}
	other := describe(t, path, "a")
	other.FileID = "9:9"
	if _, err := Open(other); core.CodeOf(err) != core.CodeFileChanged {
		t.Errorf("another file: %v", err)
	}
	if Same(other, describe(t, path, "a")) || Same(src, older) || Same(older, older) || !Same(src, src) || Same(src, describe(t, path, "a")) {
		t.Error("files are taken for each other")
	}
}

// The hash is of the present content, even if the metadata has changed.
func TestSum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	write(t, path, "content")
	src := describe(t, path, "a")
	touch(t, src)
	want := sha256.Sum256([]byte("content"))
	if got, err := Sum(t.Context(), src); err != nil || got != core.NewChecksum(want[:]) {
		t.Errorf("%s, %v", got, err)
	}
	src.Size++
	if got, err := Sum(t.Context(), src); core.CodeOf(err) != core.CodeFileChanged {
		t.Errorf("%s, %v", got, err)
	}
}

// Files in /proc and /sys report a wrong length. Only reading to the end shows the real one.
func TestLyingLength(t *testing.T) {
	for _, path := range []string{"/proc/version", "/proc/self/limits", "/sys/devices/system/cpu/online"} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		src := describe(t, path, filepath.Base(path))
		if src.Size == int64(len(data)) {
			t.Fatalf("%s reports its real length", path)
		}
		f, err := Open(src)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, f.Section(0, src.Size))
		if err == nil {
			err = f.Unchanged()
		}
		if core.CodeOf(err) != core.CodeFileChanged || !errors.Is(err, ErrLength) {
			t.Errorf("%s of %d bytes, said to be %d: %v", path, len(data), src.Size, err)
		}
		_ = f.Close()
		want := sha256.Sum256(data)
		if got, err := Sum(t.Context(), src); err != nil || got != core.NewChecksum(want[:]) {
			t.Errorf("%s: %s, %v", path, got, err)
		}
	}
}

// A growing file does not count as one of unknown length.
func TestGrowingIsNoLie(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	write(t, path, "some")
	f, err := Open(describe(t, path, "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, text := range []string{"some more", "so"} {
		write(t, path, text)
		_, err := io.Copy(io.Discard, f.Section(0, 4))
		if err == nil {
			err = f.EndsAt(4)
		}
		if core.CodeOf(err) != core.CodeFileChanged || errors.Is(err, ErrLength) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A file that ends without any content is an empty file.
func TestEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	write(t, path, "")
	f, err := Open(describe(t, path, "a"))
	if err == nil {
		err = f.Unchanged()
	}
	if err != nil {
		t.Error(err)
	}
	_ = f.Close()
}
