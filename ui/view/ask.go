package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/widgets"
)

// Within limits the size of a dialog to that of the window.
func Within(host *Host, width, height float32) fyne.Size {
	c := host.Win.Canvas().Size()
	return fyne.NewSize(min(width, c.Width-24), min(height, c.Height-24))
}

// Ask asks a question; then is called if the answer is yes.
func Ask(host *Host, title, words, yes string, then func()) {
	AskElse(host, title, words, yes, then, func() {})
}

// AskElse is Ask that calls back if the answer is no.
func AskElse(host *Host, title, words, yes string, then, back func()) {
	label := widget.NewLabel(words)
	label.Wrapping = fyne.TextWrapWord
	Confirm(host, title, label, host.Text.S("button.back"), yes, then, back)
}

// Confirm asks a question with two answers. Fyne's own dialog does the same, but
// doesn't close with Escape. Unless yes is pressed, the answer is no. It returns the
// button that says yes.
func Confirm(host *Host, title string, content fyne.CanvasObject, no, yes string, then, back func()) *widgets.PushButton {
	d := dialog.NewCustomWithoutButtons(title, content, host.Win)
	answer := back
	refuse := widgets.NewButtonWithIcon(no, theme.CancelIcon(), d.Hide)
	accept := widgets.NewButtonWithIcon(yes, theme.ConfirmIcon(), func() {
		answer = then
		d.Hide()
	})
	accept.Importance = widget.HighImportance
	d.SetButtons([]fyne.CanvasObject{refuse, accept})
	d.Resize(fyne.NewSize(min(460, host.Win.Canvas().Size().Width-40), d.MinSize().Height))
	Present(host, d)
	d.SetOnClosed(func() { answer() })
	return accept
}

// ShowMenuBelow opens a menu below an object.
func ShowMenuBelow(menu *fyne.Menu, c fyne.Canvas, under fyne.CanvasObject) {
	widget.ShowPopUpMenuAtRelativePosition(menu, c, fyne.NewPos(0, under.Size().Height+2), under)
}
