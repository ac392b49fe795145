//go:build unix

package main

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
)

// A command that takes over the queue knows whether everything was paused or resumed last,
// also after the command began.
func TestTakeoverKeepsThePause(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]bool{"paused meanwhile": true, "resumed meanwhile": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, home := newGate(t), t.TempDir()
			do := func(verb string) {
				if out, err := g.command(home, verb).CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", verb, err, out)
				}
			}
			if !pause {
				do("pause")
			}
			ownDir, own, all := numbered(t, 1, "owner")
			dir, names, contents := numbered(t, 1, "other")
			all[names[0]] = contents[names[0]]
			owner := start(t, g.uploading(home, ownDir))
			queued := func(n int) {
				for {
					out, err := g.command(home, "queue", "list", "--json").Output()
					if err == nil && bytes.Count(out, []byte("\n")) == n {
						return
					}
					<-eventuallyTick(t)
				}
			}
			queued(1)
			other := start(t, g.uploading(home, dir))
			queued(2)
			if pause {
				do("pause")
			} else {
				do("resume")
				<-g.arrived
				<-g.arrived
			}
			owner.signal(t, syscall.SIGKILL)
			owner.code()
			g.open()
			if pause {
				for !strings.Contains(other.stderr.String(), "all is paused; 'ingester resume' goes on") {
					<-eventuallyTick(t)
				}
				g.mustHave(t, map[string][]byte{})
				do("resume")
			}
			other.wants(t, names...)
			again := start(t, g.uploading(home, ownDir))
			again.wants(t, own...)
			g.mustHave(t, all)
		})
	}
}
