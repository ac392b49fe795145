//go:build !headless

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/sandbox"
)

// person sits before the window of a program that begins with nothing: no
// profile, no queue, no secret.
type person struct {
	*screen
	t        *testing.T
	home     string
	env      []string // besides what every program on the desktop gets
	running  *exec.Cmd
	window   string
	socket   string // on which the program reports what its window shows
	pictures string // what their names begin with
	seen     []byte // the window when it was looked at last
	copied   string // the report that was copied last
}

func newPerson(t *testing.T, pictures string, env ...string) *person {
	t.Helper()
	return &person{screen: newScreen(t), t: t, home: t.TempDir(), env: env, pictures: pictures}
}

// sandbox is the folder of the embedded server.
func (p *person) sandbox() string { return filepath.Join(p.home, "ingester", "sandbox") }

// command is the program on the person's desktop.
func (p *person) command(args ...string) *exec.Cmd {
	cmd := p.screen.command(p.home, "ingester", args...)
	cmd.Env = append(cmd.Env, p.env...)
	return cmd
}

// watched is the program, which reports what its window shows and what the race
// detector finds.
func (p *person) watched(args ...string) *exec.Cmd {
	p.socket = filepath.Join(p.t.TempDir(), "window")
	races := filepath.Join(p.t.TempDir(), "races")
	p.t.Cleanup(func() { mustNotRace(p.t, races) })
	cmd := p.command(args...)
	cmd.Env = append(cmd.Env, windowSocket+"="+p.socket, "GORACE=exitcode=0 log_path="+races)
	return cmd
}

// mustNotRace fails the test if the race detector has found a data race of the
// program. A race in the library for the tray is known.
func mustNotRace(t *testing.T, log string) {
	t.Helper()
	files, err := filepath.Glob(log + ".*") // process identifiers
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		found, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for report := range strings.SplitSeq(string(found), "==================") {
			known := strings.Contains(report, "fyne.io/systray.(*tray).GetLayout") // reads the menu's version without its lock
			if strings.Contains(report, "DATA RACE") && !known {
				t.Errorf("the program races:\n%s", report)
			}
		}
	}
}

// open starts the program, as by a click on its icon.
func (p *person) open(args ...string) {
	p.t.Helper()
	for _, dir := range []string{"cache", "config"} {
		if err := os.MkdirAll(filepath.Join(p.home, dir), 0o700); err != nil {
			p.t.Fatal(err)
		}
	}
	p.running = p.watched(args...)
	startProcess(p.t, p.running)
	p.window = p.screen.window("Ingester$", 0, 200, 1100, 720)
}

// end closes the window and waits for the program.
func (p *person) end() {
	p.t.Helper()
	p.keys("alt+F4")
	if err := p.running.Wait(); err != nil {
		p.t.Errorf("the program ended with %v", err)
	}
}

func (p *person) keys(keys ...string) {
	p.t.Helper()
	p.x(append([]string{"windowfocus", "--sync", p.window, "key"}, keys...)...)
}

// drop drags files and folders from another program into the window. The whole
// window takes them.
func (p *person) drop(paths ...string) {
	p.t.Helper()
	source, out := p.start(p.home, "/usr/bin/python3", append([]string{filepath.Join("..", "testdata", "e2e", "dragsource.py")}, paths...)...)
	expectLine(p.t, out, "ready")
	p.drag(p.screen.window("Drag source", 0, 0, 240, 80), p.window)
	expectLine(p.t, out, "dropped")
	_ = source.Process.Kill()
	p.x("windowactivate", "--sync", p.window)
}

// look takes a picture of the window as it is.
func (p *person) look(name string) {
	p.t.Helper()
	p.screenshot(p.window, p.pictures+name)
}

// see waits until the window says these words, looks different from when it was
// seen last, and has come to rest. Then it takes a picture.
func (p *person) see(name string, words ...string) {
	p.t.Helper()
	p.reads(words...)
	p.watch(name, func(same, other int) bool { return same >= 1 && other > 0 })
}

// glance is see for a page that never rests.
func (p *person) glance(name string, words ...string) {
	p.t.Helper()
	p.reads(words...)
	p.watch(name, func(_, other int) bool { return other >= 2 })
}

// watch looks at the window, but for the status bar with its sparkline, until
// enough, which is told how many looks have been the same, and how many have
// been unlike what was seen last.
func (p *person) watch(name string, enough func(same, other int) bool) {
	p.t.Helper()
	var before []byte
	same, other := 0, 0
	eventually(p.t, "the window to show "+name, func() bool {
		now, err := p.screen.command(p.t.TempDir(), "import", "-window", p.window, "-crop", "1100x676+0+0", "rgb:-").Output()
		if err != nil {
			return false
		}
		same, other = same+1, other+1
		if !alike(now, before) {
			same = 0
		}
		if alike(now, p.seen) {
			other = 0
		}
		before = now
		return enough(same, other)
	})
	p.seen = before
	p.look(name)
}

// alike reports whether two pictures are the same, but for a cursor that
// blinks.
func alike(a, b []byte) bool {
	if len(a) != len(b) || bytes.Equal(a, b) {
		return len(a) == len(b)
	}
	const cursor = 3 * 2 * 24 // bytes
	different := 0
	for i := 0; i < len(a) && different <= cursor; i++ {
		if a[i] != b[i] {
			different++
		}
	}
	return different <= cursor
}

// stored is what the program says it has stored, by name.
func (p *person) stored() map[string]storedLine {
	p.t.Helper()
	return history(p.t, p.command("history", "--json"))
}

func (p *person) awaitStored(atLeast int) map[string]storedLine {
	p.t.Helper()
	var rows map[string]storedLine
	eventually(p.t, fmt.Sprint(atLeast, " stored files"), func() bool {
		rows = p.stored()
		return len(rows) >= atLeast
	})
	return rows
}

// mustHave checks what the embedded server has kept, after the program's end.
func (p *person) mustHave(contents map[string][]byte) {
	p.t.Helper()
	server, err := sandbox.New(p.t.Context(), sandbox.Config{Dir: p.sandbox()})
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() {
		if err := server.Close(); err != nil {
			p.t.Error(err)
		}
	}()
	(&testServer{Server: server}).mustHave(p.t, contents)
}
