package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// ShowFacts opens a dialog of names and values, with buttons that copy them. The
// buttons in more come first.
func ShowFacts(host *Host, title string, facts []wording.Fact, more ...fyne.CanvasObject) {
	grid := container.New(layout.NewFormLayout())
	var plainText strings.Builder
	for _, f := range facts {
		if f.Value == "" {
			continue
		}
		grid.Add(widgets.NewLabel(f.Name, theme.SizeNameText, widget.LowImportance, false))
		grid.Add(copyable(host, f))
		plainText.WriteString(f.Name + ": " + f.Value + "\n")
	}
	content := container.NewVScroll(widgets.Inset(0, 0, 10, 0, grid)) // the scroll bar needs room at the right
	var d *dialog.CustomDialog
	copyAll := widgets.NewButton(host.Text.S("button.copy"), func() { host.App.Clipboard().SetContent(plainText.String()) })
	shut := widgets.NewButton(host.Text.S("button.close"), func() { d.Hide() })
	shut.Importance = widget.HighImportance
	d = dialog.NewCustomWithoutButtons(widgets.Ellipsis(title, 420, widgets.Sizes["text"], fyne.TextStyle{Bold: true}), content, host.Win)
	d.SetButtons(append(more, copyAll, shut))
	d.Resize(Within(host, 620, 400))
	PresentScroll(host, d, content)
}

// copyable shows a value with a button that copies it. Fyne's selectable text would
// take the focus, and with it every key, Escape too; and keys can't select in it.
func copyable(host *Host, f wording.Fact) fyne.CanvasObject {
	value := widget.NewLabel(f.Value)
	value.Wrapping = fyne.TextWrapWord
	button := widgets.NewIconButton(host.Text.S("action.copy", wording.Args{"Name": f.Name}), theme.ContentCopyIcon(), func() { host.App.Clipboard().SetContent(f.Value) })
	button.Importance = widget.LowImportance
	return container.NewBorder(nil, nil, nil, container.NewVBox(button), value)
}
