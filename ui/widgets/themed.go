package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// NewThemed shows content in a theme of its own.
func NewThemed(content fyne.CanvasObject, t fyne.Theme) fyne.CanvasObject {
	o := &themed{content: content, override: container.NewThemeOverride(content, t)}
	o.ExtendBaseWidget(o)
	return o
}

// themed never refreshes Fyne's theme override: each refresh would make a new
// scope, for which Fyne loads all fonts again and never frees them.
type themed struct {
	widget.BaseWidget
	content  fyne.CanvasObject
	override *container.ThemeOverride
}

// CreateRenderer implements fyne.Widget.
func (o *themed) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(o.override)
}

// Refresh implements fyne.CanvasObject.
func (o *themed) Refresh() { o.content.Refresh() }
