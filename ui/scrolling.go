package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// scrollStep is how far an arrow key scrolls.
const scrollStep = 40

// scrolled is the part that the keys scroll: of the uppermost dialog, or else
// of the page. It is nil where there is none.
func (w *Window) scrolled() *container.Scroll {
	if top := w.win.Canvas().Overlays().Top(); top != nil {
		return w.host.Scrolls[top]
	}
	s, _ := w.holder.Objects[0].(*container.Scroll)
	return s
}

// scrollBy scrolls as a key says. Fyne's own scrolls take no keys.
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
