package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
)

// Present shows a dialog that Escape closes, as its way back does.
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

// PresentScroll is present for a dialog whose content can be scrolled, by keys
// too.
func PresentScroll(s *Host, d dialog.Dialog, content *container.Scroll) {
	Present(s, d)
	s.Scrolling(content)
}

// Scrolling lets the keys scroll a part of what has just been put over the
// window. It returns what ends that.
func (s *Host) Scrolling(content *container.Scroll) (end func()) {
	if s.Scrolls == nil {
		s.Scrolls = map[fyne.CanvasObject]*container.Scroll{}
	}
	over := s.Win.Canvas().Overlays().Top()
	s.Scrolls[over] = content
	return func() { delete(s.Scrolls, over) }
}

// Escape closes the uppermost dialog. It reports whether there was one.
func (s *Host) Escape() bool {
	d, ok := s.Dialogs[s.Win.Canvas().Overlays().Top()]
	if ok {
		d.Hide()
	}
	return ok
}

// Back closes what lies uppermost: a dialog, or else the settings. It reports
// whether there was something.
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
