package ui

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// The pump's paces: how often what changed is drawn at most, and how often
// time alone (countdowns, speeds, the connection) is. Fyne draws the whole
// window whenever anything changes, which without a graphics card costs some
// 40 ms of a processor each time.
const (
	drawEvery = 250 * time.Millisecond
	tickEvery = time.Second
)

// longQueue is how many changes at once leave so much memory behind that it is
// given back.
const longQueue = 10_000

// change is what the pump brings to the UI goroutine.
type change struct {
	snapshot *core.Snapshot // the first time only
	update   *core.Update   // nil where only time has passed
	link     core.Link
	profile  string
}

// pump carries events from the engine's feed to the window: one goroutine,
// which asks for no more while the window has not drawn what it brought, so
// that nothing piles up on either side.
type pump struct {
	ctl   view.Controller
	log   *slog.Logger
	post  func(func()) // puts a function on the UI goroutine
	apply func(change) // on the UI goroutine
}

// run returns when ctx ends or the engine has handed everything out.
func (p *pump) run(ctx context.Context) {
	snapshot, feed := p.ctl.Subscribe()
	defer feed.Close()
	next := change{snapshot: &snapshot}
	var asked time.Time
	for {
		if now := time.Now(); now.Sub(asked) >= tickEvery {
			asked = now
			next.link, next.profile = p.ctl.Link(), p.ctl.Current()
		}
		if !p.deliver(ctx, next) || !pause(ctx, drawEvery) {
			return
		}
		// What starting and reading a long queue leave behind is given back.
		leavings := next.snapshot != nil || next.update != nil && len(next.update.Changed) > longQueue
		next.snapshot, next.update = nil, nil
		if leavings {
			snapshot.Transfers = nil
			debug.FreeOSMemory()
		}
		wait, cancel := context.WithTimeout(ctx, tickEvery)
		update, err := feed.Next(wait)
		cancel()
		switch {
		case err == nil:
			next.update = &update
		case ctx.Err() != nil || errors.Is(err, io.EOF):
			return
		case !errors.Is(err, context.DeadlineExceeded):
			p.log.Error("reading events", "error", err)
			return
		}
	}
}

// deliver has a change applied and waits until it has been.
func (p *pump) deliver(ctx context.Context, c change) bool {
	done := make(chan struct{})
	p.post(func() {
		defer close(done)
		if ctx.Err() == nil {
			p.apply(c)
		}
	})
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
