//go:build unix

package engine

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// reasons returns what was left out, and why.
func reasons(found core.Scan) map[string]core.SkipReason {
	got := map[string]core.SkipReason{}
	for _, s := range found.Skipped {
		got[s.Path] = s.Reason
	}
	return got
}

// In a folder links are not followed, special files are not opened, and a hard
// link is a file of its own. Fault 43.
func TestScanSkips(t *testing.T) {
	dir := tree(t, "box/a", "box/sub/b", "secret/key")
	box := filepath.Join(dir, "box")
	must(t, os.Symlink("a", filepath.Join(box, "link")),
		os.Symlink("..", filepath.Join(box, "sub", "loop")),
		os.Symlink(filepath.Join(dir, "secret"), filepath.Join(box, "escape")),
		os.Symlink("nowhere", filepath.Join(box, "dangling")),
		os.Link(filepath.Join(box, "a"), filepath.Join(box, "z hard")),
		syscall.Mkfifo(filepath.Join(box, "pipe"), 0o600))
	l, err := net.Listen("unix", filepath.Join(box, "s"))
	must(t, err)
	defer func() { _ = l.Close() }()

	found := scan(t, box, "/dev/null")
	want := map[string]core.SkipReason{
		filepath.Join(box, "link"): core.SkipSymlink, filepath.Join(box, "escape"): core.SkipSymlink,
		filepath.Join(box, "dangling"): core.SkipSymlink, filepath.Join(box, "sub", "loop"): core.SkipSymlink,
		filepath.Join(box, "pipe"): core.SkipSpecial, filepath.Join(box, "s"): core.SkipSpecial, "/dev/null": core.SkipSpecial,
	}
	if diff := cmp.Diff([]string{"box/a", "box/sub/b", "box/z hard"}, names(found)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, reasons(found)); diff != "" {
		t.Error(diff)
	}
}

// A link that the user names is followed. If it leads to nothing that can be sent,
// that is reported, and the other paths are scanned all the same.
func TestScanNamedLinks(t *testing.T) {
	dir := tree(t, "real.pdf", "box/a", "box/sub/b", "other/c")
	in := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.Symlink("real.pdf", in("latest")), os.Symlink("latest", in("newest")), os.Symlink("box", in("boxes")),
		os.Symlink("nowhere", in("dangling")), os.Symlink("loop", in("loop")), os.Symlink("sub", in("box/inner")),
		syscall.Mkfifo(in("pipe"), 0o600), os.Symlink("pipe", in("piped")), os.Symlink("/dev/zero", in("zero")))
	r, w, err := os.Pipe()
	must(t, err)
	defer func() { must(t, r.Close(), w.Close()) }()
	pipe := fmt.Sprintf("/dev/fd/%d", r.Fd()) // as of <(command) in a shell

	found := scan(t, in("dangling"), in("newest"), in("pipe"), in("boxes"), in("piped"), pipe, in("zero"), in("loop"), in("other"),
		in("latest"), in("real.pdf"), in("box"))
	if diff := cmp.Diff([]string{"newest", "boxes/a", "boxes/sub/b", "other/c"}, names(found)); diff != "" {
		t.Error(diff)
	}
	if got := found.Sources[0].Path; got != in("real.pdf") {
		t.Errorf("a link leads to %s", got)
	}
	if got := found.Sources[2].Path; got != in("box/sub/b") {
		t.Errorf("a link to a folder leads to %s", got)
	}
	want := map[string]core.SkipReason{
		in("dangling"): core.SkipSymlink, in("loop"): core.SkipSymlink, in("box/inner"): core.SkipSymlink,
		in("pipe"): core.SkipSpecial, in("piped"): core.SkipSpecial, pipe: core.SkipSpecial, in("zero"): core.SkipSpecial,
		in("latest"): core.SkipDuplicate, in("real.pdf"): core.SkipDuplicate, in("box/a"): core.SkipDuplicate, in("box/sub/b"): core.SkipDuplicate,
	}
	if diff := cmp.Diff(want, reasons(found)); diff != "" {
		t.Error(diff)
	}
	if len(found.Roots) != 12 || found.Roots[1] != (core.Root{Named: in("newest"), Path: in("real.pdf")}) || found.Roots[0].Path != in("dangling") {
		t.Errorf("%+v", found.Roots)
	}
	for _, src := range found.Sources {
		f, err := content.Open(src)
		if err != nil {
			t.Errorf("%s can't be sent: %v", src.Name, err)
			continue
		}
		_ = f.Close()
	}
}

// A folder that becomes a link while it is being scanned: nothing is found
// through it.
func TestScanWhileLinksSwap(t *testing.T) {
	var list []string
	for i := range progressEvery + 100 {
		list = append(list, fmt.Sprintf("box/a/%04d", i), fmt.Sprintf("out/a/%04d", i))
	}
	dir := tree(t, append(list, "box/b/file", "out/b/secret", "box/a/z/deep", "out/a/z/deep")...)
	swapped := false
	found, err := New(Config{}).Scan(t.Context(), []string{filepath.Join(dir, "box")}, func(core.ScanProgress) {
		if swapped {
			return
		}
		swapped = true
		for _, part := range []string{"a", "b"} {
			must(t, os.Rename(filepath.Join(dir, "box", part), filepath.Join(dir, "was "+part)),
				os.Symlink(filepath.Join(dir, "out", part), filepath.Join(dir, "box", part)))
		}
	})
	must(t, err)
	if len(found.Sources) != progressEvery+101 || reasons(found)[filepath.Join(dir, "box/b")] != core.SkipSymlink {
		t.Errorf("%d files, %v", len(found.Sources), found.Skipped)
	}
	for _, src := range found.Sources {
		facts, err := os.Lstat(strings.Replace(src.Path, filepath.Join(dir, "box", "a"), filepath.Join(dir, "was a"), 1))
		must(t, err)
		if src.FileID != content.Describe("", "", facts).FileID {
			t.Fatalf("%s is not the file that was in the folder", src.Name)
		}
		if f, err := content.Open(src); core.CodeOf(err) != core.CodeFileNotRegular {
			t.Fatalf("%s was opened: %v, %v", src.Name, f, err)
		}
	}
}

// Files with the same number may be different ones: some mounts give one number to
// two files.
func TestScanSharedNumbers(t *testing.T) {
	dir := tree(t, "one", "two")
	facts, err := os.Lstat(filepath.Join(dir, "one"))
	must(t, err)
	w := scanner{ctx: t.Context(), progress: func(core.ScanProgress) {}, paths: map[string]bool{}}
	for _, name := range []string{"one", "two", "one"} {
		w.file(name, name, name, facts, nil)
	}
	if len(w.found.Sources) != 2 || len(w.found.Skipped) != 1 || w.found.Skipped[0].Reason != core.SkipDuplicate {
		t.Errorf("%+v", w.found)
	}
}

// What can't be read is reported, and the rest is found.
func TestScanUnreadable(t *testing.T) {
	dir := tree(t, "box/a", "box/gone/b", "box/z")
	// A name that is too long together with its folder can't be read by anybody,
	// not even by the superuser.
	w := scanner{ctx: t.Context(), progress: func(core.ScanProgress) {}, paths: map[string]bool{}}
	box, err := content.OpenFolder(filepath.Join(dir, "box"))
	must(t, err)
	must(t, w.entry(box, strings.Repeat("x", 300), filepath.Join(dir, "box", "long"), "box/long"))
	must(t, w.folder(box, filepath.Join(dir, "box"), "box"))
	if len(w.found.Sources) != 3 || len(w.found.Skipped) != 1 || w.found.Skipped[0].Reason != core.SkipUnreadable || w.found.Skipped[0].Err == nil {
		t.Errorf("%+v", w.found)
	}
	closed, err := content.OpenFolder(dir)
	must(t, err, closed.Close())
	if err := w.folder(closed, dir, ""); err != nil || len(w.found.Skipped) != 2 || w.found.Skipped[1].Path != dir {
		t.Errorf("%+v, %v", w.found.Skipped, err)
	}
}
