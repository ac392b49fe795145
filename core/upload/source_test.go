//go:build unix

package upload

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func TestOpenSource(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 100)
	good := transfer.Source
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
			f, err := openSource(want)
			if core.CodeOf(err) != tt.code {
				t.Errorf("got %v, want %q", err, tt.code)
			}
			if err == nil {
				if err := f.unchanged(); err != nil {
					t.Error(err)
				}
				_ = f.Close()
				if core.CodeOf(f.unchanged()) != core.CodeFileUnreadable {
					t.Error("a closed file is unchanged")
				}
			} else if e := core.AsError(err); e.Kind != core.KindFile || e.Message == "" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// Someone who may not read a file is told so. (root may read everything.)
func TestFilePermission(t *testing.T) {
	if e := fileError(&os.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}); e.Code != core.CodeFilePermission {
		t.Errorf("%+v", e)
	}
	if os.Geteuid() == 0 {
		return
	}
	transfer, _ := newTransfer(t, "a", 1)
	if err := os.Chmod(transfer.Source.Path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := openSource(transfer.Source); core.CodeOf(err) != core.CodeFilePermission {
		t.Errorf("got %v", err)
	}
}

// A file that can't be opened costs no token and no connection.
func TestUploadOfAMissingFile(t *testing.T) {
	c := newTestClient(t, "http://127.0.0.1:1", nil, nil)
	_, err := c.Upload(limited(t), core.Transfer{Source: core.Source{Path: filepath.Join(t.TempDir(), "x")}}, &progress{})
	want(t, err, core.KindFile, core.CodeFileMissing, core.OutcomeNotProcessed)
}
