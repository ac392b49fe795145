//go:build unix

package content

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/artstore/ingester/core"
)

// newSource writes a file and describes it.
func newSource(t *testing.T) core.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return core.Source{Path: path, Name: "a", Size: info.Size(), ModTime: info.ModTime()}
}

func TestOpen(t *testing.T) {
	good := newSource(t)
	dir := t.TempDir()
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.Symlink(good.Path, link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*core.Source)
		code   core.Code // "" for success
	}{
		{"as it was", func(*core.Source) {}, ""},
		{"missing", func(s *core.Source) { s.Path += "x" }, core.CodeFileMissing},
		{"below a file", func(s *core.Source) { s.Path += "/x" }, core.CodeFileUnreadable},
		{"folder", func(s *core.Source) { s.Path = dir }, core.CodeFileNotRegular},
		{"symbolic link", func(s *core.Source) { s.Path = link }, core.CodeFileNotRegular},
		{"pipe", func(s *core.Source) { s.Path = pipe }, core.CodeFileNotRegular},
		{"device", func(s *core.Source) { s.Path = "/dev/zero" }, core.CodeFileNotRegular},
		{"other size", func(s *core.Source) { s.Size++ }, core.CodeFileChanged},
		{"other time", func(s *core.Source) { s.ModTime = s.ModTime.Add(time.Nanosecond) }, core.CodeFileChanged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := good
			tt.change(&want)
			f, err := Open(want)
			if core.CodeOf(err) != tt.code {
				t.Errorf("got %v, want %q", err, tt.code)
			}
			if err == nil {
				if err := f.Unchanged(); err != nil {
					t.Error(err)
				}
				_ = f.Close()
				if core.CodeOf(f.Unchanged()) != core.CodeFileUnreadable {
					t.Error("a closed file is unchanged")
				}
			} else if e := core.AsError(err); e.Kind != core.KindFile || e.Message == "" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// A file without read permission gives an error that says so. (root may read everything.)
func TestFilePermission(t *testing.T) {
	if e := Unreadable(&os.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}); e.Code != core.CodeFilePermission {
		t.Errorf("%+v", e)
	}
	if os.Geteuid() == 0 {
		return
	}
	src := newSource(t)
	if err := os.Chmod(src.Path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(src); core.CodeOf(err) != core.CodeFilePermission {
		t.Errorf("got %v", err)
	}
}

func TestSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(core.Source{Path: path, Size: 10, ModTime: info.ModTime()})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from, to int64
		want     string
		code     core.Code
	}{{0, 10, "0123456789", ""}, {3, 5, "34", ""}, {5, 5, "", ""}, {8, 12, "89", core.CodeFileChanged}} {
		got, err := io.ReadAll(iotest.OneByteReader(f.Section(tt.from, tt.to)))
		if string(got) != tt.want || core.CodeOf(err) != tt.code {
			t.Errorf("%d…%d: %q, %v", tt.from, tt.to, got, err)
		}
	}
	_ = f.Close()
	if _, err := f.Section(0, 1).Read(make([]byte, 1)); core.CodeOf(err) != core.CodeFileUnreadable {
		t.Errorf("a closed file gave %v", err)
	}
}
