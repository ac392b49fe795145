package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// transfersView is the first page: what is dropped next, and what became of
// what was dropped before.
type transfersView struct {
	sh      *view.Host
	model   *queue.Model
	icons   *widgets.Icons
	content *fyne.Container

	permanent *permanents
	drop      *dropArea
	notice    *view.Notice
	options   *optionsRow
	search    *view.LineEntry
	group     *widgets.QuietButton
	retry     *fyne.Container // around the button that retries what failed
	filters   *fyne.Container // search, group and retry
	head      *tableHead
	table     fyne.CanvasObject
	list      *widgets.RowList
	none      *widgets.Caption // said where the filter takes nothing

	live     map[int]*transferRow // rows of the list, by the index they show; see transferRow.at
	drawn    int                  // model.counter of what the list shows
	selected map[core.TransferID]bool
	anchor   int // index of the row that the keys act on
	from     int // index of the row that a range starts at
	heir     heir
}

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

// grows is the part of the page that takes the spare height.
func (v *transfersView) grows() fyne.CanvasObject {
	if v.table.Visible() {
		return v.table
	}
	return v.drop.content
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

func (v *transfersView) buildFilter() {
	t := v.sh.Text
	v.search = view.NewLineEntry(v.sh, t.S("filter.name"))
	v.search.OnChanged = func(text string) {
		f := v.model.Filter
		f.Text = text
		v.setFilter(f)
	}
	v.group = widgets.NewQuietButtonWithIcon("", theme.MenuDropDownIcon(), nil)
	v.group.IconPlacement = widget.ButtonIconTrailingText
	v.group.OnTapped = func() {
		menu := fyne.NewMenu("")
		for _, g := range queue.Groups() {
			item := fyne.NewMenuItem(t.S(groupKeys[g]), func() { v.showGroup(g) })
			item.Checked = g == v.currentGroup()
			menu.Items = append(menu.Items, item)
		}
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
		for _, o := range []queue.Order{queue.OrderQueue, queue.OrderName, queue.OrderSize, queue.OrderState} {
			item := fyne.NewMenuItem(t.S(orderKeys[o]), func() { v.sortBy(o) })
			item.Checked = o == v.model.Filter.Order
			menu.Items = append(menu.Items, item)
		}
		view.ShowMenuBelow(menu, v.sh.Win.Canvas(), v.group)
	}
	v.nameGroup()
}

var groupKeys = map[queue.Group]string{ //nolint:gochecknoglobals // a table
	queue.GroupAll: "filter.all", queue.GroupUnderWay: "filter.underway", queue.GroupAttention: "filter.attention",
	queue.GroupPaused: "filter.paused", queue.GroupStored: "filter.stored", queue.GroupCancelled: "filter.cancelled",
}

var orderKeys = map[queue.Order]string{ //nolint:gochecknoglobals // a table
	queue.OrderQueue: "sort.queue", queue.OrderName: "sort.name", queue.OrderSize: "sort.size", queue.OrderState: "sort.state",
}

// sortBy sorts by a column; a second time the other way round.
func (v *transfersView) sortBy(o queue.Order) {
	f := v.model.Filter
	f.Reverse = f.Order == o && !f.Reverse
	f.Order = o
	v.setFilter(f)
}

func (v *transfersView) currentGroup() queue.Group {
	if v.model.Filter.Group == "" {
		return queue.GroupAll
	}
	return v.model.Filter.Group
}

func (v *transfersView) nameGroup() {
	t := v.sh.Text
	v.group.SetText(t.S("filter.button", wording.Args{"Group": t.S(groupKeys[v.currentGroup()])}))
}

// showGroup filters by state.
func (v *transfersView) showGroup(g queue.Group) {
	f := v.model.Filter
	f.Group = g
	v.setFilter(f)
	v.nameGroup()
}

func (v *transfersView) setFilter(f queue.Filter) {
	v.model.SetFilter(f)
	v.head.show(v.model.Filter)
	v.Refresh()
}

// Content implements view.
func (v *transfersView) Content() fyne.CanvasObject { return v.content }

// Search is the entry that Ctrl+F goes to.
func (v *transfersView) Search() fyne.Focusable { return v.search }

// Shown implements view.
func (v *transfersView) Shown() { v.Refresh() }

// Hidden implements view.
func (v *transfersView) Hidden() {}

// Refresh draws what has changed in the model: the rows that are seen, and
// the whole list only where rows have come, gone or moved.
func (v *transfersView) Refresh() {
	empty := len(v.model.Rows) == 0
	if failed := v.model.Sum.Failed > 0; failed != v.retry.Visible() {
		widgets.SetVisible(v.retry, failed)
		v.content.Refresh()
	}
	if v.table.Visible() == empty || v.drop.tall != empty {
		v.drop.setTall(empty)
		widgets.SetVisible(v.table, !empty)
		widgets.SetVisible(v.filters, !empty)
		v.content.Refresh()
	}
	widgets.SetVisible(v.none, !empty && v.model.Len() == 0)
	if v.drawn != v.model.Counter {
		v.drawn = v.model.Counter
		v.succeed()
		v.list.Refresh()
		return
	}
	now := v.sh.Now()
	for i, row := range v.live {
		if row.at != i || !v.list.Sees(i) { // shows another transfer now, or is out of sight
			delete(v.live, i)
			continue
		}
		v.draw(row, i, now)
	}
}

func (v *transfersView) draw(row *transferRow, i int, now time.Time) {
	r := v.model.At(i)
	if r == nil {
		return
	}
	rate, left := v.model.Speed(r, now)
	words := presented(v.sh.Text, v.model.Shown(r), rate, left, now)
	if w := v.model.Away(r); w != nil {
		words = heldBack(v.sh.Text, words, w)
	}
	if step, ok := v.permanent.steps[r.ID]; ok {
		words.status = v.sh.Text.S("permanent.row", wording.Args{"Step": finalising(v.sh.Text, step)})
	}
	words.selected = v.selected[r.ID]
	row.show(r.ID, words)
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
