package watch

import (
	"context"
	"errors"
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// done reports whether there is nothing to wait for: every transfer has ended, the
// queue has stopped and nothing is under way, or the call gives up. If not, it reports
// what the call waits for.
func (w *Watch) done() bool {
	switch {
	case len(w.open) == 0:
		return true
	case w.halt != nil && w.halt.Code == core.CodeStoreFailed:
		return w.unsaved(time.Now())
	case w.halt != nil:
		return w.tracker.active == 0
	}
	w.full = false
	now := time.Now()
	if w.gaveUp = w.tracker.givesUp(len(w.open), w.started, now); w.gaveUp {
		return true
	}
	if wait, isNew := w.tracker.next(len(w.open), now); isNew {
		w.out.Waiting(wait)
	}
	return false
}

// unsaved is done while the queue can't be saved, because the disk is full for example.
// Saving is tried again and again; the user is told once. No transfer can end meanwhile.
func (w *Watch) unsaved(now time.Time) bool {
	if w.gaveUp = w.tracker.givesUpUnsaved(now); w.gaveUp {
		return true
	}
	if !w.full {
		w.full = true
		w.out.Waiting(report.Wait{Wait: core.Wait{Until: now.Add(saveEvery), Reason: w.halt}})
	}
	return false
}

// finish reports what is left in the queue, and the summary. Its error says how the
// command ended.
func (w *Watch) finish(ctx context.Context, e Queue) error {
	if w.gaveUp {
		w.sum.GaveUp, w.sum.Idle = w.tracker.cause(core.Transfer{}), time.Since(w.tracker.since)
		if w.halt != nil { // the queue can't be saved
			w.sum.GaveUp = w.halt
		}
	}
	if len(w.open) > 0 {
		w.keep(e)
	}
	if here, elsewhere, err := e.Left(ctx, w.profile); err == nil { // otherwise the queue is closed already
		w.sum.Behind, w.sum.Elsewhere = here, elsewhere
	}
	w.sum.Seconds = time.Since(w.started).Seconds()
	stopped := w.halt
	if w.gaveUp {
		stopped = nil
	}
	w.out.Summary(w.sum, stopped)
	switch {
	case w.halt != nil && !w.gaveUp:
		return &report.Told{Err: w.halt}
	case w.gaveUp && !w.tracker.reached && w.tracker.failed:
		return unreachable()
	case w.gaveUp:
		return &report.Told{Err: errors.New("not every file was stored")}
	case w.sum.Failed == 0 && w.missing == 0 && w.sum.Differ > 0:
		return &report.Told{Err: errors.New("not every file is kept as it was asked")}
	case w.sum.Failed == 0 && w.missing == 0:
		return nil
	case w.sum.Stored == 0 && w.other == 0 && w.unreachable > 0:
		return unreachable()
	}
	return &report.Told{Err: errors.New("not every file was stored")}
}

// keep reports the transfers that are left in the queue. If the queue is closed
// already, they are only counted.
func (w *Watch) keep(e Queue) {
	snapshot, feed := e.Subscribe()
	feed.Close()
	w.sum.Failed += len(w.open)
	for _, t := range snapshot.Transfers {
		if _, ok := w.open[t.ID]; ok {
			why := w.halt
			if w.gaveUp {
				w.sum.Waiting++
			}
			if why == nil && w.gaveUp {
				why = w.tracker.cause(t)
			}
			if why != nil && t.State.Active() { // it may be stored, and that could not be saved
				t.State, t.Error = core.StateUnknown, unsavedResult(why)
			}
			w.out.Kept(t, why)
		}
	}
}

// unreachable is the error of a command that could not reach the server.
func unreachable() error {
	return &report.Told{Err: &core.Error{Kind: core.KindNetwork, Code: core.CodeUnreachable, Op: "upload", Message: "The server could not be reached."}}
}
