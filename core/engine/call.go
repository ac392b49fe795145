package engine

import (
	"context"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// Call is one caller's share of the queue: what it submits, takes over or
// adopts. It goes by the caller's terms, is shown by the caller's feed, and
// stops with the caller. Its methods are those of the engine, for the caller.
type Call struct {
	e       *Engine
	profile string
	terms   string
	alone   *crew // of this call only
}

// Call begins a call that sends by a profile. terms name the settings and
// secrets that the caller has laid over it, "" where it has none: the engine
// only passes them to Uploaders.
func (e *Engine) Call(profile, terms string) *Call {
	c := &Call{e: e, profile: profile, terms: terms}
	c.alone = &crew{[]*Call{c}}
	return c
}

// Own is the process's own call: what the engine's methods of the same names
// work for.
func (e *Engine) Own() *Call { return e.self }

// Idle reports whether none of the call's transfers goes on by itself.
func (c *Call) Idle() bool {
	c.e.mu.RLock()
	defer c.e.mu.RUnlock()
	for _, it := range c.e.items {
		if s := it.state(); it.crew().has(c) && !s.Done() && s != core.StatePaused {
			return false
		}
	}
	return true
}

// Resume is Engine.Resume.
func (c *Call) Resume(ctx context.Context, ids ...core.TransferID) error {
	return c.e.Resume(ctx, ids...)
}

// Retry is Engine.Retry.
func (c *Call) Retry(ctx context.Context, ids ...core.TransferID) error {
	return c.e.Retry(ctx, ids...)
}

// Ask is Engine.Ask.
func (c *Call) Ask(ctx context.Context, ids ...core.TransferID) error { return c.e.Ask(ctx, ids...) }

// covers reports whether what goes a way may be of the call.
func (c *Call) covers(w way) bool {
	return w.terms == c.terms && (c.terms != "" || c.profile == "" || w.profile == c.profile)
}

// crew are the calls that want a transfer sent, the process's own last: it
// goes by the terms of the first. It is never changed. nil: nobody does.
type crew struct{ calls []*Call }

func (c *crew) has(call *Call) bool { return c != nil && slices.Contains(c.calls, call) }

func (c *crew) terms() string {
	if c == nil {
		return ""
	}
	return c.calls[0].terms
}

// with is the crew and one call more.
func (c *crew) with(call *Call) *crew {
	switch {
	case c == nil:
		return call.alone
	case c.has(call):
		return c
	}
	calls := append(slices.Clone(c.calls), call)
	own := slices.Index(calls, call.e.self)
	if own >= 0 {
		calls = append(slices.Delete(calls, own, own+1), call.e.self)
	}
	return &crew{calls}
}

// without is the crew without a call.
func (c *crew) without(call *Call) *crew {
	if !c.has(call) {
		return c
	}
	if len(c.calls) == 1 {
		return nil
	}
	return &crew{slices.DeleteFunc(slices.Clone(c.calls), func(other *Call) bool { return other == call })}
}

// crew is who wants a transfer sent, staged or as it is.
func (x *tx) crew(it *item) *crew {
	if staged, ok := x.crews[it]; ok {
		return staged
	}
	return it.crew()
}

// setCrew stages who wants a transfer sent.
func (x *tx) setCrew(it *item, c *crew) {
	if c == x.crew(it) {
		return
	}
	if x.crews == nil {
		x.crews = map[*item]*crew{}
	}
	x.crews[it] = c
	x.again = append(x.again, it)
}

// Subscribe returns the call's transfers as they are now, and a feed of what
// changes from now on.
func (c *Call) Subscribe() (core.Snapshot, core.Feed) { return c.e.subscribe(c) }

// Adopt goes on with transfers that this caller had sent by another process,
// and returns them as they are now; those that are gone are left out.
func (c *Call) Adopt(ctx context.Context, ids []core.TransferID) ([]core.Transfer, error) {
	var found []core.Transfer
	var rest []core.TransferID
	for chunk := range chunks(ids) {
		var listed []core.Transfer
		var unlisted []core.TransferID
		err := c.e.do(ctx, "go on", func(x *tx) error {
			listed, unlisted = nil, nil
			for _, id := range chunk {
				it := c.e.items[id]
				if it == nil {
					unlisted = append(unlisted, id)
					continue
				}
				listed = append(listed, x.get(it))
				x.setCrew(it, x.crew(it).with(c))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		found, rest = append(found, listed...), append(rest, unlisted...)
	}
	stored, err := c.e.cfg.Store.Transfers(ctx, rest)
	return append(found, stored...), err
}

// How long what was found in the queue waits for callers of the process that had
// it before: all of it, lest it goes by another secret than theirs, and what only
// they know the profile of.
const (
	firstAdoptTime = 2 * time.Second
	adoptTime      = 10 * time.Second
)

// adoption is until when transfers may be adopted whose profile is not there,
// zero where that is for good, or is not what failed.
func (e *Engine) adoption(failure *core.Error, now time.Time) time.Time {
	until := e.loaded.Add(adoptTime)
	if !e.cfg.Adopts || failure.Code != core.CodeProfileNotFound || !now.Before(until) {
		return time.Time{}
	}
	return until
}

// Leave ends the call. Where the process sends its own only, what nobody else
// wants stays in the queue; else it goes on as the process's own.
func (c *Call) Leave(ctx context.Context) error { return c.end(ctx, false) }

// Stop ends the call and what only it wanted: that stays in the queue, paused
// where the process would send it otherwise.
func (c *Call) Stop(ctx context.Context) error { return c.end(ctx, true) }

func (c *Call) end(ctx context.Context, stop bool) error {
	e := c.e
	e.mu.RLock()
	var ids []core.TransferID
	for id, it := range e.items {
		if it.crew().has(c) {
			ids = append(ids, id)
		}
	}
	e.mu.RUnlock()
	err := e.each(ctx, "end a call", ids, func(x *tx, it *item) *run {
		left := x.crew(it).without(c)
		if left != nil {
			x.setCrew(it, left)
			return nil
		}
		if !e.cfg.Own {
			x.setCrew(it, e.self.alone)
			if stop {
				return e.pause(x, it)
			}
			return nil
		}
		x.setCrew(it, nil)
		if x.state(it).Active() {
			return e.end(x, it, "")
		}
		return nil
	})
	if err != nil || c.terms == "" {
		return err
	}
	return e.do(ctx, "end a call", func(*tx) error {
		for w, l := range e.lanes { // a program that runs for months has had many terms
			if w.terms == c.terms && l.empty() && l.claimed == 0 && l.inquiring == nil {
				delete(e.lanes, w)
			}
		}
		return nil
	})
}

// Drain begins nothing more, and returns once nothing is under way or ctx has
// ended: the engine is about to end, for another process to take the queue.
func (e *Engine) Drain(ctx context.Context) error {
	var runs []*run
	err := e.do(ctx, "hand the queue over", func(*tx) error {
		e.draining, runs = true, nil
		for _, l := range e.lanes {
			e.recall(l, func(*run) bool { return true })
		}
		for _, it := range e.items {
			if r := it.run.Load(); r != nil {
				runs = append(runs, r)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.await(ctx, "hand the queue over", runs)
}
