package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// WindowKey hands F1 and Escape to the window, as long as it is there. Fyne
// hands a key to the widget that has the focus and to nobody else, and none of
// its widgets has a use for these two. It reports whether the key is one of
// them.
func WindowKey(of fyne.CanvasObject, e *fyne.KeyEvent) bool {
	if e.Name != fyne.KeyF1 && e.Name != fyne.KeyEscape {
		return false
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(of); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
	return true
}

// PushButton is Fyne's button that Return presses, too, and that leaves the
// window its keys.
type PushButton struct{ widget.Button }

// NewButton has words, and calls on when it is pressed.
func NewButton(words string, on func()) *PushButton { return NewButtonWithIcon(words, nil, on) }

// NewButtonWithIcon is NewButton with a symbol before the words.
func NewButtonWithIcon(words string, icon fyne.Resource, on func()) *PushButton {
	b := &PushButton{}
	b.Text, b.Icon, b.OnTapped = words, icon, on
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *PushButton) TypedKey(e *fyne.KeyEvent) { b.typed(b, e) }

// typed takes a key for the widget that the button is, or is part of.
func (b *PushButton) typed(whole fyne.CanvasObject, e *fyne.KeyEvent) {
	switch {
	case WindowKey(whole, e):
	case e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		b.Tapped(nil)
	default:
		b.Button.TypedKey(e)
	}
}

// CheckBox is Fyne's check that leaves the window its keys.
type CheckBox struct{ widget.Check }

// NewCheck has words, and calls changed when it is checked or cleared.
func NewCheck(words string, changed func(bool)) *CheckBox {
	c := &CheckBox{}
	c.Text, c.OnChanged = words, changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *CheckBox) TypedKey(e *fyne.KeyEvent) {
	if !WindowKey(c, e) {
		c.Check.TypedKey(e)
	}
}

// DropDown is Fyne's select that leaves the window its keys.
type DropDown struct{ widget.Select }

// NewDropDown has nothing to choose yet.
func NewDropDown() *DropDown {
	d := &DropDown{}
	d.ExtendBaseWidget(d)
	return d
}

// TypedKey implements fyne.Focusable.
func (d *DropDown) TypedKey(e *fyne.KeyEvent) {
	if !WindowKey(d, e) {
		d.Select.TypedKey(e)
	}
}
