package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
	"github.com/artstore/ingester/core/store"
)

// damagedHome is the state of a program that was killed with its first upload,
// and its database with one page overwritten.
func damagedHome(t *testing.T, s *testServer, arrived <-chan struct{}, dir string) (home string) {
	t.Helper()
	home = t.TempDir()
	cmd := s.command(home, "upload", "--profile-file", s.profileFile, dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killWhen(t, cmd, arrived)
	path := folders{state: home}.queue()
	queue, err := store.Open(t.Context(), path, nil) // moves the log into the database
	if err == nil {
		err = queue.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const size = 4096
	for at := 2 * size; ; at += size { // the last leaf with one of the files on it
		if at >= len(data) {
			t.Fatal("no page of the queue was found")
		}
		if data[at] == 13 && bytes.Contains(data[at:at+size], []byte(filepath.Join(dir, "file 00"))) {
			copy(data[at+8:at+size], bytes.Repeat([]byte{0xA5}, size))
			break
		}
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}

// killWhen kills a process as soon as something has happened.
func killWhen(t *testing.T, cmd *exec.Cmd, happened <-chan struct{}) {
	t.Helper()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }() // killed
	select {
	case <-happened:
	case <-ended:
		t.Error("it ended before it was killed")
	}
	_ = cmd.Process.Kill()
	<-ended
}

// answerless reads a request and gives no answer until its client is gone.
func answerless(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // otherwise the server does not notice that the client is gone
	<-r.Context().Done()
}

// A damaged queue is reported once: in text, in JSON and by the exit code, with the path of
// the damaged file and the folders to upload again. Afterwards everything is stored, and
// nothing twice.
func TestRecoveredIsTold(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{false, true} {
		recoveredIsTold(t, asJSON)
	}
}

func recoveredIsTold(t *testing.T, asJSON bool) {
	t.Helper()
	arrived := make(chan struct{})
	var first sync.Once
	var killed atomic.Bool
	s := newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "upload") {
				if !killed.Load() {
					first.Do(func() { close(arrived) })
					answerless(w, r)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}})
	dir, contents := writeTree(t, 60, func(i int) string { return "file " + string(rune('0'+i/10)) + string(rune('0'+i%10)) })
	home := damagedHome(t, s, arrived, dir)
	killed.Store(true)
	other, others := writeTree(t, 1, func(int) string { return "other" })
	args := []string{"upload", "--profile-file", s.profileFile, other}
	if asJSON {
		args = append(args, "--json")
	}
	var stdout, stderr bytes.Buffer
	run := s.command(home, args...)
	run.Stdout, run.Stderr = &stdout, &stderr
	_ = run.Run() // the exit code tells
	if code := run.ProcessState.ExitCode(); code != exitIncomplete {
		t.Errorf("exit code %d", code)
	}
	aside, _ := filepath.Glob(filepath.Join(home, "queue.db.corrupt-*"))
	if len(aside) == 0 {
		t.Fatalf("nothing was put aside: %s", stderr.String())
	}
	if asJSON {
		var l report.RecoveredLine
		line, _, _ := strings.Cut(stdout.String(), "\n")
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if l.Event != "recovered" || l.Path != aside[0] || l.Saved == 0 || l.Lost == 0 || l.Saved+l.Lost != len(contents) ||
			len(l.Folders) != 1 || l.Folders[0] != dir {
			t.Errorf("told %s", line)
		}
	} else if text := stderr.String(); !strings.Contains(text, "recovered  the queue was damaged") || !strings.Contains(text, aside[0]) ||
		!strings.Contains(text, "Lost: ") || !strings.Contains(text, "Upload these folders again; what is known is skipped: "+dir) {
		t.Errorf("told %q", text)
	}
	again := s.command(home, args...)
	stdout.Reset()
	stderr.Reset()
	again.Stdout, again.Stderr = &stdout, &stderr
	if err := again.Run(); err != nil || strings.Contains(stdout.String()+stderr.String(), "recovered") {
		t.Errorf("told again: %v, %s%s", err, stdout.String(), stderr.String())
	}
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	for name, content := range others {
		contents[name] = content
	}
	s.mustHave(t, contents) // each once
}

// The program is killed after the server has stored files, and the log, which alone had
// that, is deleted. If the server honours the key, the files are sent again, and it has
// each once. If it does not, nothing is sent again without the user's consent.
func TestLostLogDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, honours := range []bool{true, false} {
		taken := make(chan struct{})
		var once sync.Once
		var uploads, stage atomic.Int32
		s := newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
			upload := next
			if !honours {
				upload = withoutKey(next)
			}
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method != http.MethodPost || !strings.Contains(r.URL.Path, "upload"):
				case stage.Load() == 0: // all uploads of the first process are refused
					w.WriteHeader(http.StatusForbidden)
					return
				case stage.Load() == 1 && uploads.Add(1) > 20: // some of the second's are stored
					once.Do(func() { close(taken) })
					answerless(w, r)
					return
				}
				upload.ServeHTTP(w, r)
			})
		}})
		dir, contents := writeTree(t, 40, func(i int) string { return "file " + string(rune('0'+i/10)) + string(rune('0'+i%10)) })
		home := t.TempDir()
		if _, code := s.upload(t, home, dir); code != exitIncomplete {
			t.Fatalf("exit code %d", code)
		}
		stage.Store(1)
		// One at a time: others that it sends could be taken for the third's.
		cmd := s.command(home, "upload", "--profile-file", s.profileFile, "--concurrency", "1", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killWhen(t, cmd, taken)
		stage.Store(2)
		if err := os.Remove(folders{state: home}.queue() + "-wal"); err != nil {
			t.Fatal(err)
		}
		lines, code := s.upload(t, home, "--give-up-after", "2s", dir)
		if code != exitIncomplete || len(lines) == 0 || lines[0].Event != "recovered" {
			t.Errorf("honoured %t: exit code %d, told %+v", honours, code, lines[0])
		}
		files, err := s.Files(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, f := range files {
			if count[f.Name]++; count[f.Name] > 1 {
				t.Errorf("honoured %t: %s is doubled", honours, f.Name)
			}
		}
		states := map[core.State]int{}
		for _, l := range lines[1:] {
			if states[l.State]++; l.State == core.StateStored && count[l.Name] != 1 {
				t.Errorf("honoured %t: %s is called stored, and is not there", honours, l.Name)
			}
		}
		if honours {
			s.mustHave(t, contents)
		} else if states[core.StateUnknown] < len(contents)-20 || states[core.StateStored]+states[core.StateUnknown] != len(contents) || len(files) > 20 {
			t.Errorf("not honoured: told %v, the server has %d files", states, len(files))
		}
	}
}
