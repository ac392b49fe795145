package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// smallDisk mounts a file system of 1 MiB. Without permission it returns false: TestFailedWrite tests
// the same in another way.
func smallDisk(t *testing.T) (dir string, ok bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); errors.Is(err, syscall.EPERM) {
		return "", false
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, 0)) })
	return dir, true
}

// TestFullDisk is case 48 on a really full disk.
func TestFullDisk(t *testing.T) {
	dir, ok := smallDisk(t)
	if !ok {
		return
	}
	path := filepath.Join(dir, "state", "queue.db")
	fill := func() {
		f, err := os.Create(filepath.Join(dir, "ballast"))
		must(t, err)
		block := make([]byte, 4096)
		for err == nil {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		must(t, f.Close())
	}
	free := func() { must(t, os.Remove(filepath.Join(dir, "ballast"))) }

	fill()
	_, err := Open(t.Context(), path, nil)
	wantCode(t, err, core.CodeStoreFailed)
	free()
	s := openAt(t, path)
	list := coretest.Archive(200)
	commit(t, s, core.Batch{Put: list[:50]})
	fill()
	for range 3 {
		err = s.Commit(t.Context(), core.Batch{Put: list[50:]})
		wantCode(t, err, core.CodeStoreFailed)
		if !strings.Contains(err.Error(), "disk is full") {
			t.Errorf("doesn't say why: %v", err)
		}
		diff(t, ids(list[:50]), unfinished(t, s))
	}
	_ = s.Close() // may fail to merge its log into the file
	s = openAt(t, path)
	diff(t, ids(list[:50]), unfinished(t, s))
	free()
	commit(t, s, core.Batch{Put: list[50:]})
	diff(t, ids(list), unfinished(t, reopen(t, s)))
	must(t, s.Close())
}

// TestReadOnlyDisk: the error says so, and nothing counts as damaged.
func TestReadOnlyDisk(t *testing.T) {
	dir, ok := smallDisk(t)
	if !ok {
		return
	}
	path := filepath.Join(dir, "queue.db")
	s := openAt(t, path)
	commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
	must(t, s.Close())
	must(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	_, err := Open(t.Context(), path, nil)
	wantCode(t, err, core.CodeStoreFailed)
	_, err = Open(t.Context(), filepath.Join(dir, "sub", "queue.db"), nil)
	wantCode(t, err, core.CodeStoreFailed)
	must(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT, ""))
	diff(t, []string{"queue.db"}, files(t, path))
	s = openAt(t, path)
	diff(t, []core.TransferID{"a"}, unfinished(t, s))
	must(t, s.Close())
}
