//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// While one process has the queue no other gets it, even if the lock's file is deleted,
// replaced or moved. If the owner does not share the queue, as in earlier versions, others
// wait for a moment.
func TestLockOutlivesItsFile(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	lock := folders{state: home}.lock()
	s := newServer(t, sandbox.Config{})
	dir, contents := writeTree(t, 3, func(i int) string { return string(rune('a' + i)) })
	owner, err := takeLock(t.Context(), lock)
	if err != nil {
		t.Fatal(err)
	}
	for what, swap := range map[string]func() error{
		"as it was": func() error { return nil },
		"deleted":   func() error { return os.Remove(lock) },
		"replaced":  func() error { return os.WriteFile(lock, nil, 0o600) },
		"moved":     func() error { return os.Rename(lock, filepath.Join(home, "elsewhere")) },
	} {
		if err := swap(); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		second := s.command(home, "upload", "--profile-file", s.profileFile, dir)
		second.Stderr = &stderr
		_ = second.Run() // the exit code tells
		if code := second.ProcessState.ExitCode(); code != exitUsage || !strings.Contains(stderr.String(), "Another Ingester") {
			t.Errorf("%s: exit code %d: %s", what, code, stderr.String())
		}
	}
	if err := owner.Unlock(); err != nil {
		t.Error(err)
	}
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Errorf("after its end: exit code %d", code)
	}
	s.mustHave(t, contents)
}

// A process that has the lock's file open when another one replaces the file does not take
// the old file for the lock.
func TestLockOfAFileThatWasSwapped(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	l, err := takeLock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if there, err := l.inPlace(); there || err != nil {
		t.Errorf("in place %t, %v", there, err)
	}
	if _, err := takeLock(t.Context(), path); core.CodeOf(err) != core.CodeAlreadyRunning {
		t.Errorf("a second owner: %v", err)
	}
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	second, err := takeLock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Unlock(); err != nil {
		t.Error(err)
	}
}
