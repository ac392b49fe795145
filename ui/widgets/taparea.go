package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// TapArea makes an object a button: it can be tapped, focused, and pressed by keys.
type TapArea struct {
	widget.BaseWidget
	inner fyne.CanvasObject
	ring  *Box // drawn while it has the focus
	on    func()
}

var _ fyne.Focusable = (*TapArea)(nil)

// NewTapArea shows inner and calls on when it is tapped.
func NewTapArea(inner fyne.CanvasObject, on func()) *TapArea {
	a := &TapArea{inner: inner, ring: NewBox("", "", 12), on: on}
	a.ExtendBaseWidget(a)
	return a
}

// CreateRenderer implements fyne.Widget.
func (a *TapArea) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(a.inner, a.ring))
}

// Tapped implements fyne.Tappable.
func (a *TapArea) Tapped(*fyne.PointEvent) { a.on() }

// FocusGained implements fyne.Focusable.
func (a *TapArea) FocusGained() { a.ring.Set("", theme.ColorNamePrimary) }

// FocusLost implements fyne.Focusable.
func (a *TapArea) FocusLost() { a.ring.Set("", "") }

// TypedRune implements fyne.Focusable.
func (a *TapArea) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (a *TapArea) TypedKey(e *fyne.KeyEvent) { pressKey(a, e, a.on) }

// AccessibilityLabel implements fyne.Accessible.
func (a *TapArea) AccessibilityLabel() string { return spoken(a.inner) }

// AccessibilityRole implements fyne.Accessible.
func (a *TapArea) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
