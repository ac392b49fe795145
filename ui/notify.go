package ui

import (
	"context"

	"fyne.io/fyne/v2"
)

func (w *Window) watchForeground() {
	w.status.background = w.inTray
	w.app.Lifecycle().SetOnEnteredForeground(func() {
		w.status.background = false
		if w.first != nil {
			w.profileChanged() // several may have been saved from outside the window
		}
	})
	w.app.Lifecycle().SetOnExitedForeground(func() { w.status.background = true })
}

// tell notifies when a batch ends or someone is needed while the window is in
// the background. It says fixed words and numbers only: what stands in a
// notification may be run by a shell on some systems, so no name of a file
// and no word of a server may ever get there.
func (w *Window) tell() {
	e, sum, t := &w.status, w.model.Totals, w.host.Text
	halted := w.model.Halt != nil
	switch {
	case halted && !e.halted:
		w.notify(t.S("notify.halted"))
	case e.busy && !sum.Unfinished() && !halted:
		words := t.N("notify.stored", max(0, sum.Stored-e.before.Stored))
		if n := sum.Failed + sum.Unknown - e.before.Failed - e.before.Unknown; n > 0 {
			words += ", " + t.N("notify.failed", n)
		}
		if n := sum.Differing - e.before.Differing; n > 0 {
			words += ", " + t.N("status.differing", n)
		}
		w.notify(words)
	}
	if !e.busy {
		e.before = sum
	}
	e.halted, e.busy = halted, sum.Unfinished()
}

// notify says words while the window is in the background. The desktop may take
// its time for it.
func (w *Window) notify(words string) {
	if !w.status.background {
		return
	}
	w.host.Tasks.Run(func(context.Context) func() {
		w.app.SendNotification(fyne.NewNotification(title, words))
		return nil
	})
}
