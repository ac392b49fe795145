package main

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/sandbox"
)

// full is a disk that is full.
func full(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// The report does not fit on the disk. Everything is stored, and the exit code says that
// output was lost.
func TestReportOnFullDisk(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"--json", "--tag=text"} {
		s := newServer(t, sandbox.Config{})
		dir, contents := writeTree(t, 5, func(i int) string { return strconv.Itoa(i) + ".txt" })
		cmd := s.command(t.TempDir(), "upload", "--profile-file", s.profileFile, form, dir)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = full(t), &said
		const sentence = "ingester: part of the output is lost: write /dev/stdout: no space left on device\n"
		if code := ended(t, cmd); code != exitIncomplete || said.String() != sentence {
			t.Errorf("%s: exit code %d and %q", form, code, said.String())
		}
		s.mustHave(t, contents)
	}
}

func TestPrintingOnFullDisk(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	s.mustSayLost(t, s.withHistory(t), full(t))
	cmd := s.command(t.TempDir(), "sandbox", "--dir", t.TempDir(), "--addr", "127.0.0.1:0")
	cmd.Stdout = full(t)
	if code := ended(t, cmd); code != exitIncomplete {
		t.Errorf("a sandbox that can't say where it is ends with %d", code)
	}
}

// A stream that is closed at the start is replaced by /dev/null. Otherwise a file of the
// program would get its number, and a report would be written into the queue.
func TestClosedStreams(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	dir, contents := writeTree(t, 5, func(i int) string { return strconv.Itoa(i) + ".txt" })
	home := t.TempDir()
	for _, closed := range []string{">&-", "2>&-", "<&- >&- 2>&-"} {
		program, err := exec.LookPath("ingester")
		if err != nil {
			t.Fatal(err)
		}
		cmd := s.command(home, "upload", "--profile-file", s.profileFile, dir, dir)
		cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `exec "$0" "$@" ` + closed, program}, cmd.Args[1:]...)
		if code := ended(t, cmd); code != exitOK {
			t.Errorf("%s: exit code %d", closed, code)
		}
	}
	s.mustHave(t, contents)
	sums, err := s.command(home, "history", "--sha256sums").Output()
	if err != nil || strings.Count(string(sums), "\n") != len(contents) {
		t.Errorf("the history has %q (%v)", sums, err)
	}
	check := exec.Command("sha256sum", "-c")
	check.Stdin = bytes.NewReader(sums)
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}
	if _, code := s.upload(t, home, slices.Repeat([]string{dir}, 2)...); code != exitOK {
		t.Errorf("the next run: exit code %d", code)
	}
}
