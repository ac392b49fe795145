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

// How often changes are drawn at most, and how often what depends on time is
// (countdowns, speeds, the connection). Fyne draws the whole window for any change,
// which without a graphics card takes some 40 ms of a processor.
const (
	drawEvery = 250 * time.Millisecond
	tickEvery = time.Second
)

// longQueue is the number of changes from which on their memory is given back.
const longQueue = 10_000

// change is what the pump brings to the UI goroutine.
type change struct {
	snapshot *core.Snapshot // the first time only
	update   *core.Update   // nil if only time has passed
	link     core.Link
	profile  string
}

// pump brings changes from the engine's feed to the window, on one goroutine. It asks for
// no more until the window has applied the last ones, so that none pile up.
type pump struct {
	ctl   view.Controller
	log   *slog.Logger
	post  func(func()) // puts a function on the UI goroutine
	apply func(change) // on the UI goroutine
}

// run returns when ctx ends or the feed does.
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
		// The memory for starting and for reading a long queue is given back.
		garbage := next.snapshot != nil || next.update != nil && len(next.update.Changed) > longQueue
		next.snapshot, next.update = nil, nil
		if garbage {
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

// deliver applies a change on the UI goroutine and waits for that.
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
