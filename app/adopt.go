package main

import (
	"context"
	"maps"
	"slices"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

// adopter is what watch needs of the next owner of the queue.
type adopter interface {
	Adopt(ctx context.Context, ids []core.TransferID) ([]core.Transfer, error)
}

// adopt goes on with what is left of this command's transfers at another owner
// of the queue. What has ended meanwhile is reported, what is gone is not waited
// for.
func (w *watch) adopt(ctx context.Context, q adopter) error {
	ids := maps.Keys(w.open)
	if !w.begun {
		ids = maps.Keys(w.mine)
	}
	found, err := q.Adopt(ctx, slices.Collect(ids))
	if err != nil {
		return err
	}
	w.begin(found)
	there := make(map[core.TransferID]bool, len(found))
	for _, t := range found {
		there[t.ID] = true
	}
	for id, active := range w.open {
		if !there[id] {
			w.tracker.forget(id, active)
			delete(w.open, id)
		}
	}
	w.update(found)
	return nil
}

// pause says once that all is paused: a call that waits for that looks like one
// that hangs.
func (w *watch) pause(all bool) {
	w.tracker.paused = all
	if all && !w.paused && w.say != nil {
		w.say("all is paused; 'ingester resume' goes on")
		w.paused = true
	}
}

// feedError is why there is no feed, of one that knows.
func feedError(f core.Feed) error {
	if f, ok := f.(interface{ Err() error }); ok {
		return f.Err()
	}
	return nil
}

// moved reports whether err is that the queue gets, or has got, another owner.
func moved(ctx context.Context, err error) bool {
	return err != nil && (control.IsGone(err) || control.IsGone(context.Cause(ctx)))
}

// movedTo is the error for who looks for the next owner.
func movedTo(ctx context.Context, err error) error {
	if control.IsGone(err) {
		return err
	}
	return context.Cause(ctx)
}
