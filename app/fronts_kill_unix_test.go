//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// Several commands share one queue, and are killed or interrupted at random
// moments, the owner among them. Those that are left continue; in the end every file is
// on the server, once. KILLS and SEED choose other numbers.
func TestManyKilledAtRandom(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(coretest.Seed(t), 0))
	s := newServer(t, sandbox.Config{})
	home, all := t.TempDir(), map[string][]byte{}
	dirs, names := make([]string, 4), make([][]string, 4)
	for i := range dirs {
		var contents map[string][]byte
		dirs[i], names[i], contents = numbered(t, 60, fmt.Sprintf("call%d", i))
		for name, data := range contents {
			all[name] = data
		}
	}
	for killed := 0; killed < killCount(t, 30); {
		var running []*background
		for _, dir := range dirs {
			running = append(running, start(t, s.uploading(home, "--limit", "500KiB", dir)))
		}
		for _, i := range random.Perm(len(running)) { // the last one runs alone for a moment
			select {
			case <-time.After(time.Duration(random.IntN(150)) * time.Millisecond):
			case <-running[i].ended:
				continue
			}
			signal := os.Signal(syscall.SIGKILL)
			if random.IntN(3) == 0 {
				signal = os.Interrupt
			}
			_ = running[i].cmd.Process.Signal(signal) // it may just have ended
			killed++
		}
		for _, b := range running {
			if code := b.code(); code == exitUsage {
				t.Fatalf("it would not run: %s", &b.stderr)
			}
		}
	}
	var last []*background
	for _, dir := range dirs {
		last = append(last, start(t, s.uploading(home, dir)))
	}
	for i, b := range last {
		if code, lines := b.code(), b.lines(t); code != exitOK || len(lines) != len(names[i]) {
			t.Errorf("exit code %d with %d lines: %s", code, len(lines), &b.stderr)
		}
	}
	s.mustHave(t, all)
}
