package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/artstore/ingester/ui/widgets"
)

// option is one choice of a select: the word of the profile file and its name.
type option[T ~string] struct {
	value T
	name  string
}

// choice is a select of named values.
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

// set selects a value; one that is not among the options selects the first.
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

// narrow puts an input at the left with a width of its own.
func narrow(width float32, input fyne.CanvasObject) fyne.CanvasObject {
	return container.New(widgets.Columns{Widths: []float32{width, 0}, Gap: 0}, input, layout.NewSpacer())
}

// selectWidth is the room of a select that stands alone in its row.
const selectWidth = 260
