//go:build unix

package content

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
)

// describe describes the file at path as a scan does.
func describe(t *testing.T, path, name string) core.Source {
	t.Helper()
	facts, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return Describe(path, name, facts)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// Below the folder that the user named nothing is found through a link, whether it leads outside or inside.
// The folder itself may be reached through one.
func TestOpenStaysInTheFolder(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(dir string) error // dir has box/sub/deep/a, box/other/deep/a and out/deep/a
		code   core.Code
	}{
		{"nothing", func(string) error { return nil }, ""},
		{"the way to the folder is a link", func(dir string) error {
			return errors.Join(os.Rename(dir+"/home", dir+"/moved"), os.Symlink("moved", dir+"/home"))
		}, ""},
		{"a folder becomes a link to outside", func(dir string) error {
			return replace(dir+"/home/box/sub", dir+"/home/out")
		}, core.CodeFileNotRegular},
		{"a folder becomes a link within", func(dir string) error {
			return replace(dir+"/home/box/sub", "other")
		}, core.CodeFileNotRegular},
		{"a deeper folder becomes a link to where it went", func(dir string) error {
			return errors.Join(os.Rename(dir+"/home/box/sub/deep", dir+"/home/kept"), os.Symlink(dir+"/home/kept", dir+"/home/box/sub/deep"))
		}, core.CodeFileNotRegular},
		{"the file becomes a link", func(dir string) error {
			return replace(dir+"/home/box/sub/deep/a", dir+"/home/out/deep/a")
		}, core.CodeFileNotRegular},
		{"another folder takes the place", func(dir string) error {
			return errors.Join(os.RemoveAll(dir+"/home/box/sub"), os.Rename(dir+"/home/out", dir+"/home/box/sub"))
		}, core.CodeFileChanged},
		{"a pipe takes the place of a folder", func(dir string) error {
			return errors.Join(os.RemoveAll(dir+"/home/box/sub"), syscall.Mkfifo(dir+"/home/box/sub", 0o600))
		}, core.CodeFileNotRegular},
		{"a pipe takes the place of all", func(dir string) error {
			return errors.Join(os.RemoveAll(dir+"/home/box"), syscall.Mkfifo(dir+"/home/box", 0o600))
		}, core.CodeFileUnreadable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range []string{"box/sub/deep/a", "box/other/deep/a", "out/deep/a"} {
				write(t, filepath.Join(dir, "home", file), "x") // the same size
				stamp(t, filepath.Join(dir, "home", file))
			}
			src := describe(t, filepath.Join(dir, "home/box/sub/deep/a"), "box/sub/deep/a")
			if err := tt.change(dir); err != nil {
				t.Fatal(err)
			}
			f, err := Open(src)
			if core.CodeOf(err) != tt.code {
				t.Errorf("got %v, want %q", err, tt.code)
			}
			if err == nil {
				_ = f.Close()
			}
		})
	}
}

// replace replaces what is at path by a link.
func replace(path, target string) error {
	return errors.Join(os.RemoveAll(path), os.Symlink(target, path))
}

// stamp gives all files the same time.
func stamp(t *testing.T, path string) {
	t.Helper()
	facts, err := os.Stat("/")
	if err == nil {
		err = os.Chtimes(path, facts.ModTime(), facts.ModTime())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A folder that was replaced between Lstat and opening is not entered.
func TestEnter(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/a/x", "")
	write(t, dir+"/b/y", "")
	root, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	seen, err := root.Lstat("a")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func() error{
		func() error { return errors.Join(os.Rename(dir+"/a", dir+"/c"), os.Rename(dir+"/b", dir+"/a")) },
		func() error { return replace(dir+"/a", "c") },
		func() error { return replace(dir+"/a", dir) },
		func() error { return os.Remove(dir + "/a") },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		below, err := Enter(root, "a", seen)
		if err == nil {
			names, _ := fs.ReadDir(below.FS(), ".")
			if len(names) != 1 || names[0].Name() != "x" { // the folder that was seen
				t.Errorf("entered %v", names)
			}
			_ = below.Close()
		}
	}
}

func TestSplit(t *testing.T) {
	for _, tt := range []struct{ path, name, top, below string }{
		{"/home/u/box/sub/a", "box/sub/a", "/home/u/box", "sub/a"},
		{"/target/sub/a", "link/sub/a", "/target", "sub/a"},
		{"/home/u/a", "a", "/home/u", "a"},
		{"/home/u/real", "link", "/home/u", "real"},
		{"/etc/passwd", "etc/passwd", "/etc", "passwd"},
		{"/a", "a", "/", "a"},
		{"/home/u/a", "somewhere/else", "/home/u", "a"}, // from an older version
		{"/home/u/a", "", "/home/u", "a"},
		{"/home/u/a", "a/", "/home/u", "a"},
		{"/a", "x/a", "/", "a"},
	} {
		if top, below := split(tt.path, tt.name); top != tt.top || below != tt.below {
			t.Errorf("%s as %s: %s and %s", tt.path, tt.name, top, below)
		}
	}
}
