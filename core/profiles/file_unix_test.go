//go:build unix

package profiles

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
)

// TestModes: the modes are 0700 and 0600, independent of the umask and of earlier modes.
func TestModes(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o277} {
		root := t.TempDir()
		d := Open(filepath.Join(root, "profiles"))
		old := syscall.Umask(umask)
		err := d.Save(valid("Prod"))
		written := WriteFile(filepath.Join(root, "out.toml"), valid("Prod"))
		syscall.Umask(old)
		must(t, err)
		must(t, written)
		wantMode(t, d.path, 0o700)
		wantMode(t, filepath.Join(d.path, "Prod.toml"), 0o600)
		wantMode(t, filepath.Join(root, "out.toml"), 0o600)

		must(t, os.Chmod(d.path, 0o755))
		must(t, os.Chmod(filepath.Join(d.path, "Prod.toml"), 0o666))
		must(t, d.Save(valid("Prod")))
		wantMode(t, d.path, 0o700)
		wantMode(t, filepath.Join(d.path, "Prod.toml"), 0o600)
	}
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %v, want %v", path, got, want)
	}
}

// TestSymlink: reading follows a link; saving replaces the link and doesn't change its target.
func TestSymlink(t *testing.T) {
	target := put(t, filepath.Join(t.TempDir(), "shared.toml"), minimal)
	d := Open(t.TempDir())
	link := filepath.Join(d.path, "Prod.toml")
	must(t, os.Symlink(target, link))
	if got, err := d.Load("Prod"); err != nil || got != valid("Prod") {
		t.Errorf("got %+v, %v", got, err)
	}
	must(t, d.Save(full("Prod", d.path)))
	if content(t, target) != minimal {
		t.Error("saving wrote through the link")
	}
	if info, err := os.Lstat(link); err != nil || !info.Mode().IsRegular() {
		t.Errorf("still a link: %v, %v", info, err)
	}
	must(t, os.Remove(link))
	must(t, os.Symlink(filepath.Join(d.path, "gone"), link))
	wantNames(t, d, "Prod")
	_, err := d.Load("Prod")
	wantCode(t, err, core.CodeProfileNotFound)
	must(t, d.Save(valid("Prod")))
	must(t, d.Remove("Prod"))
	wantFiles(t, d)
}

// TestPipe: reading doesn't wait for a pipe, and saving doesn't replace it.
func TestPipe(t *testing.T) {
	d := Open(t.TempDir())
	pipe := filepath.Join(d.path, "Prod.toml")
	must(t, syscall.Mkfifo(pipe, 0o600))
	_, err := d.Load("Prod")
	if message := wantCode(t, err, core.CodeProfileInvalid); !strings.Contains(message, "not a regular file") {
		t.Error(message)
	}
	wantCode(t, d.Save(valid("Prod")), core.CodeStoreFailed)
	if info, err := os.Lstat(pipe); err != nil || info.Mode().Type() != os.ModeNamedPipe {
		t.Errorf("the pipe is gone: %v", err)
	}
	wantFiles(t, d, "Prod.toml")
}

func TestDirIsAFile(t *testing.T) {
	d := Open(put(t, filepath.Join(t.TempDir(), "profiles"), ""))
	_, err := d.List()
	wantCode(t, err, core.CodeProfileInvalid)
	_, err = d.Load("Prod")
	wantCode(t, err, core.CodeProfileInvalid)
	if err := d.Save(valid("Prod")); err == nil {
		t.Error("saved into a file")
	}
	wantCode(t, d.Remove("Prod"), core.CodeProfileInvalid)
	wantCode(t, d.Rename("Prod", valid("Test")), core.CodeProfileInvalid)
	below := Open(filepath.Join(d.path, "below"))
	wantCode(t, below.Save(valid("Prod")), core.CodeStoreFailed)
}

func TestReadFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	file := put(t, filepath.Join(dir, "profile.toml"), minimal)
	must(t, os.Symlink(file, filepath.Join(dir, "link.toml")))
	_, err := LoadFile(filepath.Join(dir, "link.toml"))
	must(t, err)
	_, err = LoadFile(filepath.Join(file, "below"))
	wantCode(t, err, core.CodeProfileInvalid)
}
