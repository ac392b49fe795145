//go:build unix

package engine

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
)

// Links are not followed, special files not opened, hard links taken once:
// fault 43.
func TestScanSkips(t *testing.T) {
	dir := tree(t, "box/a", "box/sub/b", "secret/key")
	box := filepath.Join(dir, "box")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Symlink("a", filepath.Join(box, "link")))
	must(os.Symlink("..", filepath.Join(box, "sub", "loop")))
	must(os.Symlink(filepath.Join(dir, "secret"), filepath.Join(box, "escape")))
	must(os.Symlink("nowhere", filepath.Join(box, "dangling")))
	must(os.Link(filepath.Join(box, "a"), filepath.Join(box, "z hard")))
	must(syscall.Mkfifo(filepath.Join(box, "pipe"), 0o600))
	l, err := net.Listen("unix", filepath.Join(box, "s"))
	must(err)
	defer func() { _ = l.Close() }()

	found := scan(t, box, filepath.Join(box, "link"), "/dev/null")
	want := map[string]core.SkipReason{
		filepath.Join(box, "link"): core.SkipSymlink, filepath.Join(box, "escape"): core.SkipSymlink,
		filepath.Join(box, "dangling"): core.SkipSymlink, filepath.Join(box, "sub", "loop"): core.SkipSymlink,
		filepath.Join(box, "z hard"): core.SkipDuplicate, filepath.Join(box, "pipe"): core.SkipSpecial,
		filepath.Join(box, "s"): core.SkipSpecial, "/dev/null": core.SkipSpecial,
	}
	if len(found.Sources) != 2 {
		t.Errorf("%q", names(found))
	}
	got := map[string]core.SkipReason{}
	for _, s := range found.Skipped {
		got[s.Path] = s.Reason
	}
	for path, reason := range want {
		if got[path] != reason {
			t.Errorf("%s: %q, want %q", path, got[path], reason)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
}

// What can't be read is told, and the rest is found.
func TestScanUnreadable(t *testing.T) {
	dir := tree(t, "box/a", "box/gone/b", "box/z")
	// A name that is too long once it is in its folder can't be read by
	// anybody, not even by the superuser.
	w := walker{ctx: t.Context(), progress: func(core.ScanProgress) {}, paths: map[string]bool{}, ids: map[string]bool{}}
	long := filepath.Join(dir, string(make([]byte, 300)))
	if err := w.folder(long, "box"); err != nil {
		t.Fatal(err)
	}
	facts, err := os.Lstat(filepath.Join(dir, "box"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.visit(filepath.Join(dir, "box"), "box", facts, nil); err != nil {
		t.Fatal(err)
	}
	if len(w.found.Sources) != 3 || len(w.found.Skipped) != 1 || w.found.Skipped[0].Reason != core.SkipUnreadable || w.found.Skipped[0].Err == nil {
		t.Errorf("%+v", w.found)
	}
}
