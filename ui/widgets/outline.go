package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// Outlined draws a thin border around o, as buttons and drop-downs have it here.
func Outlined(o fyne.CanvasObject) *fyne.Container {
	var border fyne.CanvasObject = NewBox("", theme.ColorNameInputBorder, Sizes[theme.SizeNameInputRadius])
	if _, speaks := o.(fyne.Accessible); !speaks {
		border = newOutline(o)
	}
	return container.NewStack(o, border)
}

// outline is the border around an object that screen readers know nothing of, such
// as a drop-down. It speaks for that object.
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
