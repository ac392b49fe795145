package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// stream is a standard output that fails with given errors.
type stream struct {
	bytes.Buffer
	write, close error
}

func (s *stream) Write(p []byte) (int, error) {
	if s.write != nil {
		return 0, s.write
	}
	return s.Buffer.Write(p)
}

func (s *stream) Close() error { return s.close }

// Lost output gives exit code 1, and one line on standard error if that still works. A
// more specific code stays.
func TestSettle(t *testing.T) {
	full := errors.New("disk full")
	for _, tt := range []struct {
		name     string
		out, err stream
		code     int
		want     int
		said     string
	}{
		{"all is well", stream{}, stream{}, exitOK, exitOK, ""},
		{"output", stream{write: full}, stream{}, exitOK, exitIncomplete, "ingester: part of the output is lost: disk full\n"},
		{"told at the end only", stream{close: full}, stream{}, exitOK, exitIncomplete, "ingester: part of the output is lost: disk full\n"},
		{"errors", stream{}, stream{write: full}, exitOK, exitIncomplete, ""},
		{"both", stream{write: full}, stream{write: full}, exitOK, exitIncomplete, ""},
		{"sign-in refused", stream{write: full}, stream{}, exitAuth, exitAuth, "ingester: part of the output is lost: disk full\n"},
		{"interrupted", stream{}, stream{write: full}, exitInterrupted, exitInterrupted, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := streams{out: report.NewOutput(&tt.out), err: report.NewOutput(&tt.err)}
			for range 3 {
				_, _ = s.out.Write([]byte("stored\n"))
			}
			if tt.err.write != nil {
				_, _ = s.err.Write([]byte("left out\n"))
			}
			if got := settle(s, tt.code); got != tt.want || tt.err.String() != tt.said {
				t.Errorf("exit code %d and %q, want %d and %q", got, tt.err.String(), tt.want, tt.said)
			}
		})
	}
}

// Nothing is written after a failed write: output with a hole in it would look whole.
func TestOutputEndsWithFailure(t *testing.T) {
	var s stream
	o := report.NewOutput(&s)
	_, _ = io.WriteString(o, "one\n")
	s.write = errors.New("disk full")
	if _, err := io.WriteString(o, "two\n"); !errors.Is(err, s.write) || exitCode(err) != exitIncomplete {
		t.Errorf("the write gave %v", err)
	}
	s.write = nil
	_, _ = io.WriteString(o, "three\n")
	if s.String() != "one\n" || o.Failure() == nil {
		t.Errorf("the output is %q, its failure %v", s.String(), o.Failure())
	}
}

// goneReader is a pipe whose reader has gone away already.
func goneReader(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// ended runs a command and returns its exit code: -1 if a signal killed it.
func ended(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// The reader of the output is gone after a line. The uploads continue to the end, the exit
// code and standard error say that output was lost, and the next run finds all files
// stored.
func TestReaderGoesAway(t *testing.T) {
	t.Parallel()
	for _, form := range [][]string{{"--json"}, nil} {
		t.Run(strings.Join(form, ""), func(t *testing.T) {
			t.Parallel()
			var uploads atomic.Int64
			gone := make(chan struct{})
			s := newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/upload") && uploads.Add(1) > 1 {
						<-gone
					}
					next.ServeHTTP(w, r)
				})
			}})
			home := t.TempDir()
			dir, contents := writeTree(t, 60, func(i int) string { return strconv.Itoa(i) + ".txt" })
			cmd := s.command(home, append([]string{"upload", "--profile-file", s.profileFile, "--concurrency", "1", dir}, form...)...)
			var said bytes.Buffer
			cmd.Stderr = &said
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_, err = bufio.NewReaderSize(out, 16).ReadByte()
			_ = out.Close()
			close(gone)
			if err != nil {
				t.Error(err)
			}
			_ = cmd.Wait() // the exit code tells
			if code := cmd.ProcessState.ExitCode(); code != exitIncomplete {
				t.Errorf("exit code %d, want %d", code, exitIncomplete)
			}
			if strings.Count(said.String(), "\n") != 1 || !strings.HasPrefix(said.String(), "ingester: part of the output is lost: ") {
				t.Errorf("standard error has %q", said.String())
			}
			s.mustHave(t, contents)
			lines, code := s.upload(t, home, dir)
			for _, l := range lines {
				if l.State != core.StateStored || !l.Skipped {
					t.Errorf("the next run: %+v", l)
				}
			}
			if code != exitOK || len(lines) != len(contents) {
				t.Errorf("the next run: exit code %d with %d lines", code, len(lines))
			}
		})
	}
}

// The reader of standard error is gone. The uploads continue, and the exit code says that
// output was lost, but only if there was any.
func TestErrorsReaderGoesAway(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	dir, contents := writeTree(t, 5, func(i int) string { return strconv.Itoa(i) + ".txt" })
	home := t.TempDir()
	for _, tt := range []struct {
		name  string
		paths []string
		want  int
	}{
		{"something to say", []string{dir, dir}, exitIncomplete}, // the same files again
		{"nothing to say", []string{dir}, exitOK},
	} {
		cmd := s.command(home, append([]string{"upload", "--profile-file", s.profileFile}, tt.paths...)...)
		cmd.Stderr = goneReader(t)
		if code := ended(t, cmd); code != tt.want {
			t.Errorf("%s: exit code %d, want %d", tt.name, code, tt.want)
		}
		s.mustHave(t, contents)
	}
}

// printing are commands that do nothing but print.
func printing(s *testServer) [][]string {
	return [][]string{
		{"version"}, {"version", "--json"}, {"--help"}, {"upload", "--help"}, {"profile", "list"}, {"profile", "show", "Sandbox"},
		{"profile", "export", "Sandbox"}, {"history"}, {"history", "--json"}, {"history", "--csv"}, {"history", "--sha256sums"},
		{"check", "--profile-file", s.profileFile}, {"check", "--profile-file", s.profileFile, "--json"},
	}
}

// withHistory is a home with a profile and a stored file.
func (s *testServer) withHistory(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Fatalf("upload: exit code %d", code)
	}
	if code := ended(t, s.command(home, "profile", "import", s.profileFile)); code != exitOK {
		t.Fatalf("profile import: exit code %d", code)
	}
	return home
}

// mustSayLost runs each command with an output that can't be written.
func (s *testServer) mustSayLost(t *testing.T, home string, out *os.File) {
	t.Helper()
	for _, args := range printing(s) {
		cmd := s.command(home, args...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = out, &said
		if code := ended(t, cmd); code != exitIncomplete || strings.Count(said.String(), "the output is lost") != 1 {
			t.Errorf("%q: exit code %d and %q, want %d and one sentence", args, code, said.String(), exitIncomplete)
		}
	}
}

func TestPrintingToNobody(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	s.mustSayLost(t, s.withHistory(t), goneReader(t))
}

// A failure that has an exit code of its own keeps it.
func TestLostOutputOfFailure(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	for _, args := range [][]string{{"upload", "--profile-file", s.profileFile, dir}, {"upload", "--profile-file", s.profileFile, "--json", dir}, {"check", "--profile-file", s.profileFile}} {
		cmd := s.command(t.TempDir(), args...)
		cmd.Env = append(cmd.Env, "INGESTER_CLIENT_SECRET=wrong")
		cmd.Stdout = goneReader(t)
		if code := ended(t, cmd); code != exitAuth {
			t.Errorf("%q: exit code %d, want %d", args, code, exitAuth)
		}
	}
}
