package ui

import (
	"context"

	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view"
)

// UseDropListener makes listen take the drops when the window is on the desktop. Fyne
// still takes those that it doesn't report. Call it before ShowAndRun or RunInTray.
func (w *Window) UseDropListener(listen DropListener) { w.listen = listen }

// listenForDrops starts the listener when the window has a handle, which it has only
// after it was shown.
func (w *Window) listenForDrops() {
	if w.listen == nil {
		return
	}
	handle := view.NativeHandle(w.win)
	if handle == 0 {
		return
	}
	listen := w.listen
	w.listen = nil
	w.host.Tasks.Run(func(ctx context.Context) func() {
		listen(ctx, handle, w.listDropped)
		return nil
	})
}

// listDropped takes a list of addresses that was dropped. Any goroutine may call it.
func (w *Window) listDropped(list string, err error) {
	if err != nil {
		w.host.Tasks.Post(w.dropLost)
		return
	}
	paths, left := view.PastedPaths(list)
	w.host.Tasks.Post(func() { w.dropped(paths, left...) })
}

// dropLost says that a drop did not arrive.
func (w *Window) dropLost() {
	words := w.host.Text.S("drop.lost")
	if d := w.host.Settings; d != nil {
		d.Say(words, widget.WarningImportance)
		return
	}
	w.intake.front()
	w.intake.say(words)
}
