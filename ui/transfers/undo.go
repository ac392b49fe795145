package transfers

import (
	"context"
	"time"

	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
)

// taking is what the user cancelled or removed with one key or button.
type taking struct {
	cancelled, removed []core.TransferID
	until              time.Time // Undo is offered until then
}

// take cancels transfers and removes others, and offers to undo that.
func (v *View) take(cancel, remove []core.TransferID) {
	c, now := v.host.Controller, v.host.Now()
	lost := taking{cancelled: cancel, removed: v.unstored(remove), until: now.Add(view.UndoTime)}
	work := func(ctx context.Context) (struct{}, error) {
		if len(cancel) > 0 {
			if err := c.Cancel(ctx, cancel...); err != nil {
				return struct{}{}, err
			}
		}
		if len(remove) > 0 {
			return struct{}{}, c.Remove(ctx, remove...)
		}
		return struct{}{}, nil
	}
	view.Async(v.host, work, func(_ struct{}, err error) {
		switch {
		case err != nil && core.CodeOf(err) != core.CodeCancelled:
			v.host.Failed(err)
		case err == nil && len(lost.cancelled)+len(lost.removed) > 0:
			v.takings = append(v.takings, lost)
			v.offerUndo(v.host.Now())
		}
	})
}

// unstored leaves out what the history keeps.
func (v *View) unstored(ids []core.TransferID) []core.TransferID {
	var left []core.TransferID
	for _, id := range ids {
		if r := v.model.Find(id); r != nil && !r.State().InHistory() {
			left = append(left, id)
		}
	}
	return left
}

// Undo brings back what was cancelled or removed last, unless that is too long ago.
func (v *View) Undo() {
	v.offerUndo(v.host.Now())
	last := len(v.takings) - 1
	if last < 0 {
		return
	}
	back := v.takings[last]
	v.takings = v.takings[:last]
	v.offerUndo(v.host.Now())
	ids := append(append([]core.TransferID{}, back.cancelled...), back.removed...)
	v.host.Act(func(ctx context.Context) error { return v.host.Controller.Undo(ctx, ids...) })
}

// offerUndo shows what can be undone now: the newest first, each as long as its own
// time lasts.
func (v *View) offerUndo(now time.Time) {
	kept := v.takings[:0]
	for _, lost := range v.takings {
		if lost.until.After(now) {
			kept = append(kept, lost)
		}
	}
	v.takings = kept
	if len(kept) == 0 {
		if v.undo.Content.Visible() {
			v.dismissUndo()
		}
		return
	}
	t, newest := v.host.Text, kept[len(kept)-1]
	words := t.N("undo.cancelled", len(newest.cancelled))
	switch {
	case len(newest.cancelled) == 0:
		words = t.N("undo.removed", len(newest.removed))
	case len(newest.removed) > 0:
		words += ", " + t.N("undo.removed_too", len(newest.removed))
	}
	if !v.undo.Content.Visible() || v.undo.Words.Words != words {
		v.undo.Show(theme.InfoIcon(), words, t.S("undo.button"), v.Undo)
	}
}

// dismissUndo hides the bar. If its button had the focus, the list gets it.
func (v *View) dismissUndo() {
	if c := v.host.Win.Canvas(); c.Focused() == v.undo.Button {
		c.Focus(v.list)
	}
	v.undo.Hide()
}

// takeChosen cancels or removes the selection, as Delete does.
func (v *View) takeChosen() {
	cancel, remove := v.chosen(queue.ActCancel), v.chosen(queue.ActRemove)
	if len(cancel)+len(remove) == 0 {
		return
	}
	if leaving := v.leaving(cancel, remove); len(leaving) > 0 {
		v.rememberNext(leaving)
	}
	v.take(cancel, remove)
}

// leaving is what is no more in sight after it was cancelled or removed.
func (v *View) leaving(cancel, remove []core.TransferID) []core.TransferID {
	if v.model.Filter.Shows(queue.GroupCancelled) {
		return remove
	}
	return append(append([]core.TransferID{}, cancel...), remove...)
}
