package engine

import (
	"context"

	"github.com/artstore/ingester/core"
)

// The verbs skip transfers to which they don't apply and those that are gone.
// They return once the change is durable and the attempts that had to stop have
// ended: after Pause and Cancel no more bytes are sent.

// Pause stops transfers until Resume. An attempt may still turn out to be stored,
// failed or of unknown outcome; then the transfer is not paused.
func (e *Engine) Pause(ctx context.Context, ids ...core.TransferID) error {
	return e.each(ctx, "pause", ids, e.pause)
}

func (e *Engine) pause(x *tx, it *item) *run {
	t := x.get(it)
	switch t.State {
	case core.StateQueued, core.StateWaiting:
		t.State = core.StatePaused
		_ = x.put(it, t) // logged
	case core.StateSending, core.StateSent:
		return e.end(x, it, core.StatePaused)
	}
	return nil
}

// PauseAfter is Pause that lets attempts end which are under way. If one fails and
// would be made again, its transfer is paused instead. It doesn't wait for them.
func (e *Engine) PauseAfter(ctx context.Context, ids ...core.TransferID) error {
	return e.each(ctx, "pause", ids, func(x *tx, it *item) *run {
		r := it.run.Load()
		if r == nil || !x.state(it).Active() {
			return e.pause(x, it)
		}
		r.wish = core.StatePaused
		x.after(func() { e.recall(r.lane, func(other *run) bool { return other == r }) })
		return nil
	})
}

// Resume queues paused transfers again.
func (e *Engine) Resume(ctx context.Context, ids ...core.TransferID) error {
	return e.each(ctx, "resume", ids, func(x *tx, it *item) *run {
		t := x.get(it)
		if t.State == core.StatePaused {
			t.State = core.StateQueued
			_ = x.put(it, t) // logged
		}
		if r := it.run.Load(); r != nil && r.wish == core.StatePaused {
			r.wish = ""
		}
		return nil
	})
}

// Retry sends again what failed, waits, was cancelled or is of unknown outcome,
// but no damaged entry. The user accepts that the server may then have a file
// twice. It also ends a halt of the transfers' profiles.
func (e *Engine) Retry(ctx context.Context, ids ...core.TransferID) error {
	return e.each(ctx, "retry", ids, func(x *tx, it *item) *run {
		t := x.get(it)
		if t.Damaged() {
			return nil
		}
		l := e.lane(x.laneKeyOf(it))
		x.after(func() { it.forgive(); l.lift() })
		if it.in < 0 { // its place was away: look whether it still is
			x.after(func() { e.lookNow(it, x.now) })
			e.journal.kick()
			return nil
		}
		switch t.State {
		case core.StateUnknown:
			t.Error = nil
			fallthrough
		case core.StateFailed, core.StateWaiting, core.StateCancelled:
			t.State = core.StateQueued
			_ = x.put(it, t) // logged
		}
		e.journal.kick()
		return nil
	})
}

// Ask asks the server again about transfers of unknown outcome: by now it may
// list its files, or refuse duplicates by key. If the server can't tell, they
// stay as they are; nothing is sent that the server may have already.
func (e *Engine) Ask(ctx context.Context, ids ...core.TransferID) error {
	return e.each(ctx, "ask the server", ids, func(x *tx, it *item) *run {
		t := x.get(it)
		if t.State == core.StateUnknown && maybeStored(t) {
			t.State = core.StateQueued
			_ = x.put(it, t) // logged
		}
		return nil
	})
}

// Take records transfers of unknown outcome as taken as arrived: the user says so,
// nothing was verified. Nothing is deleted on the server. Such a file counts as
// neither queued nor stored: when it is submitted again, it is sent.
func (e *Engine) Take(ctx context.Context, ids ...core.TransferID) error {
	return e.each(ctx, "take as arrived", ids, func(x *tx, it *item) *run {
		t := x.get(it)
		if t.State == core.StateUnknown && maybeStored(t) && !t.Damaged() {
			t.State = core.StateTaken
			_ = x.put(it, t) // logged
		}
		return nil
	})
}

// Cancel ends transfers. One that the server may have becomes unknown; cancelling
// it again makes it cancelled. Undo takes it back.
func (e *Engine) Cancel(ctx context.Context, ids ...core.TransferID) error {
	return e.each(ctx, "cancel", ids, func(x *tx, it *item) *run {
		e.remember(x, it, false, nil)
		t := x.get(it)
		switch t.State {
		case core.StateQueued, core.StateWaiting, core.StatePaused:
			t.State = core.StateCancelled
			if maybeStored(t) {
				t.State = core.StateUnknown
			}
			_ = x.put(it, t) // logged
		case core.StateFailed, core.StateUnknown:
			if !t.Damaged() {
				t.State = core.StateCancelled
				_ = x.put(it, t) // logged
			}
		case core.StateSending, core.StateSent:
			return e.end(x, it, core.StateCancelled)
		}
		return nil
	})
}

// Remove takes transfers off the list. What is under way is cancelled first, and
// stays listed if the server may have it. The history keeps what was stored. Undo takes
// it back.
func (e *Engine) Remove(ctx context.Context, ids ...core.TransferID) error {
	ran := map[*item]bool{}
	err := e.each(ctx, "remove", ids, func(x *tx, it *item) *run {
		if !x.state(it).Active() {
			return nil
		}
		ran[it] = true
		e.remember(x, it, false, nil)
		return e.end(x, it, core.StateCancelled)
	})
	if err != nil {
		return err
	}
	attempts, err := e.attemptsOf(ctx, ids)
	if err != nil {
		return err
	}
	return e.each(ctx, "remove", ids, func(x *tx, it *item) *run {
		t := x.get(it)
		if !t.State.Active() && (t.State != core.StateUnknown || !ran[it]) {
			if ran[it] {
				e.rememberStopped(x, it, attempts[t.ID])
			} else {
				e.remember(x, it, true, attempts[t.ID])
			}
			x.remove(it)
		}
		return nil
	})
}

// PauseAll stops all sending until ResumeAll. What is under way goes back into
// the queue. It is not saved for the next engine: see Config.Paused.
func (e *Engine) PauseAll(ctx context.Context) error {
	var runs []*run
	err := e.do(ctx, "pause", func(x *tx) error {
		runs = nil
		x.pause(true)
		for _, it := range e.items {
			if r := it.run.Load(); r != nil {
				runs = append(runs, e.end(x, it, r.wish)) // otherwise the transfer is queued again
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.await(ctx, "pause", runs)
}

// PauseAllAfter is PauseAll that lets attempts end which are under way. Until
// ResumeAll none is begun.
func (e *Engine) PauseAllAfter(ctx context.Context) error {
	return e.do(ctx, "pause", func(x *tx) error {
		x.pause(true)
		x.after(func() {
			for _, l := range e.lanes {
				e.recall(l, func(*run) bool { return true })
			}
		})
		return nil
	})
}

// ResumeAll ends PauseAll and every halt, and tries at once what waits.
func (e *Engine) ResumeAll(ctx context.Context) error {
	return e.lift(ctx, func(x *tx) { x.pause(false) })
}

// Lift ends every halt, and tries at once what waits, unless everything is
// paused. It reads profiles again, so it is called after one was changed.
func (e *Engine) Lift(ctx context.Context) error { return e.lift(ctx, func(*tx) {}) }

func (e *Engine) lift(ctx context.Context, also func(*tx)) error {
	err := e.do(ctx, "resume", func(x *tx) error {
		also(x)
		x.after(func() {
			for _, l := range e.lanes {
				l.lift()
			}
			e.lookEverywhere(x.now)
			e.journal.kick()
		})
		return nil
	})
	if err != nil {
		return err
	}
	return e.each(ctx, "resume", e.inState(core.StateWaiting), func(x *tx, it *item) *run {
		if t := x.get(it); t.State == core.StateWaiting && !isHeld(t.Error) && it.in >= 0 {
			t.State = core.StateQueued
			_ = x.put(it, t) // logged
		}
		return nil
	})
}

// each applies f to every listed transfer of ids, and waits for the runs that f
// returns.
func (e *Engine) each(ctx context.Context, op string, ids []core.TransferID, f func(*tx, *item) *run) error {
	var runs []*run
	for chunk := range chunks(ids) {
		err := e.do(ctx, op, func(x *tx) error {
			for _, id := range chunk {
				it := e.items[id]
				if it == nil {
					continue
				}
				if r := f(x, it); r != nil {
					runs = append(runs, r)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return e.await(ctx, op, runs)
}

// end stops a transfer's attempt, if there is one. The transfer then becomes
// wish, unless the attempt's outcome says otherwise.
func (e *Engine) end(x *tx, it *item, wish core.State) *run {
	r := it.run.Load()
	if r == nil {
		return nil // interrupted by a crash, and not yet recovered
	}
	r.wish = wish // its result may be in this same transaction
	x.after(func() {
		r.cancel()
		e.recall(r.lane, func(other *run) bool { return other == r })
	})
	return r
}

// await waits until runs have ended.
func (e *Engine) await(ctx context.Context, op string, runs []*run) error {
	for _, r := range runs {
		select {
		case <-r.done:
		case <-e.ended:
			return errStopped(op)
		case <-ctx.Done():
			return cancelled(op, ctx.Err())
		}
	}
	return nil
}

// inState returns the transfers that are in a state.
func (e *Engine) inState(s core.State) []core.TransferID {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var ids []core.TransferID
	for id, it := range e.items {
		if it.state() == s {
			ids = append(ids, id)
		}
	}
	return ids
}
