//go:build !headless

package main

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"

	"github.com/artstore/ingester/app/desktop"
)

// The service that shows tray icons, by the StatusNotifierItem specification.
const (
	trayWatcher = "org.kde.StatusNotifierWatcher"
	trayPath    = "/StatusNotifierWatcher"
	trayHost    = "IsStatusNotifierHostRegistered"
)

// panel is what shows tray icons on a desktop: a StatusNotifierWatcher that is
// its own host, on a session bus of its own.
type panel struct {
	t       *testing.T
	address string
	conn    *dbus.Conn
	item    chan string // bus name of a program that has registered
}

// newBus starts a session bus without anything on it and returns its address.
func newBus(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=1", "--address=unix:tmpdir="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	startProcess(t, cmd)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the session bus did not name its address: %v", err)
	}
	return strings.TrimSpace(address)
}

// newPanel makes a panel appear on a bus; it goes with the test.
func newPanel(t *testing.T, address string) *panel {
	t.Helper()
	p := &panel{t: t, address: address, item: make(chan string, 8)}
	var err error
	if p.conn, err = dbus.Connect(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.conn.Close() })
	if err := p.conn.Export(p, trayPath, trayWatcher); err != nil {
		t.Fatal(err)
	}
	if _, err := prop.Export(p.conn, trayPath, prop.Map{trayWatcher: {trayHost: {Value: true}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.conn.RequestName(trayWatcher, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return p
}

// RegisterStatusNotifierItem is called over the bus by a program with an icon.
func (p *panel) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error {
	p.item <- string(sender)
	return nil
}

// entry is an item of a menu, as com.canonical.dbusmenu hands it out.
type entry struct {
	ID       int32
	Facts    map[string]dbus.Variant
	Children []dbus.Variant
}

// menu is the labels and the identifiers of a program's tray menu, "-" for a
// separator, nil while it is not to be had.
func (p *panel) menu(item string) (labels []string, ids map[string]int32) {
	var revision uint32
	var root entry
	err := p.conn.Object(item, "/StatusNotifierItem/menu").
		Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, nil
	}
	ids = map[string]int32{}
	for _, child := range root.Children {
		var e entry
		if err := dbus.Store([]any{child.Value()}, &e); err != nil {
			p.t.Fatal(err)
		}
		label, _ := e.Facts["label"].Value().(string)
		if kind, _ := e.Facts["type"].Value().(string); kind == "separator" {
			label = "-"
		}
		labels = append(labels, label)
		ids[label] = e.ID
	}
	return labels, ids
}

// choose does what a click on an entry of the menu does, once it is there. A
// program that quits may not answer any more.
func (p *panel) choose(item, label string) {
	p.t.Helper()
	eventually(p.t, label+" in the tray's menu", func() bool {
		_, ids := p.menu(item)
		id, ok := ids[label]
		return ok && (p.conn.Object(item, "/StatusNotifierItem/menu").
			Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(0), uint32(0)).Err == nil || !p.runs(item))
	})
}

// runs reports whether a program is on the bus.
func (p *panel) runs(item string) bool {
	var there bool
	err := p.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, item).Store(&there)
	return err != nil || there
}

// icon is how many bytes of picture a program shows, and its first ones.
func (p *panel) icon(item string) string {
	v, err := p.conn.Object(item, "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem.IconPixmap")
	if err != nil {
		return ""
	}
	var maps []struct {
		W, H   int32
		Pixels []byte
	}
	if err := dbus.Store([]any{v.Value()}, &maps); err != nil {
		p.t.Fatalf("the icon is no picture: %v", err)
	}
	if len(maps) == 0 {
		return ""
	}
	return string(maps[0].Pixels)
}

// TestTray: started in the background the program is in the tray only; the
// menu opens the window, pauses, resumes and quits. This is the real program,
// which does not report what its window shows.
func TestTray(t *testing.T) {
	t.Parallel()
	d, address := newScreen(t), newBus(t)
	home, socket := t.TempDir(), filepath.Join(t.TempDir(), "window")
	cmd := startInBackground(d, home, buildProgram(t), "DBUS_SESSION_BUS_ADDRESS="+address, windowSocket+"="+socket)

	p := newPanel(t, address) // at sign-in, panels come up after programs
	item := <-p.item
	want := []string{"No files yet", "-", "Open Ingester", "Pause all", "-", "Quit"}
	var labels []string
	eventually(t, "the menu", func() bool {
		labels, _ = p.menu(item)
		return slices.Equal(labels, want)
	})
	eventually(t, "an icon", func() bool { return p.icon(item) != "" }) // it comes apart from the menu
	if out, err := d.tryX("search", "--onlyvisible", "--name", "Ingester$"); err == nil {
		t.Errorf("the window is shown: %s", out)
	}
	p.choose(item, "Open Ingester")
	window := d.window("Ingester$", 0, 0, 1100, 720)
	if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the real program reports what its window shows (%v)", err)
	}
	p.choose(item, "Pause all")
	p.choose(item, "Resume all")

	// Closed without anything under way, it goes back to the tray.
	eventually(t, "the window to go", func() bool {
		if _, err := d.tryX("search", "--onlyvisible", "--name", "Ingester$"); err != nil {
			return true
		}
		_, _ = d.tryX("windowfocus", window) // may have gone meanwhile
		_, _ = d.tryX("key", "alt+F4")       // a busy machine may lose one
		return false
	})
	p.choose(item, "Quit")
	eventually(t, "the program to leave the bus", func() bool { return !p.runs(item) })
	if err := cmd.Wait(); err != nil {
		t.Errorf("quit: %v", err)
	}
}

// startInBackground starts the program as a desktop does at sign-in.
func startInBackground(d *screen, home, program string, env ...string) *exec.Cmd {
	d.t.Helper()
	if err := os.MkdirAll(filepath.Join(home, "cache"), 0o700); err != nil {
		d.t.Fatal(err)
	}
	cmd := d.command(home, program, "--sandbox", desktop.BackgroundFlag)
	cmd.Env = append(cmd.Env, env...)
	startProcess(d.t, cmd)
	return cmd
}

// TestBackgroundWithoutATray shows the window: there is no other way to it.
func TestBackgroundWithoutATray(t *testing.T) {
	t.Parallel()
	p := newPerson(t, "background-", "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(t.TempDir(), "no-bus"))
	p.open("--sandbox", desktop.BackgroundFlag)
	p.see("shown", "Connected", "No files yet")
}
