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

// Answer is one of the answers to a question, and what it does.
type Answer struct {
	Words string
	Do    func()
}

// Choose asks a question with several answers. The last is the first choice: Return
// gives it. Escape gives none.
func Choose(host *Host, title string, content fyne.CanvasObject, answers ...Answer) {
	d := dialog.NewCustomWithoutButtons(title, content, host.Win)
	buttons := make([]fyne.CanvasObject, len(answers))
	var first *widgets.PushButton
	for i, a := range answers {
		first = widgets.NewButton(a.Words, func() {
			d.Hide()
			a.Do()
		})
		buttons[i] = first
	}
	first.Importance = widget.HighImportance
	d.SetButtons(buttons)
	d.Resize(fyne.NewSize(Within(host, 520, 0).Width, d.MinSize().Height))
	Present(host, d)
	host.Win.Canvas().Focus(first)
}

// ShowMenuBelow opens a menu below an object.
func ShowMenuBelow(menu *fyne.Menu, c fyne.Canvas, under fyne.CanvasObject) {
	widget.ShowPopUpMenuAtRelativePosition(menu, c, fyne.NewPos(0, under.Size().Height+2), under)
}
