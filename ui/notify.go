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
			w.profileChanged() // profiles may have been saved by the command line
		}
	})
	w.app.Lifecycle().SetOnExitedForeground(func() { w.status.background = true })
}

// tell notifies the user when all is done or something needs attention, while the window
// is in the background. It uses fixed words and numbers only: some systems pass a
// notification to a shell, so it must never have the name of a file or the words of a
// server.
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

// notify shows a notification while the window is in the background. The desktop may be
// slow to do so.
func (w *Window) notify(words string) {
	if !w.status.background {
		return
	}
	w.host.Tasks.Run(func(context.Context) func() {
		w.app.SendNotification(fyne.NewNotification(title, words))
		return nil
	})
}
