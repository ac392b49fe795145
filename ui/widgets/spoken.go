package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// What a screen reader says of the program's own widgets. Fyne asks for it
// where it is built with the tag accessibility, on Windows and macOS.
var (
	_ fyne.Accessible = (*IconButton)(nil)
	_ fyne.Accessible = (*outline)(nil)
	_ fyne.Accessible = (*NavButton)(nil)
	_ fyne.Accessible = (*TapArea)(nil)
	_ fyne.Accessible = (*Caption)(nil)
)

// IconButton is a button with a symbol only; name says what it does.
type IconButton struct {
	PushButton
	Name string
}

// NewIconButton shows a symbol, is called name, and calls on when it is pressed.
func NewIconButton(name string, icon fyne.Resource, on func()) *IconButton {
	b := &IconButton{Name: name}
	b.Icon, b.OnTapped = icon, on
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *IconButton) TypedKey(e *fyne.KeyEvent) { b.typed(b, e) }

// AccessibilityLabel implements fyne.Accessible.
func (b *IconButton) AccessibilityLabel() string { return b.Name }

// outline is the border around a choice, which says nothing itself: it speaks
// for it.
type outline struct {
	Box
	of fyne.CanvasObject
}

func newOutline(of fyne.CanvasObject) *outline {
	o := &outline{Box{Line: theme.ColorNameInputBorder, radius: Sizes[theme.SizeNameInputRadius]}, of}
	o.ExtendBaseWidget(o)
	return o
}

// AccessibilityLabel implements fyne.Accessible.
func (o *outline) AccessibilityLabel() string { return spoken(o.of) }

// AccessibilityRole implements fyne.Accessible.
func (o *outline) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements fyne.Accessible.
func (b *NavButton) AccessibilityLabel() string { return strings.TrimSpace(b.Words + " " + b.count) }

// AccessibilityRole implements fyne.Accessible.
func (b *NavButton) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements fyne.Accessible.
func (a *TapArea) AccessibilityLabel() string { return spoken(a.inner) }

// AccessibilityRole implements fyne.Accessible.
func (a *TapArea) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements fyne.Accessible.
func (c *Caption) AccessibilityLabel() string { return c.Words }

// AccessibilityRole implements fyne.Accessible.
func (c *Caption) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// spoken is what an object and what is in it says.
func spoken(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *fyne.Container:
		var parts []string
		for _, child := range o.Objects {
			if words := spoken(child); words != "" && child.Visible() {
				parts = append(parts, words)
			}
		}
		return strings.Join(parts, " ")
	case *DropDown:
		return o.Selected
	case *PushButton:
		return o.Text
	case fyne.Accessible:
		return o.AccessibilityLabel()
	}
	return ""
}
