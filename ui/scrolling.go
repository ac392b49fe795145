package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// scrollStep is how far an arrow key scrolls.
const scrollStep = 40

// scrolled is what the keys scroll, in the top dialog or else in the page; nil if there is
// nothing.
func (w *Window) scrolled() *container.Scroll {
	if top := w.win.Canvas().Overlays().Top(); top != nil {
		return w.host.Scrolls[top]
	}
	s, _ := w.holder.Objects[0].(*container.Scroll)
	return s
}

// scrollBy scrolls for a key, since Fyne's own scrolls take none. It reports whether it
// used the key.
func (w *Window) scrollBy(key fyne.KeyName) bool {
	s := w.scrolled()
	if s == nil {
		return false
	}
	page := max(scrollStep, s.Size().Height-scrollStep)
	by, known := map[fyne.KeyName]float32{
		fyne.KeyDown: scrollStep, fyne.KeyUp: -scrollStep, fyne.KeyPageDown: page, fyne.KeyPageUp: -page,
		fyne.KeyEnd: s.Content.Size().Height, fyne.KeyHome: -s.Content.Size().Height,
	}[key]
	if known {
		s.ScrollToOffset(s.Offset.AddXY(0, by)) // not beyond its ends
	}
	return known
}
