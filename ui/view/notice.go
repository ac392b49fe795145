package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// Notice is one line below the drop area, about the files that were dropped.
type Notice struct {
	Content *fyne.Container
	Words   *widgets.Caption
	icon    *widget.Icon
	Button  *widgets.PushButton
	close   *widgets.IconButton
	Changed func() // called when the line was shown or hidden
}

// NewNotice returns a hidden notice.
func NewNotice(t *wording.Text) *Notice {
	n := &Notice{Words: widgets.NewCaption("", theme.ColorNameForeground, widgets.SizeSmall), icon: widget.NewIcon(theme.InfoIcon()), Changed: func() {}}
	n.Words.Cut = true
	n.Button = widgets.NewButton("", nil)
	n.Button.Importance = widget.LowImportance
	n.close = widgets.NewIconButton(t.S("button.close"), theme.CancelIcon(), n.Hide)
	n.close.Importance = widget.LowImportance
	n.Content = container.New(&widgets.HBox{Gap: 8, Stretch: n.Words}, n.icon, n.Words, n.Button, n.close)
	n.Content.Hide()
	return n
}

// Show shows words. button is the text of a button, "" for none.
func (n *Notice) Show(icon fyne.Resource, words, button string, tapped func()) {
	n.icon.SetResource(icon)
	n.Words.Set(words)
	n.Button.OnTapped = tapped
	n.Button.SetText(button)
	widgets.SetVisible(n.Button, button != "")
	n.Content.Show()
	n.Content.Refresh()
	n.Changed()
}

// Hide hides the line.
func (n *Notice) Hide() {
	n.Content.Hide()
	n.Changed()
}
