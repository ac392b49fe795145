package sandbox

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A full disk refuses the upload and nothing more: once there is room again,
// the next line goes where the refused one would have been. A memory file that
// may not grow is the full disk.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir)
	v, _ := openTestVault(t, dir)
	line, err := os.ReadFile(filepath.Join(dir, "index.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.MemfdCreate("index", unix.MFD_ALLOW_SEALING|unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	full := os.NewFile(uintptr(fd), "index")
	if _, err := full.Write(line); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(full.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_GROW); err != nil {
		t.Fatal(err)
	}
	disk := v.index.file
	v.index.file = full
	if _, err := v.put("4", []byte("four")); err == nil || errors.Is(err, errBroken) {
		t.Errorf("put on a full disk: %v", err)
	}
	if err := v.healthy(); err != nil {
		t.Errorf("healthy: %v", err)
	}
	if end, err := full.Seek(0, io.SeekEnd); err != nil || end != int64(len(line)) {
		t.Errorf("the index has %d bytes, had %d (%v)", end, len(line), err)
	}
	v.index.file = disk
	_ = full.Close()
	if _, err := v.put("5", []byte("fives")); err != nil {
		t.Fatal(err)
	}
	checkRecovered(t, dir, "1 2 3 5", "", 0)
}
