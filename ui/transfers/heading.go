package transfers

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/widgets"
)

// Keys of the preferences that keep how the list looks.
const (
	prefColumns = "transfers.columns" // see widgets.ColumnSet.Text
	prefOrder   = "transfers.order"   // a queue.Order, after "-" if it is reversed
)

// buildHead makes the head of the list, with the widths and the order of before.
func (v *View) buildHead() {
	t, prefs := v.host.Text, v.host.App.Preferences()
	v.columns.Restore(prefs.String(prefColumns))
	v.columns.OnChanged = func() {
		prefs.SetString(prefColumns, v.columns.Text())
		v.list.Refresh()
	}
	v.head = widgets.NewTableHead(v.columns, func(column int) { v.sortBy(orderOf(column)) })
	v.head.Say = func(_ int, down bool) string {
		if down {
			return t.S("sort.down")
		}
		return t.S("sort.up")
	}
	v.head.OnMenu = func(at fyne.Position) {
		menu := fyne.NewMenu("", fyne.NewMenuItem(t.S("column.reset"), v.head.Reset))
		widget.ShowPopUpMenuAtPosition(menu, v.host.Win.Canvas(), at)
	}
	order, reverse := strings.CutPrefix(prefs.String(prefOrder), "-")
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
