package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// tapArea lets an object be tapped, and reached and used by keys.
type tapArea struct {
	widget.BaseWidget
	inner fyne.CanvasObject
	ring  *box // seen while it has the focus
	on    func()
}

var _ fyne.Focusable = (*tapArea)(nil)

func newTapArea(inner fyne.CanvasObject, on func()) *tapArea {
	a := &tapArea{inner: inner, ring: newBox("", "", 12), on: on}
	a.ExtendBaseWidget(a)
	return a
}

// CreateRenderer implements fyne.Widget.
func (a *tapArea) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(a.inner, a.ring))
}

// Tapped implements fyne.Tappable.
func (a *tapArea) Tapped(*fyne.PointEvent) { a.on() }

// FocusGained implements fyne.Focusable.
func (a *tapArea) FocusGained() { a.ring.set("", theme.ColorNamePrimary) }

// FocusLost implements fyne.Focusable.
func (a *tapArea) FocusLost() { a.ring.set("", "") }

// TypedRune implements fyne.Focusable.
func (a *tapArea) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (a *tapArea) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		a.on()
	default:
		windowKey(a, e)
	}
}
