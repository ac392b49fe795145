package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
)

// present shows a dialog that Escape closes, as its way back does.
func present(s *shell, d dialog.Dialog) {
	d.Show()
	if s.dialogs == nil {
		s.dialogs = map[fyne.CanvasObject]dialog.Dialog{}
	}
	over := s.win.Canvas().Overlays().Top()
	s.dialogs[over] = d
	d.SetOnClosed(func() {
		delete(s.dialogs, over)
		delete(s.scrolls, over)
	})
}

// presentScroll is present for a dialog whose content can be scrolled, by keys
// too.
func presentScroll(s *shell, d dialog.Dialog, content *container.Scroll) {
	present(s, d)
	s.scrolling(content)
}

// scrolling lets the keys scroll a part of what has just been put over the
// window. It returns what ends that.
func (s *shell) scrolling(content *container.Scroll) (end func()) {
	if s.scrolls == nil {
		s.scrolls = map[fyne.CanvasObject]*container.Scroll{}
	}
	over := s.win.Canvas().Overlays().Top()
	s.scrolls[over] = content
	return func() { delete(s.scrolls, over) }
}

// escape closes the uppermost dialog. It reports whether there was one.
func (s *shell) escape() bool {
	d, ok := s.dialogs[s.win.Canvas().Overlays().Top()]
	if ok {
		d.Hide()
	}
	return ok
}
