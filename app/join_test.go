package main

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

// A queue whose owner can't be reached is given up soon. A caller whose owner has just
// ended waits longer: closing a queue takes a while.
func TestWaitForTheLock(t *testing.T) {
	for name, c := range map[string]struct {
		after *control.Gone
		want  time.Duration
	}{
		"at the start":          {nil, lockPatience},
		"after an owner's end":  {&control.Gone{Err: errors.New("it has said so")}, takeoverPatience},
		"handed over, and held": {&control.Gone{HandedOver: true, Err: errors.New("it has said so")}, windowPatience + takeoverPatience},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				home := t.TempDir()
				f := folders{config: home, state: home, data: home}
				lock := newQueueLock(f.lock())
				if held, err := lock.take(); !held || err != nil {
					t.Fatal(held, err)
				}
				begun := time.Now()
				_, err := join(t.Context(), programConfig{folders: f, kind: control.Command, log: slog.New(slog.DiscardHandler)}, c.after)
				if took := time.Since(begun); core.CodeOf(err) != core.CodeAlreadyRunning || took < c.want || took > c.want+2*lockEvery {
					t.Errorf("after %v: %v", took, err)
				}
				if err := lock.Unlock(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
