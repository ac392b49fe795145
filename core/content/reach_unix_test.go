//go:build unix

package content

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
)

// below makes a file in the folder top and describes it as a scan would.
func below(t *testing.T, top, rest string) core.Source {
	t.Helper()
	path := filepath.Join(top, filepath.FromSlash(rest))
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte("content"), 0o600))
	facts, err := os.Lstat(path)
	must(t, err)
	return Describe(path, filepath.Base(top)+"/"+rest, facts)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// elsewhere returns src as it would be on another device.
func elsewhere(src core.Source) core.Source {
	_, inode, _ := strings.Cut(src.FileID, ":")
	src.FileID = "123456:" + inode
	return src
}

func TestReach(t *testing.T) {
	for _, tt := range []struct {
		name    string
		change  func(t *testing.T, root string) error // of a folder that holds "share/top/sub/file"
		mounted bool                                  // the file was on another device than the folders are now
		place   string                                // below root
		code    core.Code
	}{
		{"as it was", func(*testing.T, string) error { return nil }, false, "", ""},
		{"changed", func(_ *testing.T, root string) error {
			return os.WriteFile(filepath.Join(root, "share/top/sub/file"), nil, 0o600)
		}, false, "", ""},
		{"file deleted", remove("share/top/sub/file"), false, "", core.CodeFileMissing},
		{"folder below deleted", remove("share/top/sub"), false, "", core.CodeFileMissing},
		{"folder below renamed", rename("share/top/sub"), false, "", core.CodeFileMissing},
		{"named folder renamed", rename("share/top"), false, "share/top", core.CodeFolderAway},
		{"named folder deleted", remove("share/top"), false, "share/top", core.CodeFolderAway},
		{"folder above renamed", rename("share"), false, "share", core.CodeFolderAway},
		{"a pipe in place of the folder", func(_ *testing.T, root string) error {
			return errors.Join(rename("share/top")(nil, root), os.WriteFile(filepath.Join(root, "share/top"), nil, 0o600))
		}, false, "share/top", core.CodeFolderAway},
		{"unmounted above", func(_ *testing.T, root string) error {
			return errors.Join(remove("share")(nil, root), os.Mkdir(filepath.Join(root, "share"), 0o700))
		}, true, "share", core.CodeFolderAway},
		{"unmounted where it was named", func(_ *testing.T, root string) error {
			return errors.Join(remove("share/top")(nil, root), os.Mkdir(filepath.Join(root, "share/top"), 0o700))
		}, true, "share/top", core.CodeFolderAway},
		{"unmounted below", func(_ *testing.T, root string) error {
			return errors.Join(remove("share/top/sub")(nil, root), os.Mkdir(filepath.Join(root, "share/top/sub"), 0o700))
		}, true, "share/top/sub", core.CodeFolderAway},
		{"emptied by hand", func(_ *testing.T, root string) error {
			return errors.Join(remove("share/top")(nil, root), os.Mkdir(filepath.Join(root, "share/top"), 0o700))
		}, false, "", core.CodeFileMissing},
		{"file system that shows files on other devices", func(t *testing.T, root string) error {
			below(t, filepath.Join(root, "share", "top"), "sub/neighbour")
			return remove("share/top/sub/file")(t, root)
		}, true, "", core.CodeFileMissing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			src := below(t, filepath.Join(root, "share", "top"), "sub/file")
			if tt.mounted {
				src = elsewhere(src)
			}
			must(t, tt.change(t, root))
			place, err := Reach(src)
			want := ""
			if tt.place != "" {
				want = filepath.Join(root, filepath.FromSlash(tt.place))
			}
			if place != want || core.CodeOf(err) != tt.code {
				t.Errorf("%q, %v; want %q, %s", place, err, want, tt.code)
			}
		})
	}
}

func remove(path string) func(*testing.T, string) error {
	return func(_ *testing.T, root string) error { return os.RemoveAll(filepath.Join(root, path)) }
}

func rename(path string) func(*testing.T, string) error {
	return func(_ *testing.T, root string) error {
		return os.Rename(filepath.Join(root, path), filepath.Join(root, path+" gone"))
	}
}

// A file that was named itself waits for its folder.
func TestReachOfNamedFile(t *testing.T) {
	root := t.TempDir()
	src := below(t, filepath.Join(root, "folder"), "file")
	src.Name = "file"
	must(t, rename("folder")(t, root))
	if place, err := Reach(src); place != filepath.Join(root, "folder") || core.CodeOf(err) != core.CodeFolderAway {
		t.Errorf("%q, %v", place, err)
	}
}

// The system's error distinguishes a fault of the file from one of the computer.
func TestSystemCode(t *testing.T) {
	for err, code := range map[error]core.Code{
		syscall.EIO:      core.CodeFileUnreadable,
		syscall.ESTALE:   core.CodeFileUnreadable,
		syscall.EACCES:   core.CodeFilePermission,
		syscall.ENOENT:   core.CodeFileMissing,
		syscall.EMFILE:   core.CodeTooManyOpen,
		syscall.ENFILE:   core.CodeTooManyOpen,
		syscall.EBUSY:    core.CodeFileInUse,
		syscall.ENOTCONN: core.CodeFolderAway,

		syscall.EHOSTDOWN: core.CodeFolderAway,
		syscall.ETIMEDOUT: core.CodeFolderAway,
	} {
		if got := Unreadable(&fs.PathError{Op: "open", Path: "x", Err: err}); got.Code != code || !errors.Is(got, err) {
			t.Errorf("%v: %v", err, got)
		}
	}
}
