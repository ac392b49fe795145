package engine

import (
	"context"
	"time"

	"github.com/artstore/ingester/core"
)

// regret is a transfer that Cancel or Remove took a moment ago. Until its time is
// over the server's copy and the spool's are kept, so that Undo can bring it back.
type regret struct {
	it       *item
	was      packed         // as it was before
	attempts []core.Attempt // of a removed one: they leave the database with it
	removed  bool
	until    time.Time
}

// Undo brings back what Cancel and Remove took less than Config.Grace ago, to where
// it was in the queue: paused, failed and of unknown outcome as it was, all else
// queued. An upload that can be resumed goes on where it was. What was cancelled
// longer ago is queued again too, what was removed longer ago is gone.
func (e *Engine) Undo(ctx context.Context, ids ...core.TransferID) error {
	for chunk := range chunks(ids) {
		err := e.do(ctx, "undo", func(x *tx) error {
			for _, id := range chunk {
				r := e.regrets[id]
				switch it := e.items[id]; {
				case it != nil:
					e.reinstate(x, it, r)
				case r != nil && r.removed:
					e.relist(x, r)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reinstate stages that a listed transfer is as it was before r. It is queued if r
// is nil, as it was cancelled long ago.
func (e *Engine) reinstate(x *tx, it *item, r *regret) {
	t := x.get(it)
	became := t.State == core.StateUnknown && r != nil && r.was.state() != core.StateUnknown
	if it.removing || t.State != core.StateCancelled && !became {
		return
	}
	t.State = core.StateQueued
	if r != nil {
		switch was := r.was.transfer(); was.State {
		case core.StatePaused:
			t.State = was.State
		case core.StateFailed, core.StateUnknown:
			t.State, t.Error, t.NotBefore = was.State, was.Error, was.NotBefore
		}
	}
	if x.put(it, t) == nil {
		x.after(func() { it.forgive() })
	}
}

// relist stages that a removed transfer is back in the list.
func (e *Engine) relist(x *tx, r *regret) {
	r.removed = false // only once, even if it is named twice
	x.failed = append(x.failed, func() { r.removed = true })
	t := r.was.transfer()
	it := &item{packed: r.was}
	x.unlisted, x.attempts = append(x.unlisted, t), append(x.attempts, r.attempts...)
	x.add(it)
	x.after(func() {
		delete(e.regrets, t.ID)
		if t.State == core.StateCancelled { // so that its cancelling can be undone too
			e.regret(&regret{it: it, was: r.was, until: r.until})
		}
	})
}

// remember keeps how a transfer is before it is cancelled, with its attempts if it is
// removed.
func (e *Engine) remember(x *tx, it *item, removed bool, attempts []core.Attempt) {
	t := x.get(it)
	if e.cfg.Grace == 0 || t.State.InHistory() || t.Damaged() || t.State == core.StateCancelled && !removed {
		return
	}
	if t.State.Active() {
		t.State = core.StateQueued
	}
	e.regret(&regret{it: it, was: e.packer.pack(t, it.packed), attempts: attempts, removed: removed, until: x.now.Add(e.cfg.Grace)})
}

// rememberStopped is remember for a transfer whose attempt was stopped to remove it.
func (e *Engine) rememberStopped(x *tx, it *item, attempts []core.Attempt) {
	e.remember(x, it, true, attempts)
	if r := e.regrets[it.id()]; r != nil && r.it == it && r.was.state() == core.StateCancelled {
		t := r.was.transfer()
		t.State, t.FinishedAt = core.StateQueued, time.Time{}
		r.was = e.packer.pack(t, r.was)
	}
}

func (e *Engine) regret(r *regret) {
	e.regrets[r.was.id()] = r
	e.leaving = append(e.leaving, r)
}

// spares reports whether what the server has of a transfer is kept for a while
// although the transfer is cancelled or removed.
func (x *tx) spares(it *item) bool {
	r := x.e.regrets[it.id()]
	return r != nil && r.it == it && r.until.After(x.now)
}

// forget stages that the server's copies are deleted of what was cancelled or
// removed longer ago than the grace. The engine may end before: of a cancelled
// transfer the next one deletes the copy, that of a removed one expires.
func (e *Engine) forget(x *tx) {
	over := 0
	for ; over < len(e.leaving) && !e.leaving[over].until.After(x.now); over++ {
		switch r := e.leaving[over]; {
		case e.regrets[r.was.id()] != r: // undone, or cancelled once more
		case r.removed && r.it.gone:
			t := r.was.transfer()
			if t.Resume != "" {
				x.takeBack(r.it, t)
			}
			x.dropCopy(t.Source.Copy, core.Transfer{})
			x.after(func() { delete(e.regrets, t.ID) })
		default:
			e.disown(x, r.it)
			x.after(func() { delete(e.regrets, r.was.id()) })
		}
	}
	if over > 0 {
		x.after(func() { e.leaving = e.leaving[over:] })
	}
}

// disown stages that nothing is kept any more of a transfer that is cancelled.
func (e *Engine) disown(x *tx, it *item) {
	if it.gone || it.removing {
		return
	}
	if t := x.get(it); t.State == core.StateCancelled && (t.Resume != "" || t.Source.Copy != "") {
		_ = x.put(it, t) // logged
	}
}

// disownAll deletes what servers still have of transfers that were cancelled just
// before the last engine ended.
func (e *Engine) disownAll(cancelled []*item) {
	for chunk := range chunks(cancelled) {
		e.mustSave(func(x *tx) error {
			for _, it := range chunk {
				e.disown(x, it)
			}
			return nil
		})
	}
}

// attemptsOf returns the attempts of listed transfers that are to be removed, as far
// as Undo needs them.
func (e *Engine) attemptsOf(ctx context.Context, ids []core.TransferID) (map[core.TransferID][]core.Attempt, error) {
	found := map[core.TransferID][]core.Attempt{}
	for _, id := range ids {
		t, listed := e.lookup(id)
		if !listed || e.cfg.Grace == 0 || t.Attempts == 0 || t.State.InHistory() || t.Damaged() {
			continue
		}
		attempts, err := e.cfg.Store.Attempts(ctx, id)
		if err != nil {
			return nil, err
		}
		found[id] = attempts
	}
	return found, nil
}
