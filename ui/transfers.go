package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

var _ view.Page = (*transfersView)(nil)

func newTransfersView(s *view.Host, m *queue.Model, i *widgets.Icons, p *permanents) *transfersView {
	v := &transfersView{
		sh: s, model: m, icons: i, permanent: p, live: map[int]*transferRow{}, drawn: -1, selected: map[core.TransferID]bool{},
	}
	v.drop = newDropArea(s.Text)
	v.notice = view.NewNotice(s.Text)
	v.options = newOptionsRow(s)
	v.buildFilter()
	v.buildTable()
	v.retry = widgets.Outlined(widgets.NewQuietButton(s.Text.S("action.retry_failed"), v.retryFailed))
	v.retry.Hide()
	v.filters = container.New(&widgets.Line{Gap: 8, Stretch: v.search}, v.search, widgets.Outlined(v.group), v.retry)
	lines := &optionsLayout{options: v.options.content, filter: v.filters}
	top := container.New(lines, v.options.content, v.filters)
	v.content = container.New(widgets.Stack{Gap: 12, Grow: v.grows, Prepare: lines.prepare, Optional: []fyne.CanvasObject{v.drop.content, top}}, v.drop.content, v.notice.Content, top, v.table)
	v.notice.Changed = v.content.Refresh
	v.Refresh()
	return v
}

func (v *transfersView) buildTable() {
	v.list = widgets.NewRowList(v.model.Len, func() fyne.CanvasObject {
		return newTransferRow(v.icons, rowEvents{act: v.tapAction, tapped: v.tapRow, menu: v.showMenu, name: v.nameOf})
	}, func(i int, o fyne.CanvasObject) {
		row := o.(*transferRow)
		v.live[i], row.at = row, i
		v.draw(row, i, v.sh.Now())
	})
	v.list.OnKey = v.key
	v.list.OnMove = v.moveTo
	v.head = newTableHead(v.sh.Text, v.sortBy)
	v.none = widgets.NewCaption(v.sh.Text.S("list.none"), widgets.ColorMuted, theme.SizeNameText)
	v.none.Align = fyne.TextAlignCenter
	rows := container.NewStack(
		widgets.NewThemed(v.list, widgets.Dense{Theme: theme.Current()}),
		container.NewCenter(v.none))
	v.table = widgets.NewFramed(container.New(widgets.Stack{Grow: func() fyne.CanvasObject { return rows }}, v.head, rows))
}

// point selects transfers and scrolls to the first of them: the answer to a
// drop of what is in the list already.
func (v *transfersView) point(ids []core.TransferID) {
	v.selected = map[core.TransferID]bool{}
	for _, id := range ids {
		v.selected[id] = true
	}
	for i := range v.model.Len() {
		if v.selected[v.model.At(i).ID] {
			v.list.ScrollTo(i)
			break
		}
	}
	v.Refresh()
}

// moveFirst and moveLast move the selected transfers in the queue.
func (v *transfersView) moveFirst() { v.do(queue.ActFirst, v.chosen(queue.ActFirst)) }

func (v *transfersView) moveLast() { v.do(queue.ActLast, v.chosen(queue.ActLast)) }

// makePermanent keeps the selected files for good.
func (v *transfersView) makePermanent() { v.do(queue.ActPermanent, v.chosen(queue.ActPermanent)) }

// key is what Space, Delete, Return and the menu key do with the selection.
func (v *transfersView) key(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeySpace:
		if ids := v.chosen(queue.ActPause); len(ids) > 0 {
			v.do(queue.ActPause, ids)
		} else {
			v.do(queue.ActResume, v.chosen(queue.ActResume))
		}
	case fyne.KeyDelete, fyne.KeyBackspace:
		v.do(queue.ActCancel, v.chosen(queue.ActCancel))
		v.do(queue.ActRemove, v.chosen(queue.ActRemove))
	case desktop.KeyMenu, fyne.KeyF10:
		v.showMenuOf(v.anchor)
	case fyne.KeyReturn, fyne.KeyEnter:
		if r := v.model.At(v.anchor); r != nil && v.selected[r.ID] {
			v.showDetails(r.ID)
		}
	default:
		return false
	}
	return true
}
