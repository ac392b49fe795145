//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// background is a command that runs beside others.
type background struct {
	cmd            *exec.Cmd
	stdout, stderr coretest.Log
	ended          chan struct{}
}

// start runs a command. It ends with the test.
func start(t *testing.T, cmd *exec.Cmd) *background {
	t.Helper()
	b := &background{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &b.stdout, &b.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(b.ended)
		_ = cmd.Wait() // its state says how it ended
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-b.ended })
	return b
}

func (b *background) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := b.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// code waits until the command has ended, and returns the exit code.
func (b *background) code() int {
	<-b.ended
	return b.cmd.ProcessState.ExitCode()
}

// lines are the JSON lines of transfers, without the summary.
func (b *background) lines(t *testing.T) []report.TransferLine {
	t.Helper()
	var lines []report.TransferLine
	for text := range strings.Lines(b.stdout.String()) {
		if strings.HasPrefix(text, `{"event":"summary"`) {
			continue
		}
		var l report.TransferLine
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if l.Event == "transfer" {
			lines = append(lines, l)
		}
	}
	return lines
}

// wants checks that a command has ended well and reported each of these files once, as
// stored.
func (b *background) wants(t *testing.T, names ...string) {
	t.Helper()
	if code := b.code(); code != exitOK {
		t.Errorf("exit code %d: %s%s", code, &b.stdout, &b.stderr)
	}
	var told []string
	for _, l := range b.lines(t) {
		if told = append(told, l.Name); l.State != core.StateStored || !l.Verified || l.Skipped {
			t.Errorf("%+v", l)
		}
	}
	slices.Sort(told)
	slices.Sort(names)
	if !slices.Equal(told, names) {
		t.Errorf("told of %q, want %q\n%s", told, names, &b.stderr)
	}
}

// gate is a server that stores uploads while it is open. While it is closed it receives
// them and does not answer.
type gate struct {
	*testServer
	arrived chan string // path of each request for an upload
	closed  atomic.Bool
	opened  chan struct{}
	once    sync.Once
}

func newGate(t *testing.T) *gate {
	g := &gate{arrived: make(chan string, 1000), opened: make(chan struct{})}
	g.closed.Store(true)
	g.testServer = newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/upload") && g.closed.Load() {
				g.arrived <- r.URL.Path
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return
				}
				select {
				case <-g.opened:
				case <-r.Context().Done():
					return
				}
				r.Body = io.NopCloser(bytes.NewReader(body))
			}
			next.ServeHTTP(w, r)
		})
	}})
	t.Cleanup(g.open)
	return g
}

func (g *gate) open() { g.once.Do(func() { g.closed.Store(false); close(g.opened) }) }

// uploading is `ingester upload --json` of some paths.
func (s *testServer) uploading(home string, args ...string) *exec.Cmd {
	return s.command(home, append([]string{"upload", "--profile-file", s.profileFile, "--json"}, args...)...)
}

// numbered writes files named by who and number, and returns their folder,
// names and contents.
func numbered(t *testing.T, n int, who string) (dir string, names []string, contents map[string][]byte) {
	t.Helper()
	dir, contents = writeTree(t, n, func(i int) string { return fmt.Sprintf("%s-%d.txt", who, i) })
	for name := range contents {
		names = append(names, name)
	}
	return dir, names, contents
}

// Ten uploads at once on one queue: all files are stored, once each, and each
// command ends well with its own lines.
func TestTenUploadsAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	home, all := t.TempDir(), map[string][]byte{}
	running, names := make([]*background, 10), make([][]string, 10)
	for i := range running {
		dir, own, contents := numbered(t, 20, fmt.Sprintf("call%d", i))
		names[i] = own
		for name, data := range contents {
			all[name] = data
		}
		args := []string{dir}
		if i%3 == 1 { // terms of its own
			args = append(args, "--concurrency", "2")
		}
		running[i] = start(t, s.uploading(home, args...))
	}
	for i, b := range running {
		b.wants(t, names[i]...)
	}
	s.mustHave(t, all)
}

// The owner is killed during the upload: the others continue with their files, and the
// next call with the owner's. Nothing is lost or sent twice.
func TestOwnerKilled(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	home, all := t.TempDir(), map[string][]byte{}
	ownDir, ownNames, contents := numbered(t, 5, "owner")
	keep := func(contents map[string][]byte) {
		for name, data := range contents {
			all[name] = data
		}
	}
	keep(contents)
	owner := start(t, g.uploading(home, ownDir))
	<-g.arrived
	var others []*background
	var names [][]string
	for i := range 3 {
		dir, own, contents := numbered(t, 5, fmt.Sprintf("other%d", i))
		keep(contents)
		names = append(names, own)
		others = append(others, start(t, g.uploading(home, dir)))
	}
	for len(g.arrived) < 19 { // what is sent of all
		<-eventuallyTick(t)
	}
	owner.signal(t, syscall.SIGKILL)
	owner.code()
	g.open()
	for i, b := range others {
		b.wants(t, names[i]...)
	}
	if lines, code := g.upload(t, home, ownDir); code != exitOK || len(lines) != len(ownNames) {
		t.Errorf("the owner's own: exit code %d, %+v", code, lines)
	}
	g.mustHave(t, all)
	if found, _ := filepath.Glob(filepath.Join(home, "control*")); len(found) > 0 {
		t.Errorf("left behind: %v", found)
	}
}

// eventuallyTick says when to look again.
func eventuallyTick(t *testing.T) <-chan time.Time {
	t.Helper()
	if err := t.Context().Err(); err != nil {
		t.Fatal(err)
	}
	return time.After(20 * time.Millisecond)
}

// beside starts an owner and another call whose files have arrived at the
// server, which holds them.
func beside(t *testing.T, home string, extra ...string) (g *gate, owner, other *background, names [2][]string, all map[string][]byte) {
	t.Helper()
	g = newGate(t)
	all = map[string][]byte{}
	ownDir, own, contents := numbered(t, 2, "owner")
	dir, others, more := numbered(t, 3, "other")
	for _, c := range []map[string][]byte{contents, more} {
		for name, data := range c {
			all[name] = data
		}
	}
	owner = start(t, g.uploading(home, ownDir))
	<-g.arrived
	<-g.arrived
	other = start(t, g.uploading(home, append(extra, dir)...))
	for range others {
		<-g.arrived
	}
	return g, owner, other, [2][]string{own, others}, all
}

// Ctrl+C of a call stops its own files only; they stay in the queue, and the
// same command continues with them.
func TestCallerInterrupted(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	g, owner, other, names, all := beside(t, home)
	other.signal(t, os.Interrupt)
	if code := other.code(); code != exitInterrupted {
		t.Errorf("exit code %d: %s", code, &other.stderr)
	}
	g.open()
	owner.wants(t, names[0]...)
	kept := map[string][]byte{}
	for _, name := range names[0] {
		kept[name] = all[name]
	}
	g.mustHave(t, kept)
	again := start(t, g.uploading(home, other.cmd.Args[len(other.cmd.Args)-1]))
	again.wants(t, names[1]...)
	g.mustHave(t, all)
}

// Ctrl+C of the owner stops its own files. It continues until the others' are sent, and
// says so once. The next Ctrl+C ends it, and the others take over.
func TestOwnerInterrupted(t *testing.T) {
	t.Parallel()
	for _, signals := range []int{1, 2} {
		t.Run(fmt.Sprint(signals), func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			g, owner, other, names, all := beside(t, home)
			owner.signal(t, os.Interrupt)
			eventually(t, "the owner to say that it goes on", func() bool { return owner.stderr.Count("1 other command are still being sent") > 0 })
			if signals == 2 {
				owner.signal(t, os.Interrupt)
				owner.code()
			}
			g.open()
			other.wants(t, names[1]...)
			if code := owner.code(); code != exitInterrupted {
				t.Errorf("the owner: exit code %d: %s", code, &owner.stderr)
			}
			if n := strings.Count(owner.stderr.String(), "still being sent"); n != 1 {
				t.Errorf("it says %d times that it goes on: %s", n, &owner.stderr)
			}
			kept := map[string][]byte{}
			for _, name := range names[1] {
				kept[name] = all[name]
			}
			g.mustHave(t, kept)
			again := start(t, g.uploading(home, owner.cmd.Args[len(owner.cmd.Args)-1]))
			again.wants(t, names[0]...)
			g.mustHave(t, all)
		})
	}
}

// Terminated, the owner ends at once, and the others take over.
func TestOwnerTerminated(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	g, owner, other, names, _ := beside(t, home)
	owner.signal(t, syscall.SIGTERM)
	owner.code()
	g.open()
	other.wants(t, names[1]...)
}

// An owner whose own files have ended continues until the others' have.
func TestOwnerServesOn(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	home := t.TempDir()
	dir, names, contents := numbered(t, 3, "other")
	owner := start(t, g.uploading(home, "--limit", "100MiB", dir)) // another call's file has its own limit
	<-g.arrived
	<-g.arrived
	<-g.arrived
	other := start(t, g.uploading(home, dir)) // the same files
	eventually(t, "the other to follow", func() bool {
		out, err := g.command(home, "queue", "list", "--json").Output()
		return err == nil && strings.Count(string(out), "\n") == 3 && strings.Contains(string(out), `"sending"`)
	})
	g.open()
	owner.wants(t, names...)
	other.wants(t, names...)
	g.mustHave(t, contents)
}

// A caller's secret and profile stay in the owner's memory. Neither is on its disk or in
// its output, not even at the level debug, and no other user can reach the socket.
func TestSecretStaysInMemory(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	home := t.TempDir()
	ownDir, own, _ := numbered(t, 1, "owner")
	dir, others, _ := numbered(t, 1, "other")
	cmd := g.uploading(home, ownDir)
	cmd.Env = append(cmd.Env, "INGESTER_LOG=debug")
	owner := start(t, cmd)
	<-g.arrived
	second := newServer(t, sandbox.Config{}) // another account, whose secret the owner is handed
	p := second.Profile()
	p.Upload.Concurrency = 3
	second.writeProfile(t, p)
	other := start(t, second.uploading(home, dir))
	other.wants(t, others...)
	for _, form := range forms(second.ClientSecret().Reveal()) {
		if owner.stderr.Count(form) > 0 || owner.stdout.Count(form) > 0 || other.stderr.Count(form) > 0 || other.stdout.Count(form) > 0 {
			t.Errorf("the secret is in an output as %q", form)
		}
		err := filepath.WalkDir(home, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			if bytes.Contains(data, []byte(form)) {
				t.Errorf("the secret is in %s as %q", path, form)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	g.open()
	owner.wants(t, own...)
	if files, err := second.Files(t.Context()); err != nil || len(files) != 1 {
		t.Errorf("the other account has %v, %v", files, err)
	}
}

// A caller's profile file may have the name of the owner's and another server. Each
// server gets the files that were meant for it, and a wrong secret of one call stops only
// that call.
func TestSameNameElsewhere(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	home := t.TempDir()
	ownDir, own, ours := numbered(t, 3, "owner")
	dir, others, theirs := numbered(t, 3, "other")
	owner := start(t, g.uploading(home, ownDir))
	<-g.arrived
	second := newServer(t, sandbox.Config{})
	wrong := second.uploading(home, dir)
	wrong.Env = append(wrong.Env, "INGESTER_CLIENT_SECRET=wrong")
	refused := start(t, wrong)
	if code := refused.code(); code != exitAuth {
		t.Errorf("with a wrong secret: exit code %d: %s%s", code, &refused.stdout, &refused.stderr)
	}
	start(t, second.uploading(home, dir)).wants(t, others...)
	g.open()
	owner.wants(t, own...)
	g.mustHave(t, ours)
	second.mustHave(t, theirs)
}

// A file is made permanent by its ID, without an owner and with one. The history says so,
// and doing it again is no failure.
func TestFinaliseCommand(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{Generation: 1})
	home := t.TempDir()
	dir, _, _ := numbered(t, 2, "file")
	lines, code := s.upload(t, home, dir)
	if code != exitOK || len(lines) != 2 {
		t.Fatal(code, lines)
	}
	finalise := func(id string) string {
		t.Helper()
		out, err := s.command(home, "finalise", "--profile-file", s.profileFile, id).CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return string(out)
	}
	if out := finalise(lines[0].FileID); !strings.Contains(out, "permanent  ") {
		t.Errorf("alone: %s", out)
	}
	stop := runWindowless(t, openWindowless(t, home))
	if out := finalise(lines[1].FileID); !strings.Contains(out, "permanent  ") {
		t.Errorf("beside a window: %s", out)
	}
	finalise(lines[0].FileID)
	stop()
	out, err := s.command(home, "history", "--json").Output()
	if err != nil || strings.Count(string(out), `"retention_policy":"permanent"`) != 2 {
		t.Errorf("%v: %s", err, out)
	}
}
