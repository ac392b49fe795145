package engine

import (
	"context"

	"github.com/artstore/ingester/core"
)

// Continue takes over what other processes left for the profile's destination:
// what is queued or waits, not what the user paused. It returns what it took. It
// is for an engine that sends only its own.
func (e *Engine) Continue(ctx context.Context, profile string) ([]core.TransferID, error) {
	return e.self.Continue(ctx, profile)
}

// Continue is Engine.Continue for the caller. If the process sends more than its
// own, the call follows those transfers without taking them over.
func (c *Call) Continue(ctx context.Context, profile string) ([]core.TransferID, error) {
	e := c.e
	endpoint, err := e.cfg.Uploaders.Endpoint(ctx, Route{profile, c.terms})
	if err != nil {
		return nil, err
	}
	var ids []core.TransferID
	err = e.do(ctx, "continue", func(x *tx) error {
		for _, it := range e.items {
			if t := x.get(it); e.free(it) && !it.callers().has(c) && isOpen(t) && endpoint.has(t, profile) {
				c.takeOver(x, it, profile)
				ids = append(ids, t.ID)
			}
		}
		return nil
	})
	return ids, err
}

// Left counts what other processes left and this one does not send: for the
// profile's destination, and for another server or account under its name.
func (e *Engine) Left(ctx context.Context, profile string) (here, elsewhere int, err error) {
	return e.self.Left(ctx, profile)
}

// Left is Engine.Left for the caller.
func (c *Call) Left(ctx context.Context, profile string) (here, elsewhere int, err error) {
	e := c.e
	endpoint, err := e.cfg.Uploaders.Endpoint(ctx, Route{profile, c.terms})
	if err != nil {
		return 0, 0, err
	}
	err = e.do(ctx, "count", func(x *tx) error {
		for _, it := range e.items {
			switch t := x.get(it); {
			case it.callers() != nil || !isOpen(t):
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

// free reports whether no caller wants a transfer sent. The process itself counts
// only if it sends nothing but its own; else it has all that it finds.
func (e *Engine) free(it *item) bool {
	return it.callers() == nil || !e.cfg.Own && it.callers() == e.self.alone
}

// takeOver adds the call to those that want a transfer sent. It is sent by a
// profile that leads to its destination.
func (c *Call) takeOver(x *tx, it *item, profile string) {
	if t := x.get(it); x.callers(it) == nil && t.Options.Profile != profile {
		t.Options.Profile = profile
		_ = x.put(it, t) // logged
	}
	x.setCallers(it, x.callers(it).with(c))
}
