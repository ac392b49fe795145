package engine

import (
	"context"

	"github.com/artstore/ingester/core"
)

const opRedirect = "change profile"

// Bound returns what was accepted under a profile for a destination and is not
// stored: queued, waiting, paused, under way or failed. What the server may
// have, in whole or in part, is not among it.
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

// movable reports whether no server has anything of t, as far as that is known.
// Only its uploader could tell from a note whether that is the whole file.
func movable(t core.Transfer) bool {
	return (!t.State.Done() || t.State == core.StateFailed) && !maybeStored(t) && t.Resume == ""
}

// Redirect has transfers go to where their profile leads now. It is the user's
// word alone that does this. What is under way is stopped first; what the old
// server may have then, in whole or in part, stays with it.
func (e *Engine) Redirect(ctx context.Context, profile string, ids ...core.TransferID) error {
	endpoint, err := e.cfg.Uploaders.Endpoint(ctx, Route{Profile: profile})
	if err != nil {
		return err
	}
	err = e.each(ctx, opRedirect, ids, func(x *tx, it *item) *run {
		x.after(e.lane(x.wayOf(it)).doubt) // lest it begins there once more
		if r := it.run.Load(); r != nil {
			return e.end(x, it, r.wish) // else queued
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

// Rename has the transfers of a profile go by its new name. Where they go stays
// as it is.
func (e *Engine) Rename(ctx context.Context, from, to string) error {
	e.mu.RLock()
	var ids []core.TransferID
	for id, it := range e.items {
		if it.shared.options.Profile == from && it.state() != core.StateStored {
			ids = append(ids, id)
		}
	}
	e.mu.RUnlock()
	return e.each(ctx, opRedirect, ids, func(x *tx, it *item) *run {
		t := x.get(it)
		if t.State == core.StateStored || t.Options.Profile != from {
			return nil
		}
		t.Options.Profile = to
		if t.State == core.StateFailed && t.Error != nil && t.Error.Code == core.CodeProfileNotFound {
			t.State = core.StateQueued // it was looked for between the two names
		}
		_ = x.put(it, t) // logged
		return nil
	})
}
