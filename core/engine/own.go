package engine

import (
	"context"

	"github.com/artstore/ingester/core"
)

// Continue goes on with what other processes left for where a profile leads,
// and returns it: what is queued or waits, not what the user paused. It is for
// an engine that sends only its own.
func (e *Engine) Continue(ctx context.Context, profile string) ([]core.TransferID, error) {
	endpoint, err := e.cfg.Uploaders.Endpoint(ctx, profile)
	if err != nil {
		return nil, err
	}
	var ids []core.TransferID
	err = e.do(ctx, "continue", func(x *tx) error {
		for _, it := range e.items {
			if t := x.get(it); !it.own && isOpen(t) && endpoint.has(t, profile) {
				e.takeOver(x, it, profile)
				ids = append(ids, t.ID)
			}
		}
		return nil
	})
	return ids, err
}

// Left counts what other processes left and this one does not send: for where
// a profile leads, and under its name for another server or account.
func (e *Engine) Left(ctx context.Context, profile string) (here, elsewhere int, err error) {
	endpoint, err := e.cfg.Uploaders.Endpoint(ctx, profile)
	if err != nil {
		return 0, 0, err
	}
	err = e.do(ctx, "count", func(x *tx) error {
		for _, it := range e.items {
			switch t := x.get(it); {
			case it.own || !isOpen(t):
			case endpoint.has(t, profile):
				here++
			case t.Options.Profile == profile:
				elsewhere++
			}
		}
		return nil
	})
	return here, elsewhere, err
}

// isOpen reports whether t goes on by itself.
func isOpen(t core.Transfer) bool { return !t.State.Done() && t.State != core.StatePaused }

// takeOver makes a transfer one that this process sends, by a profile that
// leads to its destination.
func (e *Engine) takeOver(x *tx, it *item, profile string) {
	if it.own {
		return
	}
	if t := x.get(it); t.Options.Profile != profile {
		t.Options.Profile = profile
		_ = x.put(it, t) // logged
	}
	x.after(func() { it.own = true })
	x.again = append(x.again, it)
}
