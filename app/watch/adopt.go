package watch

import (
	"context"
	"maps"
	"slices"

	"github.com/artstore/ingester/core"
)

// Adopter is the next owner of the queue.
type Adopter interface {
	Adopt(ctx context.Context, ids []core.TransferID) ([]core.Transfer, error)
}

// Adopt goes on with what is left of this command's transfers at another owner
// of the queue. What has ended meanwhile is reported, what is gone is not waited
// for.
func (w *Watch) Adopt(ctx context.Context, q Adopter) error {
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
func (w *Watch) pause(all bool) {
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
