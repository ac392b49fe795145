package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/sandbox"
)

// The signals of a service manager and of a closed terminal end an upload as Ctrl+C does:
// uploads under way are queued again, and the next run continues. nohup protects from the
// terminal's.
func TestSignalsEndCleanly(t *testing.T) {
	t.Parallel()
	// A program that is started by one that catches a signal does not ignore it, although
	// the tests may run under nohup.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			begun, s := newHoldingServer(t)
			home := t.TempDir()
			dir, contents := writeTree(t, 3, func(i int) string { return string(rune('a' + i)) })
			cmd := s.command(home, "upload", "--profile-file", s.profileFile, dir)
			var said strings.Builder
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-begun
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // the exit code tells
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(said.String(), "the same command goes on") {
				t.Errorf("exit code %d, want %d; it said %s", code, exitInterrupted, said.String())
			}
			s.held.Store(false)
			close(s.release)
			if _, code := s.upload(t, home, dir); code != exitOK {
				t.Errorf("second run: exit code %d", code)
			}
			s.mustHave(t, contents)
		})
	}
}

// A program under nohup outlives its terminal.
func TestNohup(t *testing.T) {
	t.Parallel()
	begun, s := newHoldingServer(t)
	dir, contents := writeTree(t, 3, func(i int) string { return string(rune('a' + i)) })
	cmd := s.command(t.TempDir(), "upload", "--profile-file", s.profileFile, dir)
	cmd.Args = append([]string{"sh", "-c", `trap '' HUP; exec "$@"`, "sh", cmd.Path}, cmd.Args[1:]...)
	var err error
	if cmd.Path, err = exec.LookPath("sh"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	close(s.release)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	s.mustHave(t, contents)
}

// holdingServer keeps the uploads that come while held is set until release is
// closed.
type holdingServer struct {
	*testServer
	held    atomic.Bool
	release chan struct{}
}

func newHoldingServer(t *testing.T) (begun chan struct{}, s *holdingServer) {
	t.Helper()
	begun, s = make(chan struct{}, 1), &holdingServer{release: make(chan struct{})}
	s.held.Store(true)
	s.testServer = newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/upload") && s.held.Load() {
				select {
				case begun <- struct{}{}:
				default:
				}
				<-s.release
			}
			next.ServeHTTP(w, r)
		})
	}})
	return begun, s
}

// A command that waits for its standard input ends at the first signal.
func TestSignalWhileReadingInput(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newServer(t, sandbox.Config{})
	dir := profiles.Open(folders{config: home}.profiles())
	if err := dir.Save(s.Profile()); err != nil {
		t.Fatal(err)
	}
	input, output, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	const room = 4096 // the least that a pipe can have
	if _, err := unix.FcntlInt(output.Fd(), unix.F_SETPIPE_SZ, room); err != nil {
		t.Fatal(err)
	}
	cmd := s.command(home, "profile", "set-secret", s.Profile().Name)
	cmd.Stdin = input
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(output, strings.Repeat("x", 2*room)); err != nil { // some of it has been read
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var failed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &failed) || failed.ExitCode() != exitInterrupted {
		t.Errorf("it ended with %v, want exit code %d", err, exitInterrupted)
	}
	if err := errors.Join(input.Close(), output.Close()); err != nil {
		t.Error(err)
	}
}
