package transfers

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

var actionKeys = map[queue.Action]string{ //nolint:gochecknoglobals // a table
	queue.ActPause: "action.pause", queue.ActResume: "action.resume", queue.ActRetry: "action.retry",
	queue.ActCancel: "action.cancel", queue.ActRemove: "action.remove",
	queue.ActFirst: "action.first", queue.ActLast: "action.last", queue.ActPermanent: "action.permanent", queue.ActDecide: "action.decide", queue.ActMore: "action.menu",
}

// nameOf is the name of a row's button.
func (v *View) nameOf(a queue.Action) string { return v.host.Text.S(actionKeys[a]) }

// tapAction is called when a row's button is tapped.
func (v *View) tapAction(id core.TransferID, a queue.Action, button fyne.CanvasObject) {
	switch a {
	case queue.ActNone:
	case queue.ActMore:
		if menu := v.rowMenu(id); menu != nil {
			view.ShowMenuBelow(menu, v.host.Win.Canvas(), button)
		}
	default:
		v.do(a, []core.TransferID{id})
	}
}

// showMenu is called for a secondary tap on a row.
func (v *View) showMenu(id core.TransferID, at fyne.Position) {
	if !v.selected[id] {
		v.Tap(id, 0)
	}
	if menu := v.rowMenu(id); menu != nil {
		widget.ShowPopUpMenuAtPosition(menu, v.host.Win.Canvas(), at)
	}
}

// showMenuOf opens the menu of the i-th row at that row.
func (v *View) showMenuOf(i int) {
	r := v.model.At(i)
	if r == nil {
		return
	}
	v.list.ScrollTo(i)
	if row := v.live[i]; row != nil {
		where := fyne.CurrentApp().Driver().AbsolutePositionForObject(row)
		v.showMenu(r.ID, where.AddXY(widgets.SheetRowHeight, rowHeight))
	}
}

// rowMenu is the menu of a row. If several rows are selected and this is one of
// them, the actions are for all of them.
func (v *View) rowMenu(id core.TransferID) *fyne.Menu {
	r := v.model.Find(id)
	if r == nil {
		return nil
	}
	t, menu := v.host.Text, fyne.NewMenu("")
	for _, a := range []queue.Action{queue.ActDecide, queue.ActPause, queue.ActResume, queue.ActRetry, queue.ActFirst, queue.ActLast, queue.ActPermanent, queue.ActCancel, queue.ActRemove} {
		ids := v.targets(r, a)
		if len(ids) == 0 {
			continue
		}
		words := t.S(actionKeys[a])
		if a == queue.ActRetry && r.State() == core.StateUnknown {
			words = t.S("action.again")
		}
		words = t.Many(words, len(ids))
		menu.Items = append(menu.Items, fyne.NewMenuItem(words, func() { v.do(a, ids) }))
	}
	if all := v.undecided(); len(all) > max(1, len(v.targets(r, queue.ActDecide))) {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.Many(t.S("action.decide_all"), len(all)), func() { v.decide(all) }))
	}
	if v.model.Totals.Failed > 1 {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.S("action.retry_failed"), v.RetryFailed))
	}
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
	if all := v.receipts(r); len(all) > 0 {
		menu.Items = append(menu.Items,
			v.copyItem("action.copy_id", all, func(c *core.Receipt) string { return c.FileID }),
			v.copyItem("action.copy_sum", all, func(c *core.Receipt) string { return string(c.SHA256) }))
	}
	path := r.Path
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.S("action.folder"), func() { view.OpenFolder(v.host, path) }),
		fyne.NewMenuItem(t.S("action.details"), func() { v.showDetails(id) }))
	return menu
}

// receipts are those of a row, or of all selected rows that the filter shows if it
// is one of several, in the order of the queue.
func (v *View) receipts(r *queue.Row) []*core.Receipt {
	var all []*core.Receipt
	if many := v.selected[r.ID] && len(v.selected) > 1; many {
		for i := range v.model.Rows {
			if x := &v.model.Rows[i]; v.selected[x.ID] && v.model.Visible(x) && x.Receipt() != nil {
				all = append(all, x.Receipt())
			}
		}
	} else if r.Receipt() != nil {
		all = append(all, r.Receipt())
	}
	return all
}

// copyItem is a menu item that copies one line of each receipt.
func (v *View) copyItem(key string, all []*core.Receipt, of func(*core.Receipt) string) *fyne.MenuItem {
	return fyne.NewMenuItem(v.host.Text.Many(v.host.Text.S(key), len(all)), func() {
		lines := make([]string, len(all))
		for i, c := range all {
			lines[i] = of(c)
		}
		v.host.App.Clipboard().SetContent(strings.Join(lines, "\n"))
	})
}

func (v *View) targets(r *queue.Row, a queue.Action) []core.TransferID {
	if v.selected[r.ID] && len(v.selected) > 1 {
		return v.chosen(a)
	}
	if r.Can(a) {
		return []core.TransferID{r.ID}
	}
	return nil
}
