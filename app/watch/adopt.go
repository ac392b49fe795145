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

// Adopt continues with those transfers of this command that have not ended, at another
// owner of the queue. It reports those that have ended meanwhile, and drops those that
// are no longer in the queue.
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

// pause says once that everything is paused: otherwise the call would seem to hang.
func (w *Watch) pause(all bool) {
	w.tracker.paused = all
	if all && !w.paused && w.say != nil {
		w.say("all is paused; 'ingester resume' goes on")
		w.paused = true
	}
}

// feedError is why a feed could not be opened, if the feed says so.
func feedError(f core.Feed) error {
	if f, ok := f.(interface{ Err() error }); ok {
		return f.Err()
	}
	return nil
}
