package history

import (
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// Keys of the preferences that keep how the list looks.
const (
	prefColumns = "history.columns" // see widgets.ColumnSet.Text
	prefOrder   = "history.order"   // a core.HistoryOrder, after "-" if it is reversed
)

// The columns of the list, in their order.
const (
	columnName = iota
	columnProfile
	columnSize
	columnTime
	columnServer
	columnFileID
	columnSum
)

// newColumns returns the columns of the list. If there is little room, the details alone
// have the last ones.
func newColumns(t *wording.Text) *widgets.ColumnSet {
	const wide, narrow = 760, 560
	return &widgets.ColumnSet{Edge: 16, Gap: 12, Tail: widgets.ButtonSize, Margin: 8, Columns: []widgets.Column{
		columnName:    {Name: t.S("column.name"), Share: 0.5, Least: 80},
		columnProfile: {Name: t.S("column.profile"), Width: 100, Least: 48, Hidden: true, From: wide},
		columnSize:    {Name: t.S("column.size"), Width: 78, Least: 48, Right: true},
		columnTime:    {Name: t.S("column.stored"), Width: 118, Least: 60},
		columnServer:  {Name: t.S("fact.server"), Width: 150, Least: 60, From: narrow},
		columnFileID:  {Name: t.S("fact.file_id"), Share: 0.22, Least: 60, From: wide},
		columnSum:     {Name: "SHA-256", Share: 0.28, Least: 60, From: wide},
	}}
}

// orders are what the columns are sorted by.
func orders() []core.HistoryOrder {
	return []core.HistoryOrder{columnName: core.HistoryByName, columnProfile: core.HistoryByProfile, columnSize: core.HistoryBySize, columnTime: core.HistoryByTime,
		columnServer: core.HistoryByServer, columnFileID: core.HistoryByFileID, columnSum: core.HistoryBySum}
}

// buildHead makes the head of the list, with the widths and the order of before.
func (v *View) buildHead() {
	order, reverse := strings.CutPrefix(v.host.App.Preferences().String(prefOrder), "-")
	if slices.Contains(orders(), core.HistoryOrder(order)) {
		v.order, v.reverse = core.HistoryOrder(order), reverse
	}
	v.head = view.NewHead(v.host, v.columns, prefColumns, v.sortBy, func() { v.list.Refresh() })
	v.markSorted()
}

// sortBy sorts the whole history by a column, and in reverse if it is sorted by it
// already. It keeps the order for the next start.
func (v *View) sortBy(column int) {
	if column < 0 {
		return
	}
	by := orders()[column]
	v.reverse = v.order == by && !v.reverse
	v.order = by
	kept := string(by)
	if v.reverse {
		kept = "-" + kept
	}
	v.host.App.Preferences().SetString(prefOrder, kept)
	v.markSorted()
	v.Read()
}

// markSorted marks the column that the list is sorted by. Time begins with the newest.
func (v *View) markSorted() {
	v.head.Mark(slices.Index(orders(), v.order), v.reverse != (v.order == core.HistoryByTime))
}

// showProfiles shows the column of the profiles if the rows are of several.
func (v *View) showProfiles() {
	several := slices.ContainsFunc(v.rows, func(x core.Transfer) bool { return x.Options.Profile != v.rows[0].Options.Profile })
	if v.columns.Hide(columnProfile, !several) {
		v.head.Refresh()
	}
}
