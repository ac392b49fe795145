package ui

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// pumpFor runs a pump for a while in synthetic time and returns when each change
// was applied.
func pumpFor(t *testing.T, ctl *viewtest.Fake, d time.Duration, apply func(change)) []time.Time {
	var applied []time.Time
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	p := &pump{ctl: ctl, log: slog.New(slog.DiscardHandler), post: func(f func()) { f() }, apply: func(c change) {
		applied = append(applied, time.Now())
		apply(c)
	}}
	p.run(ctx)
	return applied
}

func TestPumpAppliesAtMostFourTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctl := viewtest.NewFake()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for {
				select {
				case ctl.Updates <- core.Update{}:
				case <-ctx.Done():
					return
				}
			}
		}()
		applied := pumpFor(t, ctl, 5*time.Second, func(change) {})
		cancel()
		if n := len(applied); n < 18 || n > 21 {
			t.Errorf("%d changes in 5 s", n)
		}
		for i := 1; i < len(applied); i++ {
			if gap := applied[i].Sub(applied[i-1]); gap < drawEvery {
				t.Fatalf("two changes %v apart", gap)
			}
		}
	})
}

func TestPumpTicksWhileNothingHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		updates := 0
		applied := pumpFor(t, viewtest.NewFake(), 10*time.Second, func(c change) {
			if c.update != nil {
				updates++
			}
		})
		if n := len(applied); n < 8 || n > 12 || updates != 0 {
			t.Errorf("%d ticks in 10 s, %d with news", n, updates)
		}
	})
}

// TestPumpWaitsForTheWindow checks that nothing is posted while the window is busy.
func TestPumpWaitsForTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctl, posted := viewtest.NewFake(), make(chan func(), 100)
		ctx, cancel := context.WithCancel(t.Context())
		p := &pump{ctl: ctl, log: slog.New(slog.DiscardHandler), post: func(f func()) { posted <- f }, apply: func(change) {}}
		done := make(chan struct{})
		go func() { p.run(ctx); close(done) }()
		for range 10 {
			ctl.Updates <- core.Update{}
		}
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		if n := len(posted); n != 1 {
			t.Errorf("%d functions wait for the window", n)
		}
		(<-posted)()
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		if n := len(posted); n != 1 {
			t.Errorf("then %d", n)
		}
		cancel()
		<-done
	})
}

func TestPumpEndsWithTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctl := viewtest.NewFake()
		close(ctl.Updates)
		pumpFor(t, ctl, time.Hour, func(change) {})
		if calls := ctl.Calls(); len(calls) != 1 || calls[0] != "feed closed" {
			t.Errorf("asked %q", calls)
		}
	})
}
