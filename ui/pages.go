package ui

import "fyne.io/fyne/v2"

// choose shows a page.
func (w *Window) choose(index int) {
	if index < 0 || index >= len(w.pages) {
		return
	}
	if w.shown != index {
		w.pages[w.shown].Hidden()
	}
	w.shown = index
	w.nav.Choose(index)
	w.place()
	w.pages[index].Shown()
}

// showTransfers shows the page of the transfers, unless it is shown.
func (w *Window) showTransfers() {
	if w.shown != 0 {
		w.choose(0)
	}
}

// place shows the page, or the first run in place of the transfers while there is no
// profile.
func (w *Window) place() {
	content := w.pages[w.shown].Content()
	if w.first != nil && w.shown == 0 {
		content = w.first
	}
	w.holder.Objects = []fyne.CanvasObject{content}
	w.holder.Refresh()
}
