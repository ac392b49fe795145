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
	alone   *callers // this call only
}

// Call begins a call that sends by a profile. terms names the settings and
// secrets with which the caller overrides the profile, "" for none; the engine
// only passes it on to Uploaders.
func (e *Engine) Call(profile, terms string) *Call {
	c := &Call{e: e, profile: profile, terms: terms}
	c.alone = &callers{[]*Call{c}}
	return c
}

// Own is the process's own call. The engine's methods of the same names act for
// it.
func (e *Engine) Own() *Call { return e.self }

// Idle reports whether none of the call's transfers will go on by itself.
func (c *Call) Idle() bool {
	c.e.mu.RLock()
	defer c.e.mu.RUnlock()
	for _, it := range c.e.items {
		if s := it.state(); it.callers().has(c) && !s.Done() && s != core.StatePaused {
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

// covers reports whether a lane's transfers may belong to the call.
func (c *Call) covers(w laneKey) bool {
	return w.terms == c.terms && (c.terms != "" || c.profile == "" || w.profile == c.profile)
}

// callers are the calls that want a transfer sent, the process's own last. The
// transfer is sent by the terms of the first. A value is never changed; nil
// means that nobody wants the transfer sent.
type callers struct{ calls []*Call }

func (c *callers) has(call *Call) bool { return c != nil && slices.Contains(c.calls, call) }

func (c *callers) terms() string {
	if c == nil {
		return ""
	}
	return c.calls[0].terms
}

// with returns the callers and one more call.
func (c *callers) with(call *Call) *callers {
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
	return &callers{calls}
}

// without returns the callers without a call.
func (c *callers) without(call *Call) *callers {
	if !c.has(call) {
		return c
	}
	if len(c.calls) == 1 {
		return nil
	}
	return &callers{slices.DeleteFunc(slices.Clone(c.calls), func(other *Call) bool { return other == call })}
}

// callers returns who wants a transfer sent, as staged if that was changed.
func (x *tx) callers(it *item) *callers {
	if staged, ok := x.newCallers[it]; ok {
		return staged
	}
	return it.callers()
}

// setCallers stages who wants a transfer sent.
func (x *tx) setCallers(it *item, c *callers) {
	if c == x.callers(it) {
		return
	}
	if x.newCallers == nil {
		x.newCallers = map[*item]*callers{}
	}
	x.newCallers[it] = c
	x.again = append(x.again, it)
}

// Subscribe returns the call's transfers as they are now, and a feed of what
// changes from now on.
func (c *Call) Subscribe() (core.Snapshot, core.Feed) { return c.e.subscribe(c) }

// Adopt goes on with transfers that this caller gave to another process before,
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
				x.setCallers(it, x.callers(it).with(c))
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

// How long transfers found in the queue wait for the callers of the process that
// had the queue before. All of them wait, so that none is sent with another
// secret than its caller's; those whose profile only a caller knows wait longer.
const (
	firstAdoptTime = 2 * time.Second
	adoptTime      = 10 * time.Second
)

// adoption is until when transfers without a profile may still be adopted. It is
// zero where that time has passed or where something else failed.
func (e *Engine) adoption(failure *core.Error, now time.Time) time.Time {
	until := e.loaded.Add(adoptTime)
	if !e.cfg.Adopts || failure.Code != core.CodeProfileNotFound || !now.Before(until) {
		return time.Time{}
	}
	return until
}

// Leave ends the call. In a process that sends only its own, what nobody else
// wants stays in the queue; in others it goes on as the process's own.
func (c *Call) Leave(ctx context.Context) error { return c.end(ctx, false) }

// Stop ends the call and stops what only it wanted: that stays in the queue, and
// is paused where the process would otherwise send it.
func (c *Call) Stop(ctx context.Context) error { return c.end(ctx, true) }

func (c *Call) end(ctx context.Context, stop bool) error {
	e := c.e
	e.mu.RLock()
	var ids []core.TransferID
	for id, it := range e.items {
		if it.callers().has(c) {
			ids = append(ids, id)
		}
	}
	e.mu.RUnlock()
	err := e.each(ctx, "end a call", ids, func(x *tx, it *item) *run {
		left := x.callers(it).without(c)
		if left != nil {
			x.setCallers(it, left)
			return nil
		}
		if !e.cfg.Own {
			x.setCallers(it, e.self.alone)
			if stop {
				return e.pause(x, it)
			}
			return nil
		}
		x.setCallers(it, nil)
		if x.state(it).Active() {
			return e.end(x, it, "")
		}
		return nil
	})
	if err != nil || c.terms == "" {
		return err
	}
	return e.do(ctx, "end a call", func(*tx) error {
		for w, l := range e.lanes { // else a program that runs for months would keep a lane for every caller it had
			if w.terms == c.terms && l.empty() && l.claimed == 0 && l.inquiring == nil {
				delete(e.lanes, w)
			}
		}
		return nil
	})
}

// Drain begins nothing more, and returns once nothing is under way or ctx has
// ended. It is for an engine that is about to leave the queue to another process.
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
