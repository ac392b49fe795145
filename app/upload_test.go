package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/sandbox"
)

// testServer is an embedded server in the test's process, and what a command
// line needs to use it.
type testServer struct {
	*sandbox.Server
	profileFile string
}

// newServer starts a server; it ends with the test.
func newServer(t *testing.T, cfg sandbox.Config) *testServer {
	t.Helper()
	cfg.Dir = filepath.Join(t.TempDir(), "sandbox")
	srv, err := sandbox.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		if err := srv.Serve(ctx); err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	t.Cleanup(func() { stop(); served.Wait() })
	s := &testServer{Server: srv, profileFile: filepath.Join(t.TempDir(), "sandbox.toml")}
	s.writeProfile(t, srv.Profile())
	return s
}

func (s *testServer) writeProfile(t *testing.T, p core.Profile) {
	t.Helper()
	if err := profiles.WriteFile(s.profileFile, p); err != nil {
		t.Fatal(err)
	}
}

// command is the program as a process, with its own state.
func (s *testServer) command(home string, args ...string) *exec.Cmd {
	cmd := exec.Command("ingester", args...)
	cmd.Env = append(os.Environ(), "INGESTER_HOME="+home, "INGESTER_CLIENT_SECRET="+s.ClientSecret().Reveal())
	return cmd
}

// upload runs `ingester upload --json` and returns its lines and exit code.
func (s *testServer) upload(t *testing.T, home string, paths ...string) (lines []report.TransferLine, code int) {
	t.Helper()
	return runUpload(t, s.command(home, append([]string{"upload", "--profile-file", s.profileFile, "--json"}, paths...)...))
}

func runUpload(t *testing.T, cmd *exec.Cmd) (lines []report.TransferLine, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if stderr.Len() > 0 {
		t.Logf("%s said: %s", cmd.Path, stderr.String())
	}
	for line := range strings.Lines(stdout.String()) {
		if strings.HasPrefix(line, `{"event":"summary"`) || strings.HasPrefix(line, `{"event":"waiting"`) {
			continue
		}
		var l report.TransferLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		lines = append(lines, l)
	}
	return lines, cmd.ProcessState.ExitCode()
}

// writeTree writes n small files, each with content of its own, into a new
// folder and returns the folder and the contents' hashes.
func writeTree(t *testing.T, n int, name func(int) string) (dir string, contents map[string][]byte) {
	t.Helper()
	dir, contents = filepath.Join(t.TempDir(), "files"), map[string][]byte{}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		content := bytes.Repeat([]byte(name(i)+"\n"), 200)
		contents[name(i)] = content
		if err := os.WriteFile(filepath.Join(dir, name(i)), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, contents
}

// If the server answers another hash, the file is not stored.
func TestUploadOtherHash(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{Tamper: func(name string, sum core.Checksum) core.Checksum {
		if name == "bad.txt" {
			return core.NewChecksum(make([]byte, 32))
		}
		return sum
	}})
	names := []string{"bad.txt", "good.txt"}
	dir, _ := writeTree(t, 2, func(i int) string { return names[i] })
	lines, code := s.upload(t, t.TempDir(), dir)
	if code != exitIncomplete {
		t.Errorf("exit code %d, want %d", code, exitIncomplete)
	}
	for _, l := range lines {
		switch {
		case l.Name == "good.txt" && (l.State != core.StateStored || !l.Verified):
			t.Errorf("good.txt: %+v", l)
		case l.Name == "bad.txt" && (l.State == core.StateStored || l.Verified || l.Error == nil || l.Error.Kind != core.KindIntegrity):
			t.Errorf("bad.txt: %+v", l)
		}
	}
	if len(lines) != 2 {
		t.Errorf("%d lines, want 2", len(lines))
	}
}

// I2: without the client certificate the server refuses.
func TestUploadWithoutCertificate(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	p := s.Profile()
	p.TLS.CertFile, p.TLS.KeyFile = "", ""
	s.writeProfile(t, p)
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	lines, code := s.upload(t, t.TempDir(), dir)
	if code != exitUnreachable || len(lines) != 1 || lines[0].Error == nil || lines[0].Error.Kind != core.KindTLS {
		t.Errorf("exit code %d, lines %+v; want %d and a tls error", code, lines, exitUnreachable)
	}
	if files, err := s.Files(t.Context()); err != nil || len(files) != 0 {
		t.Errorf("the server has %v (%v)", files, err)
	}
}

// I1, I2, I3: with mutual TLS and without, over both HTTP versions.
func TestUploadWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		noMTLS bool
		http   string
	}{
		{"mutual TLS, HTTP/2", false, core.HTTP2},
		{"mutual TLS, HTTP/1.1", false, core.HTTP11},
		{"server certificate only", true, core.HTTPAuto},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, sandbox.Config{NoMTLS: c.noMTLS})
			p := s.Profile()
			p.Upload.HTTPVersion = c.http
			s.writeProfile(t, p)
			dir, contents := writeTree(t, 3, func(i int) string { return string(rune('a'+i)) + ".txt" })
			if _, code := s.upload(t, t.TempDir(), dir); code != exitOK {
				t.Fatalf("exit code %d", code)
			}
			s.mustHave(t, contents)
		})
	}
}

// mustHave checks that the server has each content exactly once, byte for byte.
func (s *testServer) mustHave(t *testing.T, contents map[string][]byte) {
	t.Helper()
	files, err := s.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, f := range files {
		count[f.Name]++
		got, err := os.ReadFile(f.Path)
		if err != nil || !bytes.Equal(got, contents[f.Name]) {
			t.Errorf("%s on the server is not what was sent (%v)", f.Name, err)
		}
	}
	for name := range contents {
		if count[name] != 1 {
			t.Errorf("the server has %s %d times, want once", name, count[name])
		}
	}
	if len(files) != len(contents) {
		t.Errorf("the server has %d files, want %d", len(files), len(contents))
	}
}

// The program is killed three times during an upload of 200 files. Another run stores the
// rest; the server has each file exactly once.
func TestUploadKilled(t *testing.T) {
	t.Parallel()
	var uploads atomic.Int64
	reached := make(chan struct{}, 1)
	killAt := atomic.Int64{}
	s := newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if strings.HasSuffix(r.URL.Path, "/upload") && uploads.Add(1) == killAt.Load() {
				reached <- struct{}{}
			}
		})
	}})
	home := t.TempDir()
	dir, contents := writeTree(t, 200, func(i int) string {
		return "file " + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + "-" + strconv.Itoa(i) + ".txt"
	})
	for _, n := range []int64{1, 60, 130} {
		killAt.Store(n)
		cmd := s.command(home, "upload", "--profile-file", s.profileFile, "--quiet", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-reached
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the program ended before it was killed")
		}
	}
	lines, code := s.upload(t, home, dir)
	if code != exitOK || len(lines) != len(contents) {
		t.Errorf("exit code %d with %d lines, want %d with %d", code, len(lines), exitOK, len(contents))
	}
	for _, l := range lines {
		if l.State != core.StateStored {
			t.Errorf("%s: %+v", l.Name, l)
		}
	}
	s.mustHave(t, contents)
}

// An unreadable file among good ones: the rest is stored.
func TestUploadUnreadableFile(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	names := []string{"good-1.txt", "secret.txt", "good-2.txt"}
	dir, contents := writeTree(t, len(names), func(i int) string { return names[i] })
	if err := os.Chmod(filepath.Join(dir, "secret.txt"), 0); err != nil {
		t.Fatal(err)
	}
	delete(contents, "secret.txt")
	cmd := s.command(t.TempDir(), "upload", "--profile-file", s.profileFile, "--json", dir)
	asUser(t, cmd)
	lines, code := runUpload(t, cmd)
	if code != exitIncomplete {
		t.Errorf("exit code %d, want %d", code, exitIncomplete)
	}
	for _, l := range lines {
		if l.Name == "secret.txt" && (l.State != core.StateFailed || l.Error == nil || l.Error.Kind != core.KindFile) {
			t.Errorf("secret.txt: %+v", l)
		}
	}
	s.mustHave(t, contents)
}

// If one of several paths doesn't exist or can't be read, it is named, and the others are
// stored. If none can be read, that is wrong usage.
func TestUploadMissingPath(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	dir, contents := writeTree(t, 3, func(i int) string { return fmt.Sprintf("good-%d.txt", i) })
	in := func(name string) string { return filepath.Join(dir, name) }
	bad := []string{in("gone"), in("good-1.txt/below")}
	home := t.TempDir()
	upload := func(paths ...string) ([]report.TransferLine, int) {
		return runUpload(t, s.command(home, append([]string{"upload", "--profile-file", s.profileFile, "--json"}, paths...)...))
	}
	lines, code := upload(bad[0], in("good-0.txt"), bad[1], in("good-1.txt"), in("good-2.txt"))
	if code != exitIncomplete {
		t.Errorf("exit code %d, want %d", code, exitIncomplete)
	}
	var failed []string
	for _, l := range lines {
		if l.Event == "transfer" && l.State == core.StateFailed {
			failed = append(failed, l.Path)
			if l.Error == nil || l.Error.Kind != core.KindFile {
				t.Errorf("%+v", l)
			}
		}
	}
	if !slices.Equal(failed, bad) {
		t.Errorf("%q are named, want %q", failed, bad)
	}
	s.mustHave(t, contents)
	if lines, code := upload(bad...); code != exitUsage || len(lines) > 0 {
		t.Errorf("exit code %d, %+v; want %d", code, lines, exitUsage)
	}
}

// At the first interrupt the program ends cleanly, with an exit code of its own; the next
// run continues.
func TestUploadInterrupted(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{}, 1)
	var held atomic.Bool
	held.Store(true)
	s := newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/upload") && held.Load() {
				select {
				case begun <- struct{}{}:
				default:
				}
				_, _ = io.Copy(io.Discard, r.Body) // net/http looks for the end of an HTTP/1.1 connection only then
				<-r.Context().Done()
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	home := t.TempDir()
	dir, contents := writeTree(t, 20, func(i int) string { return strconv.Itoa(i) + ".txt" })
	cmd := s.command(home, "upload", "--profile-file", s.profileFile, dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code tells
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	held.Store(false)
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Errorf("second run: exit code %d", code)
	}
	s.mustHave(t, contents)
}
