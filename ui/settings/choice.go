package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/artstore/ingester/ui/widgets"
)

// option is one choice: its value in the profile file, and its name.
type option[T ~string] struct {
	value T
	name  string
}

// choice is a drop-down of named values.
type choice[T ~string] struct {
	*widgets.DropDown
	options []option[T]
}

func newChoice[T ~string](value T, options ...option[T]) choice[T] {
	c := choice[T]{widgets.NewDropDown(), options}
	for _, o := range options {
		c.Options = append(c.Options, o.name)
	}
	c.set(value)
	return c
}

// set selects a value, or the first one if it is not among the options.
func (c choice[T]) set(value T) {
	index := 0
	for i, o := range c.options {
		if o.value == value {
			index = i
		}
	}
	c.SetSelectedIndex(index)
}

func (c choice[T]) value() T { return c.options[max(0, c.SelectedIndex())].value }

// narrow gives an input a width of its own, at the left.
func narrow(width float32, input fyne.CanvasObject) fyne.CanvasObject {
	return container.New(widgets.Columns{Widths: []float32{width, 0}, Gap: 0}, input, layout.NewSpacer())
}

// selectWidth is the width of a drop-down that has a row to itself.
const selectWidth = 260
