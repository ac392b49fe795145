package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// notice is one line under the drop area: what is being done with a drop and
// what became of it.
type notice struct {
	content *fyne.Container
	words   *caption
	icon    *widget.Icon
	button  *pushButton
	close   *iconButton
	changed func() // it has come or gone
}

func newNotice(t *text) *notice {
	n := &notice{words: newCaption("", theme.ColorNameForeground, sizeSmall), icon: widget.NewIcon(theme.InfoIcon()), changed: func() {}}
	n.words.cut = true
	n.button = newButton("", nil)
	n.button.Importance = widget.LowImportance
	n.close = newIconButton(t.s("button.close"), theme.CancelIcon(), n.hide)
	n.close.Importance = widget.LowImportance
	n.content = container.New(&line{gap: 8, stretch: n.words}, n.icon, n.words, n.button, n.close)
	n.content.Hide()
	return n
}

// show says words, with a button or without ("").
func (n *notice) show(icon fyne.Resource, words, button string, tapped func()) {
	n.icon.SetResource(icon)
	n.words.set(words)
	n.button.OnTapped = tapped
	n.button.SetText(button)
	setVisible(n.button, button != "")
	n.content.Show()
	n.content.Refresh()
	n.changed()
}

func (n *notice) hide() {
	n.content.Hide()
	n.changed()
}
