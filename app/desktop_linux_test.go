//go:build !headless

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// screen is a private X display with a window manager, for tests that need a
// real window.
type screen struct {
	t       testing.TB
	display string
}

// numbering lets one Xvfb at a time look for a number that is free.
var numbering sync.Mutex

// newScreen starts Xvfb and openbox; both end with the test.
func newScreen(t testing.TB) *screen {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	// Without -noreset the server begins again when its last client goes: an xdotool that
	// has asked, while the window manager is about to connect.
	xvfb := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp", "-noreset")
	xvfb.ExtraFiles = []*os.File{write}
	numbering.Lock()
	startProcess(t, xvfb)
	_ = write.Close()
	number, err := bufio.NewReader(read).ReadString('\n')
	numbering.Unlock()
	if err != nil {
		t.Fatalf("Xvfb did not name its display: %v", err)
	}
	d := &screen{t: t, display: ":" + strings.TrimSpace(number)}
	d.start(t.TempDir(), "openbox", "--sm-disable")
	eventually(t, "a window manager", func() bool {
		_, err := d.tryX("get_num_desktops") // which it can answer once it runs
		return err == nil
	})
	return d
}

// command prepares a program that runs on the display with home as its HOME
// and its whole state.
func (d *screen) command(home, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"DISPLAY=" + d.display,
		"HOME=" + home,
		"XDG_RUNTIME_DIR=" + home,
		"XDG_CACHE_HOME=" + filepath.Join(home, "cache"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"INGESTER_HOME=" + filepath.Join(home, "ingester"),
		"LANG=en_US.UTF-8",
		"FYNE_THEME=light",
		"LIBGL_ALWAYS_SOFTWARE=1",
		"NO_AT_BRIDGE=1",
		"GTK_USE_PORTAL=0",
		"GOCOVERDIR=" + home, // the program under test may be one that counts coverage
	}
	return cmd
}

// start runs a program on the display until the test ends and returns it with
// what it prints on standard output.
func (d *screen) start(home, name string, args ...string) (*exec.Cmd, *bufio.Reader) {
	d.t.Helper()
	for _, dir := range []string{"cache", "config"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o700); err != nil {
			d.t.Fatal(err)
		}
	}
	cmd := d.command(home, name, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	startProcess(d.t, cmd)
	return cmd, bufio.NewReader(out)
}

// startProcess starts cmd in its own process group and ends the group with the test. Its
// standard error is shown if the test failed.
func startProcess(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v (make test-deps installs what the tests need)", cmd.Path, err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("%s said:\n%s", filepath.Base(cmd.Path), stderr.String())
		}
	})
}

// x runs one xdotool command line and returns what it prints.
func (d *screen) x(args ...string) string {
	d.t.Helper()
	out, err := d.tryX(args...)
	if err != nil {
		d.t.Fatalf("xdotool %s: %v", strings.Join(args, " "), err)
	}
	return out
}

func (d *screen) tryX(args ...string) (string, error) {
	cmd := d.command(d.t.TempDir(), "xdotool", args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// window waits for a visible window whose title contains title, puts it where
// told and returns its X identifier.
func (d *screen) window(title string, x, y, width, height int) string {
	d.t.Helper()
	var id string
	eventually(d.t, "window "+title, func() bool {
		out, err := d.tryX("search", "--onlyvisible", "--name", title)
		id, _, _ = strings.Cut(out, "\n")
		return err == nil && id != ""
	})
	d.x("windowsize", "--sync", id, strconv.Itoa(width), strconv.Itoa(height))
	d.x("windowmove", "--sync", id, strconv.Itoa(x), strconv.Itoa(y))
	d.x("windowactivate", "--sync", id)
	return id
}

// middle is the point of the screen that is in the middle of a window.
func (d *screen) middle(window string) image.Point {
	d.t.Helper()
	var at image.Point
	var size image.Point
	for line := range strings.Lines(d.x("getwindowgeometry", "--shell", window)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		n, _ := strconv.Atoi(value)
		switch name {
		case "X":
			at.X = n
		case "Y":
			at.Y = n
		case "WIDTH":
			size.X = n
		case "HEIGHT":
			size.Y = n
		}
	}
	return at.Add(size.Div(2))
}

// drag presses the mouse in the middle of a window and lets it go in the middle
// of another, slowly enough for both programs to follow.
func (d *screen) drag(source, target string) {
	d.t.Helper()
	const steps = 24
	from, to := d.middle(source), d.middle(target)
	args := []string{"mousemove", strconv.Itoa(from.X), strconv.Itoa(from.Y), "sleep", "0.3", "mousedown", "1", "sleep", "0.2"}
	for i := 1; i <= steps; i++ {
		at := from.Add(to.Sub(from).Mul(i).Div(steps))
		args = append(args, "mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "sleep", "0.04")
	}
	d.x(append(args, "sleep", "0.5", "mouseup", "1")...)
}

// screenshot writes a picture of a window, for people to look at, to
// $INGESTER_SCREENSHOTS or the test's artifact folder.
func (d *screen) screenshot(window, name string) {
	d.t.Helper()
	dir := os.Getenv("INGESTER_SCREENSHOTS")
	if dir == "" {
		dir = d.t.ArtifactDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		d.t.Fatal(err)
	}
	file := filepath.Join(dir, name+".png")
	if out, err := d.command(d.t.TempDir(), "import", "-window", window, file).CombinedOutput(); err != nil {
		d.t.Fatalf("screenshot: %v: %s", err, out)
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() == 0 {
		d.t.Fatalf("screenshot %s was not written: %v", file, err)
	}
}

// expectLine reads lines until one equals want.
func expectLine(t testing.TB, r *bufio.Reader, want string) {
	t.Helper()
	found := make(chan error, 1)
	go func() {
		for {
			line, err := r.ReadString('\n')
			if err != nil || strings.TrimSpace(line) == want {
				found <- err
				return
			}
		}
	}()
	select {
	case err := <-found:
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatalf("waiting for %q: %v", want, err)
		}
	case <-time.After(patience):
		t.Fatalf("waited too long for %q", want)
	}
}
