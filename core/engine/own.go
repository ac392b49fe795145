package engine

import (
	"context"

	"github.com/artstore/ingester/core"
)

// Continue goes on with what other processes left for where a profile leads,
// and returns it: what is queued or waits, not what the user paused. It is for
// an engine that sends only its own.
func (e *Engine) Continue(ctx context.Context, profile string) ([]core.TransferID, error) {
	return e.self.Continue(ctx, profile)
}

// Continue is Engine.Continue for the caller. Of a process that sends more than
// its own the call follows what that sends.
func (c *Call) Continue(ctx context.Context, profile string) ([]core.TransferID, error) {
	e := c.e
	endpoint, err := e.cfg.Uploaders.Endpoint(ctx, Route{profile, c.terms})
	if err != nil {
		return nil, err
	}
	var ids []core.TransferID
	err = e.do(ctx, "continue", func(x *tx) error {
		for _, it := range e.items {
			if t := x.get(it); e.free(it) && !it.crew().has(c) && isOpen(t) && endpoint.has(t, profile) {
				c.takeOver(x, it, profile)
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
			case it.crew() != nil || !isOpen(t):
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

// free reports whether no call wants a transfer sent: at most the process
// itself, as all that it finds.
func (e *Engine) free(it *item) bool {
	return it.crew() == nil || !e.cfg.Own && it.crew() == e.self.alone
}

// takeOver makes a transfer one that the call wants sent, by a profile that
// leads to its destination.
func (c *Call) takeOver(x *tx, it *item, profile string) {
	if t := x.get(it); x.crew(it) == nil && t.Options.Profile != profile {
		t.Options.Profile = profile
		_ = x.put(it, t) // logged
	}
	x.setCrew(it, x.crew(it).with(c))
}
