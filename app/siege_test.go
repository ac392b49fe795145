package main

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// siege is the program under kill -9, with a folder that grows and one queue for all of its
// processes.
type siege struct {
	program, home, dir string
	profile, secret    string
	protocol           core.Protocol
	generation         string   // of the server, "" for the sandbox's own
	total              int      // files in the folder in the end
	also               []string // uploaded besides the folder
	random             *rand.Rand
	content            *rand.ChaCha8

	names []string                 // of the files so far
	sums  map[string]core.Checksum // what is in them

	elsewhere map[string]string // paths of those that are not in the folder itself
	told      map[string]string // name → file ID, as a process reported it stored
	horizon   time.Duration     // processes are killed within this of their start
	lives     int
}

// newSiege seeds a siege by SEED, or at random, and logs the seed.
func newSiege(t *testing.T, program string, total int) *siege {
	t.Helper()
	seed := coretest.Seed(t)
	s := &siege{program: program, protocol: core.ProtocolAuto, home: t.TempDir(), dir: filepath.Join(t.TempDir(), "files"), total: total,
		random: rand.New(rand.NewPCG(seed, 0)), content: rand.NewChaCha8([32]byte{byte(seed)}), sums: map[string]core.Checksum{}, told: map[string]string{}, horizon: time.Second}
	if err := os.Mkdir(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s.people(t)
	s.total += len(s.names)
	return s
}

// killCount is how often the program is to be killed: KILLS, or n.
func killCount(t *testing.T, n int) int {
	t.Helper()
	text := os.Getenv("KILLS")
	if text == "" {
		return n
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("KILLS: %v", err)
	}
	return n
}

// buildHeadless builds the program as it is shipped, without its window.
func buildHeadless(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ingester-headless")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-tags", "headless", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	return path
}

// grow writes files until there are n: most small, some empty, a few of 1 to
// 8 MiB.
func (s *siege) grow(t *testing.T, n int) {
	t.Helper()
	for i := len(s.names); i < min(n, s.total); i++ {
		size := s.random.IntN(20 << 10)
		switch {
		case i%17 == 3:
			size = 0
			if s.generation == "1" { // which takes no empty files
				size = 1
			}
		case i%31 == 7:
			size = 1<<20 + s.random.IntN(7<<20)
		}
		data := make([]byte, size)
		_, _ = s.content.Read(data) // never fails
		name := fmt.Sprintf("scan %04d.tif", i)
		if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		s.names, s.sums[name] = append(s.names, name), core.NewChecksum(sum[:])
	}
}

// path is where a file is.
func (s *siege) path(name string) string {
	if path := s.elsewhere[name]; path != "" {
		return path
	}
	return filepath.Join(s.dir, name)
}

func (s *siege) command(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), s.program, args...)
	cmd.Env = append(os.Environ(), "INGESTER_HOME="+s.home, "INGESTER_CLIENT_SECRET="+s.secret)
	return cmd
}

// upload is the command that stores the folder, or what else args say.
func (s *siege) upload(t *testing.T, args ...string) *exec.Cmd {
	if len(args) == 0 {
		args = append([]string{s.dir}, s.also...)
	}
	return s.command(t, append([]string{"upload", "--profile-file", s.profile, "--protocol", string(s.protocol), "--json"}, args...)...)
}

// kill kills processes at random moments of their lives, n of them, while the
// folder grows.
func (s *siege) kill(t *testing.T, n int) {
	t.Helper()
	for killed := 0; killed < n; s.lives++ {
		s.grow(t, 1+s.total*(killed+1)/n)
		if s.life(t, time.Duration(s.random.Float64()*float64(s.horizon))) {
			killed++
			s.horizon += s.horizon / 50
		} else {
			s.horizon -= s.horizon / 10 // too many end by themselves
		}
	}
	s.grow(t, s.total)
	t.Logf("%d of %d processes were killed, the last within %v", n, s.lives, s.horizon)
}

// life runs one process, and reports whether it was killed before it ended.
func (s *siege) life(t *testing.T, span time.Duration) (killed bool) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := s.upload(t)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.swap(t, s.random.IntN(3) == 0) // while it scans and sends
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // its state says how it ended
	}()
	select {
	case <-ended:
	case <-time.After(span):
		_ = cmd.Process.Kill() // it may just have ended
		<-ended
	}
	s.swap(t, false)
	s.listen(t, &stdout)
	if cmd.ProcessState.Exited() && cmd.ProcessState.ExitCode() == exitUsage {
		t.Fatalf("the program would not run: %s", &stderr)
	}
	return !cmd.ProcessState.Exited()
}

// listen remembers what a process reported as stored. Its last line may be incomplete.
func (s *siege) listen(t *testing.T, out io.Reader) (states map[string]core.State) {
	t.Helper()
	states = map[string]core.State{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var l report.TransferLine
		if json.Unmarshal(lines.Bytes(), &l) != nil || l.Event == "summary" || l.Event == "waiting" {
			continue
		}
		states[l.Name] = l.State
		if l.State != core.StateStored {
			continue
		}
		if before := s.told[l.Name]; before != "" && before != l.FileID {
			t.Errorf("%s was called stored as %s, then as %s", l.Name, before, l.FileID)
		}
		s.told[l.Name] = l.FileID
	}
	return states
}

// finish runs the program without killing it and returns its report.
func (s *siege) finish(t *testing.T, want int, args ...string) map[string]core.State {
	t.Helper()
	states, code, said := s.end(t, args...)
	if code != want {
		t.Errorf("exit code %d, want %d: %s", code, want, said)
	}
	return states
}

// end is finish with any exit code.
func (s *siege) end(t *testing.T, args ...string) (states map[string]core.State, code int, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := s.upload(t, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // the exit code tells
	return s.listen(t, &stdout), cmd.ProcessState.ExitCode(), stderr.String()
}

// history is what the program has stored, by name: `ingester history --json`.
func (s *siege) history(t *testing.T) map[string]report.HistoryRow {
	t.Helper()
	out, err := s.command(t, "history", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]report.HistoryRow{}
	for line := range bytes.Lines(out) {
		var row report.HistoryRow
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		name := filepath.Base(row.Path)
		if _, double := rows[name]; double {
			t.Errorf("%s is twice in the history", name)
		}
		rows[name] = row
	}
	return rows
}

// check compares the server's files with those to be stored, those that processes reported
// as stored, and the history. The server may have a file of unknown outcome or not.
func (s *siege) check(t *testing.T, files []sandbox.File, states map[string]core.State) {
	t.Helper()
	onServer, byID := map[string]int{}, map[string]sandbox.File{}
	for _, f := range files {
		onServer[f.Name]++
		byID[f.ID] = f
		if want, ours := s.sums[f.Name]; !ours || f.SHA256 != want {
			t.Errorf("the server has %s with %s, want %s", f.Name, f.SHA256, want)
		}
	}
	history := s.history(t)
	unknown, there := 0, 0
	for _, name := range s.names {
		row, stored := history[name]
		file := byID[row.FileID]
		switch {
		case onServer[name] > 1:
			t.Errorf("%s is doubled: the server has it %d times", name, onServer[name])
		case stored && (file.Name != name || file.SHA256 != row.SHA256 || row.SHA256 != s.sums[name]):
			t.Errorf("%s is falsely stored: the history has %+v, the server %+v", name, row, file)
		case s.told[name] != "" && s.told[name] != row.FileID:
			t.Errorf("%s was called stored as %s, the history has %q", name, s.told[name], row.FileID)
		case !stored && states[name] == core.StateUnknown:
			unknown++
			there += onServer[name]
		case !stored:
			t.Errorf("%s is lost: %q", name, states[name])
		}
	}
	if copies, _ := filepath.Glob(filepath.Join(s.home, "spool", "*")); unknown == 0 && len(copies) > 0 {
		t.Errorf("%d copies of files are left", len(copies))
	}
	t.Logf("%d files: %d stored, %d unknown, of which the server has %d", len(s.names), len(history), unknown, there)
}

// serverProcess is `ingester sandbox` in a process of its own.
type serverProcess struct {
	dir  string
	stop func()
}

// startServer starts one and tells s how to reach it. stop ends it and waits.
func startServer(t *testing.T, s *siege) *serverProcess {
	t.Helper()
	p := &serverProcess{dir: filepath.Join(t.TempDir(), "sandbox")}
	s.profile = filepath.Join(t.TempDir(), "sandbox.toml")
	cmd := s.command(t, "sandbox", "--dir", p.dir, "--profile-out", s.profile, "--generation", cmp.Or(s.generation, "0"))
	s.secret, p.stop = startSandbox(t, cmd)
	return p
}

// startSandbox starts `ingester sandbox` and returns the secret that it prints. stop
// ends it and waits.
func startSandbox(t *testing.T, cmd *exec.Cmd) (secret string, stop func()) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // interrupted
	})
	t.Cleanup(stop)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, secret, ok := strings.Cut(lines.Text(), "INGESTER_CLIENT_SECRET="); ok {
			return secret, stop
		}
	}
	t.Fatal("the server did not start")
	return "", nil
}

// files are those that the server has, read after its end.
func (p *serverProcess) files(t *testing.T) []sandbox.File {
	t.Helper()
	p.stop()
	server, err := sandbox.New(t.Context(), sandbox.Config{Dir: p.dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	files, err := server.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return files
}
