package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// showFacts opens a dialog of names and values that can be copied. More buttons
// than that come before them.
func showFacts(s *shell, title string, facts []fact, more ...fyne.CanvasObject) {
	grid := container.New(layout.NewFormLayout())
	var plainText strings.Builder
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		grid.Add(newLabel(f.name, theme.SizeNameText, widget.LowImportance, false))
		grid.Add(copyable(s, f))
		plainText.WriteString(f.name + ": " + f.value + "\n")
	}
	content := container.NewVScroll(inset(0, 0, 10, 0, grid)) // beside the bar
	var d *dialog.CustomDialog
	copyAll := newButton(s.text.s("button.copy"), func() { s.app.Clipboard().SetContent(plainText.String()) })
	shut := newButton(s.text.s("button.close"), func() { d.Hide() })
	shut.Importance = widget.HighImportance
	d = dialog.NewCustomWithoutButtons(ellipsis(title, 420, sizes["text"], fyne.TextStyle{Bold: true}), content, s.win)
	d.SetButtons(append(more, copyAll, shut))
	d.Resize(within(s, 620, 400))
	presentScroll(s, d, content)
}

// copyable shows a value with a button that copies it. Fyne's selectable text
// would take the focus and every key with it, Escape too, and can't be selected
// by keys.
func copyable(s *shell, f fact) fyne.CanvasObject {
	value := widget.NewLabel(f.value)
	value.Wrapping = fyne.TextWrapWord
	button := newIconButton(s.text.s("action.copy", args{"Name": f.name}), theme.ContentCopyIcon(), func() { s.app.Clipboard().SetContent(f.value) })
	button.Importance = widget.LowImportance
	return container.NewBorder(nil, nil, nil, container.NewVBox(button), value)
}
