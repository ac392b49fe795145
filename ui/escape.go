package ui

import (
	"fyne.io/fyne/v2"
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
	d.SetOnClosed(func() { delete(s.dialogs, over) })
}

// escape closes the uppermost dialog. It reports whether there was one.
func (s *shell) escape() bool {
	d, ok := s.dialogs[s.win.Canvas().Overlays().Top()]
	if ok {
		d.Hide()
	}
	return ok
}
