package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
)

// Present shows a dialog that Escape closes.
func Present(s *Host, d dialog.Dialog) {
	d.Show()
	if s.Dialogs == nil {
		s.Dialogs = map[fyne.CanvasObject]dialog.Dialog{}
	}
	over := s.Win.Canvas().Overlays().Top()
	s.Dialogs[over] = d
	d.SetOnClosed(func() {
		delete(s.Dialogs, over)
		delete(s.Scrolls, over)
	})
}

// PresentScroll is Present for a dialog whose content the keys scroll.
func PresentScroll(s *Host, d dialog.Dialog, content *container.Scroll) {
	Present(s, d)
	s.Scrolling(content)
}

// Scrolling lets the keys scroll a part of what was just shown over the window,
// until end is called.
func (s *Host) Scrolling(content *container.Scroll) (end func()) {
	if s.Scrolls == nil {
		s.Scrolls = map[fyne.CanvasObject]*container.Scroll{}
	}
	over := s.Win.Canvas().Overlays().Top()
	s.Scrolls[over] = content
	return func() { delete(s.Scrolls, over) }
}

// Escape closes the top dialog. It reports whether there was one.
func (s *Host) Escape() bool {
	d, ok := s.Dialogs[s.Win.Canvas().Overlays().Top()]
	if ok {
		d.Hide()
	}
	return ok
}

// Back closes the top dialog, or else the settings. It reports whether there was
// anything to close.
func (s *Host) Back() bool {
	switch {
	case s.Escape():
	case s.Settings != nil:
		s.Settings.Close(false)
	default:
		return false
	}
	return true
}
