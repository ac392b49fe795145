//go:build !headless

package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/coretest"
)

// Without a display that can be opened the program says so in one sentence, and
// what to do instead.
func TestNoDisplay(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("ingester")
	if err != nil {
		t.Fatal(err)
	}
	// A server that takes the connection and hangs up: there, but not for us. Its number is
	// that of this process alone: another one may run the same test.
	display := fmt.Sprint(10_000 + os.Getpid()%40_000)
	deaf, err := net.Listen("unix", "@/tmp/.X11-unix/X"+display)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := deaf.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	defer func() { _ = deaf.Close(); <-done }()
	for _, tt := range []struct {
		name string
		env  []string
		args []string
		want string
	}{
		{"none", nil, nil, "DISPLAY and WAYLAND_DISPLAY are not set"},
		{"none, with files", nil, []string{program}, "DISPLAY and WAYLAND_DISPLAY are not set"},
		{"none, in the tray", nil, []string{"--background"}, "DISPLAY and WAYLAND_DISPLAY are not set"},
		{"no server", []string{"DISPLAY=:7732"}, nil, "The display :7732 can't be opened"},
		{"a server that hangs up", []string{"DISPLAY=:" + display}, nil, "The display :" + display + " can't be opened"},
		{"no number", []string{"DISPLAY=nonsense"}, nil, "The display nonsense can't be opened"},
		{"no compositor", []string{"WAYLAND_DISPLAY=wayland-7731"}, nil, "The display wayland-7731 can't be opened"},
		{"none, no folder for sockets", []string{"XDG_RUNTIME_DIR="}, nil, "DISPLAY and WAYLAND_DISPLAY are not set"},
		{"no server, no folder for sockets", []string{"DISPLAY=:7732", "XDG_RUNTIME_DIR="}, nil, "The display :7732 can't be opened"},
		{"neither", []string{"DISPLAY=:7732", "WAYLAND_DISPLAY=wayland-7731"}, nil, "The display :7732 can't be opened"},
	} {
		home := t.TempDir()
		cmd := exec.Command(program, tt.args...)
		cmd.Env = append([]string{"HOME=" + home, "INGESTER_HOME=" + home, "PATH=/usr/bin:/bin", "XDG_RUNTIME_DIR=" + home, "GOCOVERDIR=" + home}, tt.env...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		code := ended(t, cmd)
		said := strings.TrimSuffix(stderr.String(), "\n")
		if code != exitUsage || stdout.Len() > 0 || strings.Contains(said, "\n") || !strings.HasPrefix(said, "ingester: ") ||
			!strings.Contains(said, tt.want) || !strings.Contains(said, "use 'ingester upload'") {
			t.Errorf("%s: exit code %d, %s\n%s", tt.name, code, &stdout, &stderr)
		}
	}
}

// Root and others are told the same.
func TestNoDisplayAsUser(t *testing.T) {
	t.Parallel()
	coretest.AsUser(t, "^TestNoDisplay$")
}
