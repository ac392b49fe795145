package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// CheckBox is Fyne's check box, but it passes the window's keys on.
type CheckBox struct{ widget.Check }

// NewCheck returns a box that shows words and calls changed when it is checked or
// cleared.
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

// DropDown is Fyne's select, but it passes the window's keys on.
type DropDown struct{ widget.Select }

// NewDropDown returns a drop-down without options.
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
