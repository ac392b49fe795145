package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/store"
)

// queueOf makes a queue with three stored files in folder. It leaves the queue as after a
// normal end of the program, or as after a crash: then the entries are in the log only.
func queueOf(t *testing.T, folder string, crash bool) {
	t.Helper()
	path := filepath.Join(folder, "queue.db")
	s, err := store.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	list := coretest.Archive(3)
	for i := range list {
		list[i].State, list[i].FinishedAt = core.StateStored, time.Unix(1_800_000_000, 0)
		list[i].Receipt = &core.Receipt{FileID: fmt.Sprintf("file-%d", i), Size: list[i].Source.Size,
			SHA256: core.Checksum(strings.Repeat(fmt.Sprint(i), 64)), UploadedAt: list[i].FinishedAt}
	}
	if err := s.Commit(t.Context(), core.Batch{Put: list}); err != nil {
		t.Fatal(err)
	}
	left := map[string][]byte{}
	for _, suffix := range []string{"", "-wal"} {
		if left[suffix], err = os.ReadFile(path + suffix); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if crash {
		if len(left["-wal"]) == 0 {
			t.Fatal("the log is empty: nothing would be lost without it")
		}
		coretest.WriteFile(t, path, left[""])
		coretest.WriteFile(t, path+"-wal", left["-wal"])
	}
}

// readOnly makes everything below dir read-only during the test.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	set := func(folder, file fs.FileMode) error {
		return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				return os.Chmod(path, folder)
			}
			return errors.Join(err, os.Chmod(path, file))
		})
	}
	if err := set(0o500, 0o400); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = set(0o700, 0o600) })
}

// The history can be read where nothing can be written, including entries that a crash has
// left in the log only, and no copy stays behind.
func TestHistoryWhereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	for _, crash := range []bool{false, true} {
		home, temp := t.TempDir(), t.TempDir()
		queueOf(t, home, crash)
		readOnly(t, home)
		cmd := exec.Command("ingester", "history", "--json")
		cmd.Env = append(os.Environ(), "INGESTER_HOME="+home, "TMPDIR="+temp)
		asUser(t, cmd)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if code := ended(t, cmd); code != exitOK || stderr.Len() > 0 {
			t.Errorf("crash %v: exit code %d, %s", crash, code, &stderr)
		}
		for i := range 3 {
			if !strings.Contains(stdout.String(), fmt.Sprintf(`"file_id":"file-%d"`, i)) {
				t.Errorf("crash %v: file-%d is not there:\n%s", crash, i, &stdout)
			}
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("left in the folder for temporary files: %v, %v", left, err)
		}
	}
}

// If the history can't be read, the error says so.
func TestHistoryThatCantBeRead(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	queueOf(t, home, false)
	if err := os.Chmod(filepath.Join(home, "queue.db"), 0); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("ingester", "history")
	cmd.Env = append(os.Environ(), "INGESTER_HOME="+home)
	asUser(t, cmd)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if code := ended(t, cmd); code != exitUsage || !strings.Contains(stderr.String(), "could not be read") || strings.Contains(stderr.String(), "saved") {
		t.Errorf("exit code %d, %s", code, &stderr)
	}
}
