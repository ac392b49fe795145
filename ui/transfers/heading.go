package transfers

import (
	"strings"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
)

// Keys of the preferences that keep how the list looks.
const (
	prefColumns = "transfers.columns" // see widgets.ColumnSet.Text
	prefOrder   = "transfers.order"   // a queue.Order, after "-" if it is reversed
)

// buildHead makes the head of the list, with the widths and the order of before.
func (v *View) buildHead() {
	v.head = view.NewHead(v.host, v.columns, prefColumns, func(column int) { v.sortBy(orderOf(column)) }, func() { v.list.Refresh() })
	order, reverse := strings.CutPrefix(v.host.App.Preferences().String(prefOrder), "-")
	for _, o := range queue.Orders() {
		if string(o) == order {
			f := v.model.Filter
			f.Order, f.Reverse = o, reverse
			v.model.SetFilter(f)
		}
	}
	v.markSorted()
}

// markSorted marks the column that the list is sorted by.
func (v *View) markSorted() { v.head.Mark(columnOf(v.model.Filter.Order), v.model.Filter.Reverse) }

// keepOrder keeps the order for the next start.
func (v *View) keepOrder() {
	order := string(v.model.Filter.Order)
	if v.model.Filter.Reverse {
		order = "-" + order
	}
	v.host.App.Preferences().SetString(prefOrder, order)
}

// showProfiles shows the column of the profiles while there are several.
func (v *View) showProfiles() {
	if v.columns.Hide(columnProfile, !v.model.Profiles()) {
		v.head.Refresh()
		v.list.Refresh()
	}
}
