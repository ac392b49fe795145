package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

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
