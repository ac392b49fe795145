package engine

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
)

// laneKey tells lanes apart: by the profile, which may be changed, by the
// destination to which it led when the transfers were accepted, which stays, and
// by the terms of the caller that wants them sent.
type laneKey struct {
	profile string
	to      core.Destination
	terms   string
}

// route is the route for which Uploaders are asked.
func (w laneKey) route() Route { return Route{w.profile, w.terms} }

// laneKey returns the key of a transfer's lane.
func (p *packed) laneKey() laneKey {
	s := p.shared
	return laneKey{s.options.Profile, core.Destination{Server: s.server, Account: s.account}, s.callers.terms()}
}

// laneKeyOf is get's laneKey.
func (x *tx) laneKeyOf(it *item) laneKey {
	w := it.laneKey()
	if it.next != nil {
		w.profile, w.to = it.next.Options.Profile, it.next.Destination()
	}
	w.terms = x.callers(it).terms()
	return w
}

// before orders keys.
func (w laneKey) before(other laneKey) bool {
	return cmp.Or(cmp.Compare(w.profile, other.profile), cmp.Compare(w.to.Server, other.to.Server),
		cmp.Compare(w.to.Account, other.to.Account), cmp.Compare(w.terms, other.terms)) < 0
}

// has reports whether t goes, or went, to the endpoint. If t's account was not
// kept, the profile's name decides.
func (e Endpoint) has(t core.Transfer, profile string) bool {
	return e.Leads(t.Destination()) && (t.Account != "" || t.Options.Profile == profile)
}

// isHeld reports whether err makes a transfer wait until its profile leads to its
// destination again.
func isHeld(err *core.Error) bool { return err != nil && err.Code == core.CodeOtherServer }

// otherServer is the error of transfers that wait because their profile leads
// elsewhere now.
func otherServer(w laneKey, now core.Destination) *core.Error {
	leads, accepted := now.Server, w.to.Server
	if core.SameServer(leads, accepted) {
		leads, accepted = now.Account+" at "+leads, w.to.Account
	}
	return &core.Error{Kind: core.KindConfig, Code: core.CodeOtherServer, Op: "send file",
		Message: fmt.Sprintf("The profile %s leads to %s now; the file was queued for %s and waits until the profile leads there again.", w.profile, leads, accepted)}
}

// hold stages that the lane's transfers wait, as its profile leads elsewhere now.
// The profile is read again now and then. About files that the lane's server may
// have, the user decides: only that server could tell.
func (e *Engine) hold(ctx context.Context, x *tx, l *lane, now core.Destination) {
	why := otherServer(l.laneKey, now)
	for _, it := range l.take(x, chunkSize) {
		t := x.get(it)
		t.State, t.Error = core.StateWaiting, sticky(why, maybeStored(t))
		if maybeStored(t) {
			t.State = core.StateUnknown
		}
		_ = x.put(it, t) // logged
	}
	switch {
	case len(l.small)+len(l.bulk) > 0:
		e.journal.kick() // for the next chunk
	case l.look.IsZero():
		l.look = x.now.Add(longestSleep)
		e.log.Info("files wait for another server than their profile leads to", "profile", l.profile, "server", l.to.Server)
	case !l.look.After(x.now):
		l.look = x.now.Add(longestSleep)
		e.ask(ctx, l)
	}
}

// release stages that the held transfers are queued again, as their profile leads
// to their destination.
func (e *Engine) release(x *tx, l *lane) {
	for _, it := range l.freed(x, chunkSize) {
		t := x.get(it)
		t.State = core.StateQueued
		_ = x.put(it, t) // logged
	}
	if l.look = (time.Time{}); len(l.held) > 0 {
		e.journal.kick() // for the next chunk
	}
}

// rename stages that the lane's transfers change to another lane: the profile
// still leads to their destination, but under a new name.
func (e *Engine) rename(x *tx, l *lane, to core.Destination) {
	for _, it := range append(l.take(x, chunkSize), l.freed(x, chunkSize)...) {
		t := x.get(it)
		t.State, t.Server, t.Account = core.StateQueued, to.Server, to.Account
		_ = x.put(it, t) // logged
	}
	if !l.empty() {
		e.journal.kick() // for the next chunk
	}
}

// empty reports whether the lane has no transfers.
func (l *lane) empty() bool { return len(l.small)+len(l.bulk)+len(l.held) == 0 }

// take removes up to n queued transfers and returns them.
func (l *lane) take(x *tx, n int) (taken []*item) {
	for l.skim(x); len(taken) < n; l.skim(x) {
		switch {
		case len(l.small) > 0:
			taken = append(taken, l.small.shift())
		case len(l.bulk) > 0:
			taken = append(taken, l.bulk.shift())
		default:
			return taken
		}
	}
	return taken
}

// freed removes up to n held transfers and returns them.
func (l *lane) freed(x *tx, n int) (freed []*item) {
	for it := range l.held {
		if len(freed) == n {
			break
		}
		delete(l.held, it)
		if l.holds(x, it) {
			freed = append(freed, it)
		}
	}
	return freed
}

// skimHeld drops transfers that no longer wait for the profile, up to the first
// that does.
func (l *lane) skimHeld(x *tx) {
	for it := range l.held {
		if l.holds(x, it) {
			return
		}
		delete(l.held, it)
	}
}

// holds reports whether a transfer waits until the lane's profile leads to its
// destination.
func (l *lane) holds(x *tx, it *item) bool {
	return !it.gone && !it.removing && x.callers(it) != nil && x.laneKeyOf(it) == l.laneKey && x.state(it) == core.StateWaiting && isHeld(x.get(it).Error)
}
