//go:build bench && !headless

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running is a program with its window.
type running struct {
	b      *bench
	t      *testing.T
	cmd    *exec.Cmd
	window string
	took   float64 // seconds from its start until its window was there
}

// open starts a program and waits for its window.
func (b *bench) open(t *testing.T, title string, cmd *exec.Cmd) *running {
	for len(b.windows) > 0 {
		<-b.windows
	}
	begun := time.Now()
	startProcess(t, cmd)
	r := &running{b: b, t: t, cmd: cmd}
	timeout := time.After(patience)
	for there := false; !there; {
		select {
		case n := <-b.windows:
			there = n > 0
		case <-timeout:
			t.Fatalf("%s did not open", title)
		}
	}
	r.took = time.Since(begun).Seconds()
	r.window = b.d.window(title+"$", 0, 0, 1100, 720)
	r.quiet()
	return r
}

// close ends the program and waits until its window has gone.
func (r *running) close() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	_ = r.cmd.Wait()
	timeout := time.After(patience)
	for n := 1; n > 0; {
		select {
		case n = <-r.b.windows:
		case <-timeout:
			r.t.Fatal("the window stays")
		}
	}
}

// used is the processor time that a process has had, in seconds.
func used(t *testing.T, cmd *exec.Cmd) float64 {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	// The name, in brackets, may hold anything.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	sum := 0.0
	for _, f := range fields[11:13] { // user, system
		ticks, err := strconv.ParseFloat(f, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += ticks
	}
	return sum / 100 // USER_HZ
}

// share is the share of a core, in percent, that a process takes for a while.
func share(t *testing.T, cmd *exec.Cmd, span time.Duration) float64 {
	t.Helper()
	before, begun := used(t, cmd), time.Now()
	<-time.After(span)
	return (used(t, cmd) - before) / time.Since(begun).Seconds() * 100
}

// quiet waits until a program that has just begun, or worked, is at rest.
func (r *running) quiet() {
	r.t.Helper()
	still := 0
	eventually(r.t, "a program at rest", func() bool {
		if share(r.t, r.cmd, 500*time.Millisecond) < 8 {
			still++
		} else {
			still = 0
		}
		return still >= 3
	})
}

// memory is what a process has resident, and what of it is its own.
func memory(t *testing.T, cmd *exec.Cmd) (rss, anon float64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	get := func(key string) float64 {
		_, rest, _ := strings.Cut(string(status), "\n"+key+":")
		line, _, _ := strings.Cut(rest, "kB")
		kib, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		return kib * 1024 / 1e6
	}
	return get("VmRSS"), get("RssAnon")
}
