package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// askClose is what the window does when it is told to close: it goes at once
// when nothing is under way, and asks otherwise. A program that began in the
// tray goes back there.
func (w *Window) askClose() {
	running := w.underWay()
	switch {
	case w.closing:
		return // asked already
	case w.tray == nil && running:
		w.askWhere(false)
		return
	case w.tray == nil || !running && !w.inTray:
		w.end()
		return
	}
	async(w.sh, func(ctx context.Context) (bool, error) { return w.ctl.Tray(ctx), nil }, func(shown bool, _ error) {
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
	return m.sum.Unfinished() && !m.paused && m.halt == nil
}

// askWhere asks what becomes of the uploads that are under way.
func (w *Window) askWhere(tray bool) {
	t := w.sh.text
	words, stay := t.s("close.text"), t.s("close.stay")
	if tray {
		words, stay = t.s("close.text.tray"), t.s("close.tray")
	}
	label := newLabel(words, theme.SizeNameText, widget.MediumImportance, false)
	label.Wrapping = fyne.TextWrapWord
	d := dialog.NewCustomWithoutButtons(t.s("close.title"), label, w.win)
	button := func(words string, then func()) *pushButton {
		return newButton(words, func() {
			d.Hide()
			then()
		})
	}
	back := button(t.s("button.back"), func() {})
	stop := button(t.s("close.yes"), w.end)
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
	d.Resize(fyne.NewSize(within(w.sh, 520, 0).Width, d.MinSize().Height))
	w.closing = true
	present(w.sh, d)
	d.SetOnClosed(func() { w.closing = false })
}

// hide leaves the tray's icon only.
func (w *Window) hide() {
	w.win.Hide()
	w.status.background = true
}

// end ends the program. The queue is durable: nothing has to be saved.
func (w *Window) end() {
	w.stop()
	w.app.Quit()
}
