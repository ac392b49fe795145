package profiles

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// asNobody runs do without root's rights, if the test has them, on a thread that is not used again.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if os.Getuid() == 0 {
			if err := unix.Setfsuid(65534); err != nil {
				done <- err
				return
			}
		}
		do()
		done <- nil
	}()
	must(t, <-done)
}

// TestReadOnly: if a profile can't be written, the error says so, and the saved one stays.
func TestReadOnly(t *testing.T) {
	root := t.TempDir()
	d := Open(filepath.Join(root, "profiles"))
	must(t, d.Save(valid("Prod")))
	path := filepath.Join(d.path, "Prod.toml")
	must(t, os.Chmod(path, 0o644))
	for dir := root; dir != filepath.Dir(os.TempDir()); dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o055 != 0o055 {
			must(t, os.Chmod(dir, info.Mode().Perm()|0o055))
		}
	}
	must(t, os.Chmod(d.path, 0o555))
	t.Cleanup(func() { _ = os.Chmod(d.path, dirMode) })

	var list []string
	var listed, saved, renamed, removed, written, made error
	asNobody(t, func() {
		list, listed = d.List()
		changed := full("Prod", root)
		saved, removed, renamed = d.Save(changed), d.Remove("Prod"), d.Rename("Prod", valid("Test"))
		written = WriteFile(path, changed)
		made = Open(filepath.Join(d.path, "below")).Save(changed)
	})
	must(t, listed)
	if len(list) != 1 || list[0] != "Prod" {
		t.Errorf("got %q", list)
	}
	for what, err := range map[string]error{"Save": saved, "Remove": removed, "Rename": renamed, "WriteFile": written, "a folder": made} {
		wantCode(t, err, core.CodeStoreFailed)
		if !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: the cause is lost: %v", what, err)
		}
	}
	if got, err := d.Load("Prod"); err != nil || got != valid("Prod") {
		t.Errorf("the good file was touched: %+v, %v", got, err)
	}
	wantFiles(t, d, "Prod.toml")

	must(t, os.Chmod(path, 0o600))
	var unread error
	asNobody(t, func() { _, unread = LoadFile(path) })
	if os.Getuid() == 0 { // otherwise the file belongs to this user, who can read it
		wantCode(t, unread, core.CodeProfileInvalid)
	}
}

// What root can do has to work for other users too.
func TestAsUser(t *testing.T) {
	coretest.AsUser(t, "^(TestReadOnly|TestModes|TestRename)$")
}
