//go:build unix

package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

// A window that starts while a command has the queue gets the queue. The command and its
// callers continue as callers of the window, with their own files and lines.
func TestWindowTakesTheQueue(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	g, owner, other, names, all := beside(t, home)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	f := folders{config: home, state: home, data: home}
	c := takeover{raise: true, ready: func() error { return nil }}
	window, err := c.take(t.Context(), programConfig{folders: f, kind: control.Window, log: log, redact: core.NewRedactor()})
	if err != nil || window == nil {
		t.Fatalf("the window has no queue: %v\n%s", err, &owner.stderr)
	}
	stop := runWindowless(t, window)
	g.open()
	owner.wants(t, names[0]...)
	other.wants(t, names[1]...)
	g.mustHave(t, all)

	// A second window passes its files on and does not open.
	odd := []string{"/a/письмо.pdf", "/a/caf\xe9.txt", "/a/caf\ufffd.txt"}
	opened := make(chan []string, 1)
	second := takeover{paths: odd, raise: true, ready: func() error { return nil }}
	if p, err := second.take(t.Context(), programConfig{folders: f, kind: control.Window, log: log}); p != nil || err != nil {
		t.Errorf("a second window: %v, %v", p, err)
	}
	window.shared.onOpen(func(paths []string) { opened <- paths })
	if got := <-opened; !slices.Equal(got, odd) {
		t.Errorf("the first window opens %q", got)
	}
	stop()
}

// When a window closes, a command that works with the queue takes it.
func TestWindowClosed(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	home := t.TempDir()
	window := openWindowless(t, home)
	stop := runWindowless(t, window)
	dir, names, contents := numbered(t, 3, "call")
	call := start(t, g.uploading(home, dir))
	<-g.arrived
	stop()
	g.open()
	call.wants(t, names...)
	g.mustHave(t, contents)
}

// runWindowless runs a window's program without its window, until the test ends
// or what it returns is called.
func runWindowless(t *testing.T, window *program) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- window.run(ctx, func(ctx context.Context) error {
			window.services.start(window.engine.Run)
			<-ctx.Done()
			return nil
		})
	}()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := errors.Join(<-ended, window.close()); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// openWindowless is a window's program without its window.
func openWindowless(t *testing.T, home string) *program {
	t.Helper()
	p, err := openProgram(t.Context(), programConfig{folders: folders{config: home, state: home, data: home}, kind: control.Window,
		log: slog.New(slog.NewTextHandler(t.Output(), nil)), redact: core.NewRedactor()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Ctrl+C of a command that is a window's caller stops its files; otherwise the window
// would continue with them. The same command continues with them.
func TestCallerInterruptedBesideWindow(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	home := t.TempDir()
	window := openWindowless(t, home)
	runWindowless(t, window)
	dir, names, contents := numbered(t, 3, "call")
	call := start(t, g.uploading(home, dir))
	<-g.arrived
	call.signal(t, os.Interrupt)
	if code := call.code(); code != exitInterrupted {
		t.Errorf("exit code %d: %s", code, &call.stderr)
	}
	snapshot, err := window.shared.Transfers(t.Context())
	if err != nil || len(snapshot.Transfers) != 3 {
		t.Fatal(snapshot, err)
	}
	for _, x := range snapshot.Transfers {
		if x.State != core.StatePaused {
			t.Errorf("%s is %s", x.Source.Name, x.State)
		}
	}
	g.open()
	start(t, g.uploading(home, dir)).wants(t, names...)
	g.mustHave(t, contents)
}

// A caller that was told that a window gets the queue does not take it, although the lock
// is free for a moment.
func TestWindowComesFirst(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	cfg := programConfig{folders: folders{config: home, state: home, data: home}, kind: control.Command, log: slog.New(slog.DiscardHandler), redact: core.NewRedactor(), own: true}
	joined, failed := make(chan access, 1), make(chan error, 1)
	go func() {
		f, err := join(context.Background(), cfg, &control.Gone{HandedOver: true})
		joined <- f
		failed <- err
	}()
	runWindowless(t, openWindowless(t, home))
	f, err := <-joined, <-failed
	if err != nil || f.owner == nil || f.owner.Hello.Kind != control.Window {
		t.Fatalf("%+v, %v", f, err)
	}
	f.owner.Close()
}
