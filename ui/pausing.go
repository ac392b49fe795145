package ui

import (
	"github.com/artstore/ingester/ui/transfers"
)

// pauseAll pauses everything, after a question if that would cost something.
func (w *Window) pauseAll() {
	transfers.AskPause(w.host, w.model.Totals.Stopping, w.ctl.PauseAll, w.ctl.PauseAllAfter)
}

// pauseFromTray pauses or resumes everything. Beside the tray's menu no question can be
// asked: if it would cost something, what is being sent comes to its end, and the menu
// says so.
func (w *Window) pauseFromTray() {
	if !w.model.Paused && w.model.Totals.Stopping.Matters() {
		w.host.Act(w.ctl.PauseAllAfter)
		return
	}
	w.header.togglePause()
}
