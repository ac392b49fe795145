package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

var actionKeys = map[action]string{ //nolint:gochecknoglobals // a table
	actPause: "action.pause", actResume: "action.resume", actRetry: "action.retry",
	actCancel: "action.cancel", actRemove: "action.remove",
	actFirst: "action.first", actLast: "action.last", actPermanent: "action.permanent", actMore: "action.menu",
}

// nameOf says what a row's button does.
func (v *transfersView) nameOf(a action) string { return v.sh.text.s(actionKeys[a]) }

// tapAction is a row's button.
func (v *transfersView) tapAction(id core.TransferID, a action, button fyne.CanvasObject) {
	switch a {
	case actNone:
	case actMore:
		if menu := v.rowMenu(id); menu != nil {
			showMenuBelow(menu, v.sh.win.Canvas(), button)
		}
	default:
		v.do(a, []core.TransferID{id})
	}
}

// showMenu is a secondary tap on a row.
func (v *transfersView) showMenu(id core.TransferID, at fyne.Position) {
	if !v.selected[id] {
		v.tapRow(id, 0)
	}
	if menu := v.rowMenu(id); menu != nil {
		widget.ShowPopUpMenuAtPosition(menu, v.sh.win.Canvas(), at)
	}
}

// showMenuOf opens the menu of the i-th row where the row is.
func (v *transfersView) showMenuOf(i int) {
	r := v.model.At(i)
	if r == nil {
		return
	}
	v.list.ScrollTo(i)
	if row := v.live[i]; row != nil {
		where := fyne.CurrentApp().Driver().AbsolutePositionForObject(row)
		v.showMenu(r.id, where.AddXY(sheetRowHeight, rowHeight))
	}
}

// rowMenu is the menu of a row; where the row is one of many selected, its
// actions are on all of them.
func (v *transfersView) rowMenu(id core.TransferID) *fyne.Menu {
	r := v.model.Find(id)
	if r == nil {
		return nil
	}
	t, menu := v.sh.text, fyne.NewMenu("")
	for _, a := range []action{actPause, actResume, actRetry, actFirst, actLast, actPermanent, actCancel, actRemove} {
		ids := v.targets(r, a)
		if len(ids) == 0 {
			continue
		}
		words := t.s(actionKeys[a])
		if a == actRetry && r.state() == core.StateUnknown {
			words = t.s("action.again")
		}
		words = t.many(words, len(ids))
		menu.Items = append(menu.Items, fyne.NewMenuItem(words, func() { v.do(a, ids) }))
	}
	if v.model.sum.Failed > 1 {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.s("action.retry_failed"), v.retryFailed))
	}
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
	if all := v.receipts(r); len(all) > 0 {
		menu.Items = append(menu.Items,
			v.copyItem("action.copy_id", all, func(c *core.Receipt) string { return c.FileID }),
			v.copyItem("action.copy_sum", all, func(c *core.Receipt) string { return string(c.SHA256) }))
	}
	path := r.path
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.s("action.folder"), func() { openFolder(v.sh, path) }),
		fyne.NewMenuItem(t.s("action.details"), func() { v.showDetails(id) }))
	return menu
}

// receipts are those of a row, or where it is one of many selected of all of
// them, in the order of the queue.
func (v *transfersView) receipts(r *row) []*core.Receipt {
	var all []*core.Receipt
	if many := v.selected[r.id] && len(v.selected) > 1; many {
		for i := range v.model.rows {
			if x := &v.model.rows[i]; v.selected[x.id] && x.receipt() != nil {
				all = append(all, x.receipt())
			}
		}
	} else if r.receipt() != nil {
		all = append(all, r.receipt())
	}
	return all
}

// copyItem copies something of each receipt, one a line.
func (v *transfersView) copyItem(key string, all []*core.Receipt, of func(*core.Receipt) string) *fyne.MenuItem {
	return fyne.NewMenuItem(v.sh.text.many(v.sh.text.s(key), len(all)), func() {
		lines := make([]string, len(all))
		for i, c := range all {
			lines[i] = of(c)
		}
		v.sh.app.Clipboard().SetContent(strings.Join(lines, "\n"))
	})
}

func (v *transfersView) targets(r *row, a action) []core.TransferID {
	if v.selected[r.id] && len(v.selected) > 1 {
		return v.chosen(a)
	}
	if r.can(a) {
		return []core.TransferID{r.id}
	}
	return nil
}

// askAgain warns that what may have arrived may then be there twice.
func (v *transfersView) askAgain(yes func()) {
	t := v.sh.text
	ask(v.sh, t.s("again.title"), t.s("again.text"), t.s("action.again"), yes)
}
