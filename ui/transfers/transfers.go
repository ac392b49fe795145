package transfers

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

var _ view.Page = (*View)(nil)

// New returns the page that shows m. p makes files permanent.
func New(host *view.Host, m *queue.Model, i *widgets.Icons, p *Finaliser) *View {
	v := &View{
		host: host, model: m, icons: i, permanent: p, live: map[int]*transferRow{}, drawn: -1, selected: map[core.TransferID]bool{},
	}
	v.columns = newColumns(host.Text)
	v.drop = newDropArea(host.Text)
	v.Notice, v.undo = view.NewNotice(host.Text), view.NewNotice(host.Text)
	v.options = newOptionsRow(host)
	v.buildFilter()
	v.buildTable()
	v.retry = widgets.Outlined(widgets.NewQuietButton(host.Text.S("action.retry_failed"), v.RetryFailed))
	v.retry.Hide()
	v.filters = container.New(&widgets.HBox{Gap: 8, Stretch: v.search}, v.search, widgets.Outlined(v.group), v.retry)
	lines := &optionsLayout{options: v.options.content, filter: v.filters}
	top := container.New(lines, v.options.content, v.filters)
	v.content = container.New(widgets.VBox{Gap: 12, Grow: v.grows, Prepare: lines.prepare, Optional: []fyne.CanvasObject{v.drop.content, top}}, v.drop.content, v.Notice.Content, v.undo.Content, top, v.table)
	v.Notice.Changed, v.undo.Changed = v.content.Refresh, v.content.Refresh
	v.Refresh()
	return v
}

func (v *View) buildTable() {
	v.list = widgets.NewRowList(v.model.Len, func() fyne.CanvasObject {
		return newTransferRow(v.icons, v.columns, rowEvents{act: v.tapAction, tapped: v.Tap, menu: v.showMenu, name: v.nameOf})
	}, func(i int, o fyne.CanvasObject) {
		row := o.(*transferRow)
		v.live[i], row.at = row, i
		v.draw(row, i, v.host.Now())
	})
	v.list.OnKey = v.Key
	v.list.OnMove = v.moveTo
	v.buildHead()
	v.none = widgets.NewCaption(v.host.Text.S("list.none"), widgets.ColorMuted, theme.SizeNameText)
	v.none.Align = fyne.TextAlignCenter
	rows := container.NewStack(
		widgets.NewThemed(v.list, widgets.Dense{Theme: theme.Current()}),
		container.NewCenter(v.none))
	v.table = widgets.NewFramed(container.New(widgets.VBox{Grow: func() fyne.CanvasObject { return rows }}, v.head, rows))
}

// Point selects transfers and scrolls to the first of them. It answers a drop of
// files that are in the list already.
func (v *View) Point(ids []core.TransferID) {
	v.selected = map[core.TransferID]bool{}
	for _, id := range ids {
		v.selected[id] = true
	}
	for i := range v.model.Len() {
		if v.selected[v.model.At(i).ID] {
			v.list.ScrollTo(i)
			if c := v.host.Win.Canvas(); c.Focused() == nil { // the keys act on what is pointed at
				v.list.Highlight(i)
				v.anchor, v.from = i, i
				c.Focus(v.list)
			}
			break
		}
	}
	v.Refresh()
}

// GoTo scrolls to the first of the transfers that were just added, once they are in the
// list. It leaves the list where it is while rows are selected: then the user works on
// those.
func (v *View) GoTo(ids []core.TransferID) {
	v.goTo = ids
	v.arrive()
}

// arrive scrolls to where GoTo leads.
func (v *View) arrive() {
	if len(v.goTo) == 0 || v.model.Find(v.goTo[0]) == nil {
		return
	}
	added := make(map[core.TransferID]bool, len(v.goTo))
	for _, id := range v.goTo {
		added[id] = true
	}
	v.goTo = nil
	for i := range v.model.Len() {
		if added[v.model.At(i).ID] && len(v.selected) == 0 {
			v.list.ScrollTo(i)
			return
		}
	}
}

// MoveFirst moves the selected transfers to the head of the queue.
func (v *View) MoveFirst() { v.do(queue.ActFirst, v.chosen(queue.ActFirst)) }

// MoveLast moves the selected transfers to the end of the queue.
func (v *View) MoveLast() { v.do(queue.ActLast, v.chosen(queue.ActLast)) }

// MakePermanent makes the selected files permanent.
func (v *View) MakePermanent() { v.do(queue.ActPermanent, v.chosen(queue.ActPermanent)) }

// Key does what Space, Delete, Return and the menu key do with the selection. It
// reports whether it used the key.
func (v *View) Key(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeySpace:
		if ids := v.chosen(queue.ActPause); len(ids) > 0 {
			v.do(queue.ActPause, ids)
		} else {
			v.do(queue.ActResume, v.chosen(queue.ActResume))
		}
	case fyne.KeyDelete, fyne.KeyBackspace:
		v.takeChosen()
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
