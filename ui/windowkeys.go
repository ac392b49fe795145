package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// windowKey hands F1 and Escape to the window, as long as it is there. Fyne
// hands a key to the widget that has the focus and to nobody else, and none of
// its widgets has a use for these two. It reports whether the key is one of
// them.
func windowKey(of fyne.CanvasObject, e *fyne.KeyEvent) bool {
	if e.Name != fyne.KeyF1 && e.Name != fyne.KeyEscape {
		return false
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(of); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
	return true
}

// pushButton is Fyne's button that Return presses, too, and that leaves the
// window its keys.
type pushButton struct{ widget.Button }

func newButton(words string, on func()) *pushButton { return newButtonWithIcon(words, nil, on) }

func newButtonWithIcon(words string, icon fyne.Resource, on func()) *pushButton {
	b := &pushButton{}
	b.Text, b.Icon, b.OnTapped = words, icon, on
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *pushButton) TypedKey(e *fyne.KeyEvent) { b.typed(b, e) }

// typed takes a key for the widget that the button is, or is part of.
func (b *pushButton) typed(whole fyne.CanvasObject, e *fyne.KeyEvent) {
	switch {
	case windowKey(whole, e):
	case e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		b.Tapped(nil)
	default:
		b.Button.TypedKey(e)
	}
}

// checkBox is Fyne's check that leaves the window its keys.
type checkBox struct{ widget.Check }

func newCheck(words string, changed func(bool)) *checkBox {
	c := &checkBox{}
	c.Text, c.OnChanged = words, changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *checkBox) TypedKey(e *fyne.KeyEvent) {
	if !windowKey(c, e) {
		c.Check.TypedKey(e)
	}
}

// dropDown is Fyne's select that leaves the window its keys.
type dropDown struct{ widget.Select }

func newDropDown() *dropDown {
	d := &dropDown{}
	d.ExtendBaseWidget(d)
	return d
}

// TypedKey implements fyne.Focusable.
func (d *dropDown) TypedKey(e *fyne.KeyEvent) {
	if !windowKey(d, e) {
		d.Select.TypedKey(e)
	}
}
