//go:build unix

package smallfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Files for which reading would wait, or never end, are refused at once.
func TestNotRegular(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	must(t, syscall.Mkfifo(pipe, 0o600))
	must(t, os.Symlink(pipe, link))
	for _, path := range []string{pipe, link, "/dev/zero", "/dev/null"} {
		if _, err := Read(path, 1); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s was read: %v", path, err)
		}
		if err := Write(path, []byte("x"), 0o600); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s was replaced: %v", path, err)
		}
	}
}

// Write makes the file private, and replaces a link without changing its target.
func TestWriteReplacesALink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	must(t, os.WriteFile(target, []byte("the target"), 0o644))
	must(t, os.Symlink(target, link))
	must(t, Write(link, []byte("new"), 0o600))
	info, err := os.Lstat(link)
	must(t, err)
	if info.Mode() != fs.FileMode(0o600) {
		t.Errorf("mode %v", info.Mode())
	}
	if got, err := Read(target, 100); err != nil || string(got) != "the target" {
		t.Errorf("the target became %q, %v", got, err)
	}
}

// A user's file has the mode that other new files of the user have.
func TestExportFollowsTheUmask(t *testing.T) {
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours"), filepath.Join(dir, "theirs")
	must(t, os.WriteFile(theirs, nil, 0o666))
	must(t, Export(ours, func(io.Writer) error { return nil }))
	want, err := os.Stat(theirs)
	must(t, err)
	if got, err := os.Stat(ours); err != nil || got.Mode() != want.Mode() {
		t.Errorf("%v, %v, want %v", got.Mode(), err, want.Mode())
	}
}
