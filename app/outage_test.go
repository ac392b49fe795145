package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/sandbox"
)

// fallible is a server process that is killed and started again, at the same
// address.
type fallible struct {
	program, dir, profile, secret string
	cmd                           *exec.Cmd
}

func newFallible(t *testing.T, program string) *fallible {
	t.Helper()
	f := &fallible{program: program, dir: filepath.Join(t.TempDir(), "sandbox"), profile: filepath.Join(t.TempDir(), "sandbox.toml")}
	f.start(t)
	t.Cleanup(f.kill)
	return f
}

// start returns once the server listens.
func (f *fallible) start(t *testing.T) {
	t.Helper()
	f.cmd = exec.Command(f.program, "sandbox", "--dir", f.dir, "--profile-out", f.profile)
	f.cmd.Env = append(os.Environ(), "INGESTER_HOME="+filepath.Dir(f.dir))
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, secret, ok := strings.Cut(lines.Text(), "INGESTER_CLIENT_SECRET="); ok {
			f.secret = strings.Trim(secret, "'")
			return
		}
	}
	t.Fatal("the server did not start")
}

func (f *fallible) kill() {
	_ = f.cmd.Process.Kill()
	_ = f.cmd.Wait() // killed
}

// outage kills the server and starts it again after a pause.
func (f *fallible) outage(t *testing.T, length time.Duration) {
	f.kill()
	<-time.After(length)
	f.start(t)
}

// check checks that n files are on the server, each once.
func (f *fallible) check(t *testing.T, n int) {
	t.Helper()
	f.kill()
	server, err := sandbox.New(t.Context(), sandbox.Config{Dir: f.dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	storedOnce(t, server, n)
}

// A server is killed during an upload of 300 files, and started again later. All files are
// stored once, by one call.
func TestUploadThroughOutages(t *testing.T) {
	t.Parallel()
	program := buildHeadless(t)
	for name, outages := range map[string][]time.Duration{
		"three of 3 s": {3 * time.Second, 3 * time.Second, 3 * time.Second},
		"20 s":         {20 * time.Second},
		"five kills":   {0, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFallible(t, program)
			dir, _ := writeTree(t, 300, func(i int) string { return fmt.Sprintf("scan %03d.txt", i) })
			cmd := exec.Command(program, "upload", "--profile-file", f.profile, "--json", "--limit", "100KiB", dir)
			cmd.Env = append(os.Environ(), "INGESTER_HOME="+t.TempDir(), "INGESTER_CLIENT_SECRET="+f.secret)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stderr = t.Output()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			stored, waits, left := 0, 0, outages
			for lines := bufio.NewScanner(out); lines.Scan(); {
				var l struct {
					Event string
					State core.State
				}
				switch err := json.Unmarshal(lines.Bytes(), &l); {
				case err != nil:
					t.Fatal(err)
				case l.Event == "waiting":
					waits++
				case l.State == core.StateStored:
					stored++
				case l.Event == "transfer":
					t.Errorf("%s", lines.Bytes())
				}
				if step := 250 / len(outages); len(left) > 0 && stored == step*(len(outages)-len(left))+20 {
					f.outage(t, left[0])
					left = left[1:]
				}
			}
			if err := cmd.Wait(); err != nil || stored != 300 || len(left) > 0 {
				t.Errorf("%v; %d files called stored, %d outages did not happen", err, stored, len(left))
			}
			if outages[0] > time.Second && waits == 0 {
				t.Error("nothing was said of the wait")
			}
			f.check(t, 300)
		})
	}
}

// The same with the engine as in the window.
func TestWindowThroughAnOutage(t *testing.T) {
	t.Parallel()
	f := newFallible(t, buildHeadless(t))
	dir, _ := writeTree(t, 300, func(i int) string { return fmt.Sprintf("scan %03d.txt", i) })
	home := t.TempDir()
	profile, err := profiles.LoadFile(f.profile)
	if err != nil {
		t.Fatal(err)
	}
	profile.Upload.BandwidthLimit = "200KiB"
	p, err := openProgram(t.Context(), programConfig{folders: folders{config: home, state: home, data: home}, log: slog.New(slog.DiscardHandler),
		secret: core.NewSecret(f.secret), redact: core.NewRedactor(), load: func(string) (core.Profile, error) { return profile, nil }})
	if err != nil {
		t.Fatal(err)
	}
	err = p.run(t.Context(), func(ctx context.Context) error {
		p.services.start(p.engine.Run)
		scan, err := p.engine.Scan(ctx, []string{dir}, func(core.ScanProgress) {})
		if err != nil {
			return err
		}
		_, feed := p.engine.Subscribe()
		defer feed.Close()
		if _, err := p.engine.Submit(ctx, scan.Sources, profile.DefaultOptions()); err != nil {
			return err
		}
		stored, told := map[core.TransferID]bool{}, false
		for away := false; len(stored) < 300; {
			u, err := feed.Next(ctx)
			if err != nil {
				return err
			}
			told = told || len(u.Waits) > 0
			for _, tr := range u.Changed {
				if tr.State == core.StateStored {
					stored[tr.ID] = true
				} else if tr.State.Done() {
					return fmt.Errorf("%s is %s: %w", tr.Source.Name, tr.State, tr.Error)
				}
			}
			if len(stored) > 50 && !away {
				away = true
				f.outage(t, 3*time.Second)
			}
		}
		if !told {
			return errors.New("nothing was said of the wait")
		}
		return nil
	})
	if err := errors.Join(err, p.close()); err != nil {
		t.Error(err)
	}
	f.check(t, 300)
}

// storedOnce checks that n files are on a server, each once.
func storedOnce(t *testing.T, s *sandbox.Server, n int) {
	t.Helper()
	names := namesOn(t, s)
	files := 0
	for _, count := range names {
		files += count
	}
	if files != n || len(names) != n {
		t.Errorf("the server has %d files of %d names, want %d once each", files, len(names), n)
	}
}

// namesOn are the names of the files that a server has, and how many there are of
// each.
func namesOn(t *testing.T, s *sandbox.Server) map[string]int {
	t.Helper()
	files, err := s.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	for _, f := range files {
		names[f.Name]++
	}
	return names
}
