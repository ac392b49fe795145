package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/widgets"
)

// NewHead returns the head of a list whose columns the user can resize. Their widths are
// kept in a preference; changed draws the list again.
func NewHead(host *Host, columns *widgets.ColumnSet, preference string, onSort func(column int), changed func()) *widgets.TableHead {
	t, prefs := host.Text, host.App.Preferences()
	columns.Restore(prefs.String(preference))
	columns.OnChanged = func() {
		prefs.SetString(preference, columns.Text())
		changed()
	}
	head := widgets.NewTableHead(columns, onSort)
	head.Say = func(_ int, down bool) string {
		if down {
			return t.S("sort.down")
		}
		return t.S("sort.up")
	}
	head.OnMenu = func(at fyne.Position) {
		menu := fyne.NewMenu("", fyne.NewMenuItem(t.S("column.reset"), head.Reset))
		widget.ShowPopUpMenuAtPosition(menu, host.Win.Canvas(), at)
	}
	return head
}
