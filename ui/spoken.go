package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// What a screen reader says of the program's own widgets. Fyne asks for it
// where it is built with the tag accessibility, on Windows and macOS.
var (
	_ fyne.Accessible = (*iconButton)(nil)
	_ fyne.Accessible = (*outline)(nil)
	_ fyne.Accessible = (*navButton)(nil)
	_ fyne.Accessible = (*tapArea)(nil)
	_ fyne.Accessible = (*caption)(nil)
)

// iconButton is a button with a symbol only; name says what it does.
type iconButton struct {
	pushButton
	name string
}

func newIconButton(name string, icon fyne.Resource, on func()) *iconButton {
	b := &iconButton{name: name}
	b.Icon, b.OnTapped = icon, on
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *iconButton) TypedKey(e *fyne.KeyEvent) { b.typed(b, e) }

// AccessibilityLabel implements fyne.Accessible.
func (b *iconButton) AccessibilityLabel() string { return b.name }

// outline is the border around a choice, which says nothing itself: it speaks
// for it.
type outline struct {
	box
	of fyne.CanvasObject
}

func newOutline(of fyne.CanvasObject) *outline {
	o := &outline{box{line: theme.ColorNameInputBorder, radius: sizes[theme.SizeNameInputRadius]}, of}
	o.ExtendBaseWidget(o)
	return o
}

// AccessibilityLabel implements fyne.Accessible.
func (o *outline) AccessibilityLabel() string { return spoken(o.of) }

// AccessibilityRole implements fyne.Accessible.
func (o *outline) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements fyne.Accessible.
func (b *navButton) AccessibilityLabel() string { return strings.TrimSpace(b.words + " " + b.count) }

// AccessibilityRole implements fyne.Accessible.
func (b *navButton) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements fyne.Accessible.
func (a *tapArea) AccessibilityLabel() string { return spoken(a.inner) }

// AccessibilityRole implements fyne.Accessible.
func (a *tapArea) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements fyne.Accessible.
func (c *caption) AccessibilityLabel() string { return c.words }

// AccessibilityRole implements fyne.Accessible.
func (c *caption) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

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
	case *dropDown:
		return o.Selected
	case *pushButton:
		return o.Text
	case fyne.Accessible:
		return o.AccessibilityLabel()
	}
	return ""
}
