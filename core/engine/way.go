package engine

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
)

// way is how transfers go: by a profile, which may be changed, to what it led
// to when they were accepted, which may not.
// Who wants them sent may have terms of their own.
type way struct {
	profile string
	to      core.Destination
	terms   string
}

// route is what Uploaders are asked for.
func (w way) route() Route { return Route{w.profile, w.terms} }

// way is the way of a transfer.
func (p *packed) way() way {
	s := p.shared
	return way{s.options.Profile, core.Destination{Server: s.server, Account: s.account}, s.crew.terms()}
}

// wayOf is the way of get.
func (x *tx) wayOf(it *item) way {
	w := it.way()
	if it.next != nil {
		w.profile, w.to = it.next.Options.Profile, it.next.Destination()
	}
	w.terms = x.crew(it).terms()
	return w
}

// before orders ways.
func (w way) before(other way) bool {
	return cmp.Or(cmp.Compare(w.profile, other.profile), cmp.Compare(w.to.Server, other.to.Server),
		cmp.Compare(w.to.Account, other.to.Account), cmp.Compare(w.terms, other.terms)) < 0
}

// has reports whether t is, or was, on its way to where a profile leads.
// Where its account was not kept, the name of the profile has to do.
func (e Endpoint) has(t core.Transfer, profile string) bool {
	return e.Leads(t.Destination()) && (t.Account != "" || t.Options.Profile == profile)
}

// isHeld reports whether err is why a transfer waits for its profile to lead
// to its destination.
func isHeld(err *core.Error) bool { return err != nil && err.Code == core.CodeOtherServer }

// otherServer is why transfers wait whose profile leads elsewhere now.
func otherServer(w way, now core.Destination) *core.Error {
	leads, accepted := now.Server, w.to.Server
	if core.SameServer(leads, accepted) {
		leads, accepted = now.Account+" at "+leads, w.to.Account
	}
	return &core.Error{Kind: core.KindConfig, Code: core.CodeOtherServer, Op: "send file",
		Message: fmt.Sprintf("The profile %s leads to %s now; the file was queued for %s and waits until the profile leads there again.", w.profile, leads, accepted)}
}

// hold stages that the lane's transfers wait: its profile leads elsewhere now.
// It is looked at again now and then. What the lane's server may have, only
// that could say: the user is to decide.
func (e *Engine) hold(ctx context.Context, x *tx, l *lane, now core.Destination) {
	why := otherServer(l.way, now)
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
		e.journal.kick() // the next ones
	case l.look.IsZero():
		l.look = x.now.Add(longestRest)
		e.log.Info("files wait for another server than their profile leads to", "profile", l.profile, "server", l.to.Server)
	case !l.look.After(x.now):
		l.look = x.now.Add(longestRest)
		e.ask(ctx, l)
	}
}

// release stages that what was held is queued again: its profile leads to its
// destination.
func (e *Engine) release(x *tx, l *lane) {
	for _, it := range l.freed(x, chunkSize) {
		t := x.get(it)
		t.State = core.StateQueued
		_ = x.put(it, t) // logged
	}
	if l.look = (time.Time{}); len(l.held) > 0 {
		e.journal.kick() // the next ones
	}
}

// rename stages that the lane's transfers go another way: the profile leads to
// their destination, which has another name now.
func (e *Engine) rename(x *tx, l *lane, to core.Destination) {
	for _, it := range append(l.take(x, chunkSize), l.freed(x, chunkSize)...) {
		t := x.get(it)
		t.State, t.Server, t.Account = core.StateQueued, to.Server, to.Account
		_ = x.put(it, t) // logged
	}
	if !l.empty() {
		e.journal.kick() // the next ones
	}
}

// empty reports whether nothing is to go the lane's way.
func (l *lane) empty() bool { return len(l.small)+len(l.bulk)+len(l.held) == 0 }

// take takes queued transfers, n at most.
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

// freed takes held transfers, n at most.
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

// skimHeld drops what no longer waits for the profile, up to the first that does.
func (l *lane) skimHeld(x *tx) {
	for it := range l.held {
		if l.holds(x, it) {
			return
		}
		delete(l.held, it)
	}
}

// holds reports whether a transfer waits for the lane's profile to lead to its
// destination.
func (l *lane) holds(x *tx, it *item) bool {
	return !it.gone && !it.leaves && x.crew(it) != nil && x.wayOf(it) == l.way && x.state(it) == core.StateWaiting && isHeld(x.get(it).Error)
}
