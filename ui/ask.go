package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// within is a dialog's size, not larger than the window.
func within(s *shell, width, height float32) fyne.Size {
	c := s.win.Canvas().Size()
	return fyne.NewSize(min(width, c.Width-24), min(height, c.Height-24))
}

// ask shows a question with one way forward and one back.
func ask(s *shell, title, words, yes string, then func()) {
	askElse(s, title, words, yes, then, func() {})
}

// askElse is ask with something to do on the way back.
func askElse(s *shell, title, words, yes string, then, back func()) {
	label := widget.NewLabel(words)
	label.Wrapping = fyne.TextWrapWord
	confirm(s, title, label, s.text.s("button.back"), yes, then, back)
}

// confirm asks a question with two answers, as Fyne's own dialog does, whose
// buttons know no Escape. However else it ends, the answer is no. It returns
// the button that says yes.
func confirm(s *shell, title string, content fyne.CanvasObject, no, yes string, then, back func()) *pushButton {
	d := dialog.NewCustomWithoutButtons(title, content, s.win)
	answer := back
	refuse := newButtonWithIcon(no, theme.CancelIcon(), d.Hide)
	accept := newButtonWithIcon(yes, theme.ConfirmIcon(), func() {
		answer = then
		d.Hide()
	})
	accept.Importance = widget.HighImportance
	d.SetButtons([]fyne.CanvasObject{refuse, accept})
	d.Resize(fyne.NewSize(min(460, s.win.Canvas().Size().Width-40), d.MinSize().Height))
	present(s, d)
	d.SetOnClosed(func() { answer() })
	return accept
}

// showMenuBelow opens a menu under the object that it belongs to.
func showMenuBelow(menu *fyne.Menu, c fyne.Canvas, under fyne.CanvasObject) {
	widget.ShowPopUpMenuAtRelativePosition(menu, c, fyne.NewPos(0, under.Size().Height+2), under)
}
