//go:build !headless

package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/core/sandbox"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/controllertest"
)

// TestController: the controller keeps the window's promises, with profiles, a
// queue and an engine as they are, and a server over TLS. Its secrets are in
// memory.
func TestController(t *testing.T) {
	server := newGated(t)
	controllertest.Test(t, func(t *testing.T, with controllertest.State) controllertest.Subject {
		ring := &locking{Keychain: keychain.NewSession()}
		return newSubject(t, with, surroundings{keychain: ring, lock: ring.lock, server: server})
	})
}

// locking is a keychain that can be locked.
type locking struct {
	keychain.Keychain
	mu     sync.Mutex
	locked bool
}

func (k *locking) lock() (unlock func()) {
	set := func(locked bool) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.locked = locked
	}
	set(true)
	return func() { set(false) }
}

func (k *locking) open() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.locked {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeKeychainLocked, Message: "The keychain is locked."}
	}
	return nil
}

func (k *locking) Get(ctx context.Context, profile string, i keychain.Item) (core.Secret, error) {
	if err := k.open(); err != nil {
		return core.Secret{}, err
	}
	return k.Keychain.Get(ctx, profile, i)
}

func (k *locking) Set(ctx context.Context, profile string, i keychain.Item, s core.Secret) error {
	if err := k.open(); err != nil {
		return err
	}
	return k.Keychain.Set(ctx, profile, i, s)
}

func (k *locking) Delete(ctx context.Context, profile string, i keychain.Item) error {
	if err := k.open(); err != nil {
		return err
	}
	return k.Keychain.Delete(ctx, profile, i)
}

// surroundings are what tests have in common.
type surroundings struct {
	keychain keychain.Keychain
	lock     func() (unlock func()) // the keychain
	bus      string                 // of the desktop's session, "" for none
	server   *gated
}

// gated is a server behind a gateway that lets requests in one at a time, or
// none, and takes small bodies only.
type gated struct {
	*testServer
	gate chan struct{} // takes a value while a request comes in, or none may
}

func newGated(t *testing.T) *gated {
	t.Helper()
	g := &gated{gate: make(chan struct{}, 1)}
	g.testServer = newServer(t, sandbox.Config{Generation: 1, Wrap: g.wrap})
	return g
}

// wrap lets a request through the gate.
func (g *gated) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case g.gate <- struct{}{}:
			<-g.gate
		case <-r.Context().Done():
			return
		}
		if r.ContentLength > controllertest.Oversize {
			http.Error(w, "413 Request Entity Too Large", http.StatusRequestEntityTooLarge)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// newSubject opens a program in a folder of its own. It ends with the test.
func newSubject(t *testing.T, with controllertest.State, s surroundings) controllertest.Subject {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "desktop"))
	for _, none := range []string{"DISPLAY", "WAYLAND_DISPLAY"} {
		t.Setenv(none, "")
	}
	if s.bus == "" {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(dir, "nothing"))
	}
	if with == controllertest.DamagedQueue {
		must(t, os.WriteFile(folders{state: dir}.queue(), []byte("SQLite format 3\x00, and no more"), 0o600))
	}
	p, err := openProgram(t.Context(), programConfig{folders: folders{config: dir, state: dir, data: dir}, log: slog.New(slog.DiscardHandler), grace: view.UndoTime})
	must(t, err)
	p.secrets.System = s.keychain
	ctx, stop := context.WithCancel(context.Background())
	opened, closed := make(chan *controller, 1), make(chan error, 1)
	go func() {
		err := p.run(ctx, func(ctx context.Context) error {
			p.services.start(p.engine.Run)
			<-p.engine.Ready()
			c, err := newController(p)
			opened <- c
			<-ctx.Done()
			return err
		})
		closed <- errors.Join(err, p.close())
	}()
	c := <-opened
	t.Cleanup(func() {
		stop()
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
	return controllertest.Subject{Controller: c, World: &world{s, t}}
}

// world is what the program of a test works with.
type world struct {
	surroundings
	t *testing.T
}

// Server implements controllertest.World.
func (w *world) Server() (core.Profile, core.Secret) {
	p := w.server.Profile()
	p.Name = "Server"
	return p, w.server.ClientSecret()
}

// Hold implements controllertest.World.
func (w *world) Hold() (release func()) {
	w.server.gate <- struct{}{}
	return sync.OnceFunc(func() { <-w.server.gate })
}

// LockKeychain implements controllertest.World.
func (w *world) LockKeychain() (unlock func()) { return w.lock() }

// TakePort implements controllertest.World.
func (w *world) TakePort() string {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	must(w.t, err)
	w.t.Cleanup(func() { must(w.t, busy.Close()) })
	return busy.Addr().String()
}

// SpoilAutostart implements controllertest.World.
func (w *world) SpoilAutostart() {
	file := filepath.Join(w.t.TempDir(), "file")
	must(w.t, os.WriteFile(file, nil, 0o600))
	w.t.Setenv("XDG_CONFIG_HOME", file)
}

// ShowTray implements controllertest.World.
func (w *world) ShowTray() {
	if w.bus == "" {
		w.bus = newBus(w.t)
		w.t.Setenv("DBUS_SESSION_BUS_ADDRESS", w.bus)
	}
	newPanel(w.t, w.bus)
}
