package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// losing is a server that does not honour the key and loses answers: files are stored or
// not, and the client can't know. It lists its files once list is set.
type losing struct {
	lists atomic.Bool
	drop  atomic.Int64 // how many of the next uploads are not stored
	lose  atomic.Int64 // how many of the next answers are lost
}

func (l *losing) wrap(next http.Handler) http.Handler {
	next = withoutKey(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet && r.URL.Path == "/api/v1/files" && !l.lists.Load():
			http.NotFound(w, r)
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/upload") && l.lose.Add(-1) >= 0:
			if l.drop.Add(-1) >= 0 {
				_, _ = http.MaxBytesReader(w, r.Body, 1<<20).Read(make([]byte, 1<<20))
			} else {
				next.ServeHTTP(httptest.NewRecorder(), r)
			}
			panic(http.ErrAbortHandler)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// The answers to two files of the same name and content in two folders are lost: the
// server has both, one, or none of them. As many are called stored as it has, each with a
// file ID of its own; the rest is unknown. One stored file is never proof of another one,
// later either. The server lists its files in pages, among many others, in the format of
// each generation.
func TestTwinsOfWhichOneIsLost(t *testing.T) {
	t.Parallel()
	for _, generation := range []int{1, 2} {
		for dropped := range 3 {
			t.Run(strconv.Itoa(generation)+", "+strconv.Itoa(dropped)+" lost", func(t *testing.T) {
				t.Parallel()
				l := &losing{}
				s := newServer(t, sandbox.Config{Generation: generation, Wrap: l.wrap, Faults: sandbox.Faults{ListPage: 50}})
				if generation == 1 { // directly to the Storage Element
					p := s.Profile()
					p.IngesterURL = s.ElementURL()
					s.writeProfile(t, p)
				}
				home, dir := t.TempDir(), t.TempDir()
				others, _ := writeTree(t, 120, func(i int) string { return "other " + strconv.Itoa(i) })
				if _, code := s.upload(t, home, others); code != exitOK {
					t.Fatalf("exit code %d", code)
				}
				write := func(folder string) {
					t.Helper()
					path := filepath.Join(dir, folder, "README")
					if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte("the same"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				write("d1")
				write("d2")
				l.lose.Store(2)
				l.drop.Store(int64(dropped))
				if lines, code := s.upload(t, home, dir); code != exitIncomplete || len(lines) != 2 || lines[0].State != core.StateUnknown || lines[1].State != core.StateUnknown {
					t.Fatalf("exit code %d, %+v", code, lines)
				}
				l.lists.Store(true)
				s.checkTwins(t, home, dir, 2-dropped, dropped)

				// A third one, which never arrives, is not taken for one of the others.
				write("d3")
				l.lose.Store(1)
				l.drop.Store(1)
				s.checkTwins(t, home, dir, 2-dropped, dropped+1)
			})
		}
	}
}

// checkTwins uploads dir and checks how many of its files are stored, each as another file
// of the server, and how many are unknown.
func (s *testServer) checkTwins(t *testing.T, home, dir string, stored, unknown int) {
	t.Helper()
	lines, _ := s.upload(t, home, "--give-up-after", "2s", dir)
	onServer := map[string]bool{}
	for _, f := range s.files(t) {
		onServer[f.ID] = f.Name == "README"
	}
	states := map[core.State]int{}
	for _, l := range lines {
		states[l.State]++
		if l.State == core.StateStored && !onServer[l.FileID] {
			t.Errorf("%s is stored as %s, which is no README of the server or another one's", l.Path, l.FileID)
		}
		delete(onServer, l.FileID)
	}
	if states[core.StateStored] != stored || states[core.StateUnknown] != unknown {
		t.Errorf("%v, want %d stored and %d unknown: %+v", states, stored, unknown, lines)
	}
}

// A file that another account has stored meanwhile is no proof of ours.
func TestAnothersFileIsNoProof(t *testing.T) {
	t.Parallel()
	l := &losing{}
	l.lists.Store(true)
	s := newServer(t, sandbox.Config{Faults: sandbox.Faults{ListPage: 50}, Wrap: func(next http.Handler) http.Handler {
		wrapped := l.wrap(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/v1/files" {
				wrapped.ServeHTTP(w, r)
				return
			}
			answer := httptest.NewRecorder()
			wrapped.ServeHTTP(answer, r)
			_, _ = w.Write([]byte(strings.ReplaceAll(answer.Body.String(), `"uploaded_by":"sa_`, `"uploaded_by":"sa_another_`)))
		})
	}})
	home, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	l.lose.Store(1)
	lines, code := s.upload(t, home, "--give-up-after", "2s", dir)
	if code != exitIncomplete || len(lines) != 1 || lines[0].State != core.StateUnknown || len(s.files(t)) != 1 {
		t.Errorf("exit code %d, %+v; the server has %d files", code, lines, len(s.files(t)))
	}
}

// The program is killed again and again while it sends files of the same name and content.
// The server does not honour the key, and lists files in pages, with a delay. No file is
// ever called stored as another one's, or as one that the server does not have; those that
// are not stored in the end are of unknown outcome.
func TestTwinsKilled(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{Wrap: withoutKey, Faults: sandbox.Faults{ListPage: 50, ListAfter: 50 * time.Millisecond, KeepDays: 7}})
	home, dir := t.TempDir(), t.TempDir()
	const twins, streams = 150, 4
	for i := range twins {
		path := filepath.Join(dir, strconv.Itoa(i), "README")
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("the same"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"upload", "--profile-file", s.profileFile, "--json", "--concurrency", strconv.Itoa(streams), dir}
	for i := range 6 {
		cmd := s.command(home, args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		want := len(s.files(t)) + 1 + i*3
		// An interrupted upload may not have arrived; the server is asked about it
		// for minutes before it is sent again.
		eventually(t, "some files", func() bool { return len(s.files(t)) >= min(want, twins-streams*i) })
		_ = cmd.Process.Kill() // may have ended
		_ = cmd.Wait()         // was killed
	}
	lines, code := runUpload(t, s.command(home, append(args, "--ttl-days", "7", "--give-up-after", "3s")...))
	files := map[string]bool{}
	for _, f := range s.files(t) {
		files[f.ID] = true
	}
	states := map[core.State]int{}
	for _, l := range lines {
		states[l.State]++
		if l.State != core.StateStored {
			continue
		}
		if !files[l.FileID] {
			t.Errorf("%s is stored as %q, which is not there or another's", l.Path, l.FileID)
		}
		delete(files, l.FileID)
	}
	if len(lines) != twins || states[core.StateStored]+states[core.StateUnknown] != twins || code == exitOK != (states[core.StateUnknown] == 0) {
		t.Errorf("exit code %d, %d lines: %v", code, len(lines), states)
	}
	t.Logf("%v; %d files more on the server", states, len(files))
	if len(files) > states[core.StateUnknown] {
		t.Errorf("%d files are nobody's, and only %d outcomes are unknown", len(files), states[core.StateUnknown])
	}
}
