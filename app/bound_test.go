package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// holding is a server that receives uploads and answers none of them while it holds.
type holding struct {
	*testServer
	holds atomic.Bool
	begun chan struct{}
}

func newHolding(t *testing.T) *holding {
	t.Helper()
	h := &holding{begun: make(chan struct{}, 1)}
	h.testServer = newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/upload") || !h.holds.Load() {
				next.ServeHTTP(w, r)
				return
			}
			select {
			case h.begun <- struct{}{}:
			default:
			}
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		})
	}})
	return h
}

// names are the names of the files that a server has, and how many there are of each.
func (s *testServer) names(t *testing.T) map[string]int {
	t.Helper()
	return namesOn(t, s.Server)
}

// Two customers' profile files, both named Sandbox. The upload to the first is killed;
// then the second is uploaded to, with a file that waits for the first as well, and with
// --all. Each server gets the files that were meant for it, once.
func TestKilledThenAnotherServer(t *testing.T) {
	t.Parallel()
	a, b := newHolding(t), newServer(t, sandbox.Config{})
	home, dir := t.TempDir(), t.TempDir()
	paths := make([]string, 3)
	for i, name := range []string{"of-a.txt", "of-b.txt", "of-both.txt"} {
		paths[i] = filepath.Join(dir, name)
		if err := os.WriteFile(paths[i], []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a.holds.Store(true)
	cmd := a.command(home, "upload", "--profile-file", a.profileFile, "--quiet", paths[0], paths[2])
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-a.begun
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed

	for _, args := range [][]string{{paths[1], paths[2]}, {"--all"}} {
		lines, code := b.upload(t, home, args...)
		if code != exitOK || len(lines) != 2*(len(args)-1) {
			t.Errorf("%v: exit code %d, %+v", args, code, lines)
		}
	}
	if got := b.names(t); len(got) != 2 || got["of-b.txt"] != 1 || got["of-both.txt"] != 1 {
		t.Errorf("the second server has %v", got)
	}
	if got := a.names(t); len(got) != 0 {
		t.Errorf("the first server has %v", got)
	}

	a.holds.Store(false)
	lines, code := a.upload(t, home, paths[0], paths[2])
	if code != exitOK || len(lines) != 2 || lines[0].State != core.StateStored || lines[0].Skipped {
		t.Errorf("exit code %d, %+v", code, lines)
	}
	if got := a.names(t); len(got) != 2 || got["of-a.txt"] != 1 || got["of-both.txt"] != 1 {
		t.Errorf("the first server has %v", got)
	}
	if got := b.names(t); len(got) != 2 {
		t.Errorf("the second server has %v", got)
	}
}

// A file that an earlier call left is compared with what that call asked, not with what
// the call asks that sends it.
func TestLeftIsJudgedByItsOwnCall(t *testing.T) {
	t.Parallel()
	s := newHolding(t)
	home, dir := t.TempDir(), t.TempDir()
	left, named := filepath.Join(dir, "left.txt"), filepath.Join(dir, "named.txt")
	for _, path := range []string{left, named} {
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.holds.Store(true)
	cmd := s.command(home, "upload", "--profile-file", s.profileFile, "--quiet", "--retention", "temporary", "--ttl-days", "7", left)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-s.begun
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	s.holds.Store(false)

	lines, code := s.upload(t, home, "--all", "--retention", "permanent", named)
	if code != exitOK || len(lines) != 2 {
		t.Fatalf("exit code %d, %+v", code, lines)
	}
	for _, l := range lines {
		if l.State != core.StateStored || len(l.Differs) > 0 {
			t.Errorf("%s: %s, differs in %+v", l.Name, l.State, l.Differs)
		}
	}
	files, err := s.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, f := range files {
		got[f.Name] = f.TTLDays
	}
	if want := map[string]int{"left.txt": 7, "named.txt": 0}; !maps.Equal(got, want) {
		t.Errorf("the server keeps them for days: %v, want %v", got, want)
	}
	// If this call names the file, it is compared with what this call asks.
	if lines, code := s.upload(t, home, "--retention", "permanent", left); code != exitIncomplete || len(lines) != 1 || len(lines[0].Differs) != 1 {
		t.Errorf("exit code %d, %+v", code, lines)
	}
}

// embeddedProgram is a program with the embedded server in the test's process, as in a
// command.
func embeddedProgram(t *testing.T, home string, paused bool, work func(ctx context.Context, p *program, profile core.Profile) error) {
	t.Helper()
	f, err := findFolders(func(string) string { return home })
	if err != nil {
		t.Fatal(err)
	}
	if err := f.make(); err != nil {
		t.Fatal(err)
	}
	if paused {
		if err := os.WriteFile(f.paused(), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	} else if err := os.RemoveAll(f.paused()); err != nil {
		t.Fatal(err)
	}
	var profile core.Profile
	p, err := openProgram(t.Context(), programConfig{folders: f, log: slog.New(slog.DiscardHandler), own: true,
		load: func(string) (core.Profile, error) { return profile, nil }})
	if err != nil {
		t.Fatal(err)
	}
	err = p.run(t.Context(), func(ctx context.Context) error {
		if profile, err = p.startEmbedded(ctx); err != nil {
			return err
		}
		p.services.start(p.engine.Run)
		return work(ctx, p, profile)
	})
	if err := errors.Join(err, p.close()); err != nil {
		t.Fatal(err)
	}
}

// The embedded server's port may be taken at the next start. Files that were left for it
// are sent there nevertheless: it is recognised by its account. They are not sent to a
// sandbox of another folder.
func TestEmbeddedServerMoves(t *testing.T) {
	t.Parallel()
	home, path := t.TempDir(), filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	submit := func(ctx context.Context, p *program, profile core.Profile) (core.Submission, error) {
		scan, err := p.engine.Scan(ctx, []string{path}, func(core.ScanProgress) {})
		if err != nil {
			return core.Submission{}, err
		}
		return p.engine.Submit(ctx, scan.Sources, profile.DefaultOptions())
	}
	var before core.Profile
	embeddedProgram(t, home, true, func(ctx context.Context, p *program, profile core.Profile) error {
		before = profile
		_, err := submit(ctx, p, profile)
		return err
	})
	taken, err := net.Listen("tcp", strings.TrimPrefix(before.IngesterURL, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	other := newServer(t, sandbox.Config{}) // another folder
	if lines, code := other.upload(t, home, "--all"); code != exitOK || len(lines) != 0 {
		t.Errorf("another sandbox: exit code %d, %+v", code, lines)
	}
	embeddedProgram(t, home, false, func(ctx context.Context, p *program, profile core.Profile) error {
		if profile.IngesterURL == before.IngesterURL || profile.Auth.ClientID != before.Auth.ClientID {
			t.Errorf("%+v was %+v", profile.Destination(), before.Destination())
		}
		again, err := submit(ctx, p, profile)
		if err != nil || len(again.Already) != 1 || len(again.Queued) != 0 {
			t.Errorf("what is queued is not known: %+v, %v", again, err)
		}
		_, feed := p.engine.Subscribe()
		defer feed.Close()
		for stored := false; !stored; {
			u, err := feed.Next(ctx)
			if err != nil {
				return err
			}
			for _, x := range u.Changed {
				stored = stored || x.State == core.StateStored && x.Destination() == profile.Destination()
			}
		}
		known, err := submit(ctx, p, profile)
		if err != nil || len(known.Stored) != 1 {
			t.Errorf("what is stored is not known: %+v, %v", known, err)
		}
		return nil
	})
	if got := other.names(t); len(got) != 0 {
		t.Errorf("the other sandbox has %v", got)
	}
}
