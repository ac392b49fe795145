package spool

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

func describe(t *testing.T, path string) core.Source {
	t.Helper()
	facts, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return content.Describe(path, filepath.Base(path), facts)
}

// copies returns the files of a folder.
func copies(t *testing.T, d *Dir) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(d.path, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A copy has what reading the file gives, and can be read by its owner only.
func TestSpool(t *testing.T) {
	d := Open(filepath.Join(t.TempDir(), "state", "spool"))
	for _, path := range []string{"/proc/version", "/proc/self/limits", "/sys/devices/system/cpu/online"} {
		src := describe(t, path)
		got, err := d.Spool(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(got.Copy)
		if err != nil || string(data) != string(want) || got.Size != int64(len(want)) {
			t.Errorf("%s: %d bytes %q, %v", path, got.Size, data, err)
		}
		for kept, mode := range map[string]os.FileMode{got.Copy: 0o600, d.path: 0o700 | os.ModeDir} {
			if facts, err := os.Lstat(kept); err != nil || facts.Mode() != mode {
				t.Errorf("%s is %v, %v", kept, facts.Mode(), err)
			}
		}
		file, err := content.Open(got)
		if err == nil {
			err = errors.Join(file.Unchanged(), file.Close())
		}
		if err != nil {
			t.Errorf("the copy can't be sent: %v", err)
		}
		got.Copy, got.Size = src.Copy, src.Size
		if got != src {
			t.Errorf("%+v became %+v", src, got)
		}
	}
}

// A file that can't be copied gives an error with its name, and leaves nothing behind.
func TestSpoolRefuses(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	proc := describe(t, "/proc/version")
	gone, other := proc, proc
	gone.Path, other.FileID = "/proc/no such file", "9:9"
	space := func(n int64, err error) func(*Dir) {
		return func(d *Dir) { d.free = func(string) (int64, error) { return n, err } }
	}
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		change func(*Dir)
		src    core.Source
		code   core.Code
		cause  error
	}{
		{"too long", t.Context(), func(d *Dir) { d.limit = 10 }, proc, core.CodeFileLength, errTooLong},
		{"no space", t.Context(), space(reserve, nil), proc, core.CodeDiskFull, errNoSpace},
		{"unknown space", t.Context(), space(math.MaxInt64, os.ErrPermission), proc, core.CodeFileLength, os.ErrPermission},
		{"no folder", t.Context(), func(d *Dir) { d.path = filepath.Join(file, "spool") }, proc, core.CodeFileLength, nil},
		{"gone", t.Context(), func(*Dir) {}, gone, core.CodeFileMissing, nil},
		{"another file", t.Context(), func(*Dir) {}, other, core.CodeFileChanged, nil},
		{"cancelled", cancelled, func(*Dir) {}, proc, core.CodeCancelled, nil},
		{"never ends", t.Context(), func(*Dir) {}, describe(t, "/proc/self/mem"), core.CodeFileUnreadable, nil},
	} {
		d := Open(filepath.Join(t.TempDir(), "spool"))
		tt.change(d)
		_, err := d.Spool(tt.ctx, tt.src)
		if core.CodeOf(err) != tt.code || tt.cause != nil && !errors.Is(err, tt.cause) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if left := copies(t, d); len(left) != 0 {
			t.Errorf("%s left %v", tt.name, left)
		}
	}
}

// Only copies that are not needed are deleted.
func TestSweep(t *testing.T) {
	d := Open(filepath.Join(t.TempDir(), "spool"))
	d.Sweep(nil) // there is no folder
	var kept []string
	for range 3 {
		src, err := d.Spool(t.Context(), describe(t, "/proc/version"))
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, src.Copy)
	}
	foreign := filepath.Join(t.TempDir(), "foreign")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d.Drop(foreign)
	d.Drop("")
	d.Drop(kept[0])
	d.Sweep([]string{kept[2], foreign})
	if left := copies(t, d); len(left) != 1 || left[0] != kept[2] {
		t.Errorf("left %v of %v", left, kept)
	}
	if _, err := os.Lstat(foreign); err != nil {
		t.Error("a foreign file was deleted")
	}
}

func TestFree(t *testing.T) {
	if n, err := free(t.TempDir()); err != nil || n <= 0 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := free("/no such folder"); err == nil {
		t.Error("a folder that is not there has space")
	}
	for _, tt := range []struct {
		n, size uint64
		want    int64
	}{{3, 4096, 12288}, {0, 4096, 0}, {math.MaxUint64, 4096, math.MaxInt64}, {5, 0, math.MaxInt64}} {
		if got := clamp(tt.n, tt.size); got != tt.want {
			t.Errorf("%d × %d is %d", tt.n, tt.size, got)
		}
	}
}
