package engine

import (
	"context"

	"github.com/artstore/ingester/core"
)

const opRedirect = "change profile"

// Bound returns the transfers that were accepted under a profile for a
// destination and are queued, waiting, paused, under way or failed. Those of
// which the server may have something are left out.
func (e *Engine) Bound(ctx context.Context, profile string, to core.Destination) ([]core.TransferID, error) {
	var ids []core.TransferID
	err := e.do(ctx, opRedirect, func(x *tx) error {
		ids = nil
		for _, it := range e.items {
			t := x.get(it)
			if t.Options.Profile == profile && to.Takes(t.Destination()) && movable(t) {
				ids = append(ids, t.ID)
			}
		}
		return nil
	})
	return ids, err
}

// movable reports whether no server is known to have anything of t. A transfer
// with a Resume note is not movable: only its uploader could tell whether the
// server has the whole file.
func movable(t core.Transfer) bool {
	return (!t.State.Done() || t.State == core.StateFailed) && !maybeStored(t) && t.Resume == ""
}

// Redirect moves transfers to the destination of their profile as it is now.
// Only the user's wish does this. Attempts under way are stopped first; transfers
// of which the old server may then have something stay with it.
func (e *Engine) Redirect(ctx context.Context, profile string, ids ...core.TransferID) error {
	endpoint, err := e.cfg.Uploaders.Endpoint(ctx, Route{Profile: profile})
	if err != nil {
		return err
	}
	err = e.each(ctx, opRedirect, ids, func(x *tx, it *item) *run {
		x.after(e.lane(x.laneKeyOf(it)).lookAgain) // else it could begin at the old destination once more
		if r := it.run.Load(); r != nil {
			return e.end(x, it, r.wish) // otherwise the transfer is queued again
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.each(ctx, opRedirect, ids, func(x *tx, it *item) *run {
		t := x.get(it)
		if t.State.Active() || !movable(t) || t.Options.Profile != profile {
			return nil
		}
		t.Server, t.Account = endpoint.Server, endpoint.Account
		if t.State == core.StateWaiting {
			t.State = core.StateQueued
		}
		_ = x.put(it, t) // logged
		return nil
	})
}

// Rename gives the transfers of a profile its new name. Their destination stays.
func (e *Engine) Rename(ctx context.Context, from, to string) error {
	e.mu.RLock()
	var ids []core.TransferID
	for id, it := range e.items {
		if it.shared.options.Profile == from && !it.state().InHistory() {
			ids = append(ids, id)
		}
	}
	e.mu.RUnlock()
	return e.each(ctx, opRedirect, ids, func(x *tx, it *item) *run {
		t := x.get(it)
		if t.State.InHistory() || t.Options.Profile != from {
			return nil
		}
		t.Options.Profile = to
		if t.State == core.StateFailed && t.Error != nil && t.Error.Code == core.CodeProfileNotFound {
			t.State = core.StateQueued // it failed because the profile was looked up while it had neither name
		}
		_ = x.put(it, t) // logged
		return nil
	})
}
