package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/widgets"
)

// Within is a dialog's size, not larger than the window.
func Within(s *Host, width, height float32) fyne.Size {
	c := s.Win.Canvas().Size()
	return fyne.NewSize(min(width, c.Width-24), min(height, c.Height-24))
}

// Ask shows a question with one way forward and one back.
func Ask(s *Host, title, words, yes string, then func()) {
	AskElse(s, title, words, yes, then, func() {})
}

// AskElse is ask with something to do on the way back.
func AskElse(s *Host, title, words, yes string, then, back func()) {
	label := widget.NewLabel(words)
	label.Wrapping = fyne.TextWrapWord
	Confirm(s, title, label, s.Text.S("button.back"), yes, then, back)
}

// Confirm asks a question with two answers, as Fyne's own dialog does, whose
// buttons know no Escape. However else it ends, the answer is no. It returns
// the button that says yes.
func Confirm(s *Host, title string, content fyne.CanvasObject, no, yes string, then, back func()) *widgets.PushButton {
	d := dialog.NewCustomWithoutButtons(title, content, s.Win)
	answer := back
	refuse := widgets.NewButtonWithIcon(no, theme.CancelIcon(), d.Hide)
	accept := widgets.NewButtonWithIcon(yes, theme.ConfirmIcon(), func() {
		answer = then
		d.Hide()
	})
	accept.Importance = widget.HighImportance
	d.SetButtons([]fyne.CanvasObject{refuse, accept})
	d.Resize(fyne.NewSize(min(460, s.Win.Canvas().Size().Width-40), d.MinSize().Height))
	Present(s, d)
	d.SetOnClosed(func() { answer() })
	return accept
}

// ShowMenuBelow opens a menu under the object that it belongs to.
func ShowMenuBelow(menu *fyne.Menu, c fyne.Canvas, under fyne.CanvasObject) {
	widget.ShowPopUpMenuAtRelativePosition(menu, c, fyne.NewPos(0, under.Size().Height+2), under)
}
