package transfers

import (
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// Measures of a row.
const (
	rowHeight float32 = 47 // besides the line of 1 between rows
	barHeight float32 = 6
	barWidth  float32 = 260 // at most
)

// The columns of the list, in their order.
const (
	columnIcon = iota
	columnName
	columnProfile
	columnSize
	columnProgress
	columnSpeed
	columnLeft
)

// newColumns returns the columns of the list. If there is too little room, speed and
// time left have none, and the speed is shown with the progress.
func newColumns(t *wording.Text) *widgets.ColumnSet {
	const wide = 720 // from which on all columns are shown
	return &widgets.ColumnSet{Gap: 12, Tail: 2 * widgets.ButtonSize, Margin: 12, Columns: []widgets.Column{
		columnIcon:     {Width: 38, Fixed: true},
		columnName:     {Name: t.S("column.name"), Share: 0.5, Least: 80},
		columnProfile:  {Name: t.S("column.profile"), Width: 110, Least: 48, Hidden: true, From: wide},
		columnSize:     {Name: t.S("column.size"), Width: 84, Least: 48, Right: true},
		columnProgress: {Name: t.S("column.progress"), Share: 0.5, Least: 80},
		columnSpeed:    {Name: t.S("column.speed"), Width: 96, Least: 48, Right: true, From: wide},
		columnLeft:     {Name: t.S("column.left"), Width: 64, Least: 40, Right: true, From: wide},
	}}
}

// columnOf is the column that shows an order, -1 for none.
func columnOf(o queue.Order) int {
	switch o {
	case queue.OrderName:
		return columnName
	case queue.OrderProfile:
		return columnProfile
	case queue.OrderSize:
		return columnSize
	case queue.OrderState:
		return columnProgress
	}
	return -1
}

// orderOf is the order that a column shows. Others show that of the queue.
func orderOf(column int) queue.Order {
	for _, o := range []queue.Order{queue.OrderName, queue.OrderProfile, queue.OrderSize, queue.OrderState} {
		if columnOf(o) == column {
			return o
		}
	}
	return queue.OrderQueue
}

// spans are the columns of the list at a width.
type spans struct{ icon, name, profile, size, progress, speed, left, actions widgets.Span }

func spansOf(c *widgets.ColumnSet, width float32) spans {
	at := c.Spans(width)
	return spans{at[columnIcon], at[columnName], at[columnProfile], at[columnSize], at[columnProgress], at[columnSpeed], at[columnLeft], at[columnLeft+1]}
}
