package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// askClose is called when the window is to be closed. It asks if anything is under way,
// and else ends the program, or hides the window if that began in the tray.
func (w *Window) askClose() {
	running := w.underWay()
	switch {
	case w.closing:
		return // the question is open
	case w.tray == nil && running:
		w.askWhere(false)
		return
	case w.tray == nil || !running && !w.inTray:
		w.end()
		return
	}
	view.Async(w.host, func(ctx context.Context) (bool, error) { return w.ctl.Tray(ctx), nil }, func(shown bool, _ error) {
		switch {
		case w.closing:
		case running:
			w.askWhere(shown)
		case shown:
			w.hide()
		default:
			w.end()
		}
	})
}

// underWay reports whether closing would stop anything.
func (w *Window) underWay() bool {
	m := w.model
	return (m.Totals.Unfinished() && !m.Paused || m.Totals.Active > 0) && m.Halt == nil
}

// askWhere asks what becomes of the uploads that are under way.
func (w *Window) askWhere(tray bool) {
	t := w.host.Text
	words, stay := t.S("close.text"), t.S("close.stay")
	if tray {
		words, stay = t.S("close.text.tray"), t.S("close.tray")
	}
	if w.model.Paused { // after what is being sent
		words = t.S("close.text.paused")
	}
	if cost := w.model.Totals.Stopping; cost.Matters() {
		words += "\n" + transfers.CostWords(t, cost)
	}
	label := widgets.NewLabel(words, theme.SizeNameText, widget.MediumImportance, false)
	label.Wrapping = fyne.TextWrapWord
	d := dialog.NewCustomWithoutButtons(t.S("close.title"), label, w.win)
	button := func(words string, then func()) *widgets.PushButton {
		return widgets.NewButton(words, func() {
			d.Hide()
			then()
		})
	}
	back := button(t.S("button.back"), func() {})
	stop := button(t.S("close.yes"), w.end)
	keep := button(stay, func() {
		if tray {
			w.hide()
		}
	})
	keep.Importance = widget.HighImportance
	if tray {
		d.SetButtons([]fyne.CanvasObject{back, stop, keep})
	} else {
		d.SetButtons([]fyne.CanvasObject{stop, keep})
	}
	d.Resize(fyne.NewSize(view.Within(w.host, 520, 0).Width, d.MinSize().Height))
	w.closing = true
	view.Present(w.host, d)
	d.SetOnClosed(func() { w.closing = false })
}

// hide hides the window. The tray's icon remains.
func (w *Window) hide() {
	w.win.Hide()
	w.status.background = true
}

// end ends the program. Nothing has to be saved, since the queue is on disk.
func (w *Window) end() {
	w.stop()
	w.app.Quit()
}
