//go:build !headless

package main

import (
	"errors"
	"os/exec"
	"testing"

	"github.com/gofrs/flock"
)

// TestFailureIsSeen: where the window can't open, another one says why, and is
// closed by a key. The exit code is that of the failure.
func TestFailureIsSeen(t *testing.T) {
	t.Parallel()
	p := newPerson(t, "")
	f, err := findFolders(func(key string) string {
		return map[string]string{"INGESTER_HOME": p.home + "/ingester", "HOME": p.home}[key]
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.make(); err != nil {
		t.Fatal(err)
	}
	other := flock.New(f.lock())
	if held, err := other.TryLock(); err != nil || !held {
		t.Fatalf("held %v, %v", held, err)
	}
	defer func() { _ = other.Unlock() }()
	cmd := p.watched()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	p.window = p.screen.window("^Ingester$", 0, 0, 560, 280)
	p.reads("Ingester can't start")
	p.look("failure")
	p.keys("Escape")
	var failed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &failed) || failed.ExitCode() != exitUsage {
		t.Errorf("it ended with %v", err)
	}
}
