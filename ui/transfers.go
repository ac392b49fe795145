package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// transfersView is the first page: what is dropped next, and what became of
// what was dropped before.
type transfersView struct {
	sh      *shell
	model   *model
	icons   *icons
	content *fyne.Container

	permanent *permanents
	drop      *dropArea
	notice    *notice
	options   *optionsRow
	search    *lineEntry
	group     *quietButton
	retry     *fyne.Container // around the button that retries what failed
	filters   *fyne.Container // search, group and retry
	head      *tableHead
	table     fyne.CanvasObject
	list      *transferList
	none      *caption // said where the filter takes nothing

	live     map[int]*transferRow // rows of the list, by the index they show; see transferRow.at
	drawn    int                  // model.counter of what the list shows
	selected map[core.TransferID]bool
	anchor   int // index of the row that the keys act on
	from     int // index of the row that a range starts at
	heir     heir
}

var _ view = (*transfersView)(nil)

func newTransfersView(s *shell, m *model, i *icons, p *permanents) *transfersView {
	v := &transfersView{
		sh: s, model: m, icons: i, permanent: p, live: map[int]*transferRow{}, drawn: -1, selected: map[core.TransferID]bool{},
	}
	v.drop = newDropArea(s.text)
	v.notice = newNotice(s.text)
	v.options = newOptionsRow(s)
	v.buildFilter()
	v.buildTable()
	v.retry = outlined(newQuietButton(s.text.s("action.retry_failed"), v.retryFailed))
	v.retry.Hide()
	v.filters = container.New(&line{gap: 8, stretch: v.search}, v.search, outlined(v.group), v.retry)
	lines := &optionsLayout{options: v.options.content, filter: v.filters}
	top := container.New(lines, v.options.content, v.filters)
	v.content = container.New(stack{gap: 12, grow: v.grows, prepare: lines.prepare, optional: []fyne.CanvasObject{v.drop.content, top}}, v.drop.content, v.notice.content, top, v.table)
	v.notice.changed = v.content.Refresh
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
	v.list = newTransferList(v.model.Len, func() fyne.CanvasObject {
		return newTransferRow(v.icons, rowEvents{act: v.tapAction, tapped: v.tapRow, menu: v.showMenu, name: v.nameOf})
	}, func(i int, o fyne.CanvasObject) {
		row := o.(*transferRow)
		v.live[i], row.at = row, i
		v.draw(row, i, v.sh.now())
	})
	v.list.onKey = v.key
	v.list.onMove = v.moveTo
	v.head = newTableHead(v.sh.text, v.sortBy)
	v.none = newCaption(v.sh.text.s("list.none"), colorMuted, theme.SizeNameText)
	v.none.align = fyne.TextAlignCenter
	rows := container.NewStack(
		newThemed(v.list, dense1{theme.Current()}),
		container.NewCenter(v.none))
	v.table = newFramed(container.New(stack{grow: func() fyne.CanvasObject { return rows }}, v.head, rows))
}

func (v *transfersView) buildFilter() {
	t := v.sh.text
	v.search = newLineEntry(v.sh, t.s("filter.name"))
	v.search.OnChanged = func(text string) {
		f := v.model.filter
		f.text = text
		v.setFilter(f)
	}
	v.group = newQuietButtonWithIcon("", theme.MenuDropDownIcon(), nil)
	v.group.IconPlacement = widget.ButtonIconTrailingText
	v.group.OnTapped = func() {
		menu := fyne.NewMenu("")
		for _, g := range groups() {
			item := fyne.NewMenuItem(t.s(groupKeys[g]), func() { v.showGroup(g) })
			item.Checked = g == v.currentGroup()
			menu.Items = append(menu.Items, item)
		}
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
		for _, o := range []order{orderQueue, orderName, orderSize, orderState} {
			item := fyne.NewMenuItem(t.s(orderKeys[o]), func() { v.sortBy(o) })
			item.Checked = o == v.model.filter.order
			menu.Items = append(menu.Items, item)
		}
		showMenuBelow(menu, v.sh.win.Canvas(), v.group)
	}
	v.nameGroup()
}

var groupKeys = map[group]string{ //nolint:gochecknoglobals // a table
	groupAll: "filter.all", groupUnderWay: "filter.underway", groupAttention: "filter.attention",
	groupPaused: "filter.paused", groupStored: "filter.stored", groupCancelled: "filter.cancelled",
}

var orderKeys = map[order]string{ //nolint:gochecknoglobals // a table
	orderQueue: "sort.queue", orderName: "sort.name", orderSize: "sort.size", orderState: "sort.state",
}

// sortBy sorts by a column; a second time the other way round.
func (v *transfersView) sortBy(o order) {
	f := v.model.filter
	f.reverse = f.order == o && !f.reverse
	f.order = o
	v.setFilter(f)
}

func (v *transfersView) currentGroup() group {
	if v.model.filter.group == "" {
		return groupAll
	}
	return v.model.filter.group
}

func (v *transfersView) nameGroup() {
	t := v.sh.text
	v.group.SetText(t.s("filter.button", args{"Group": t.s(groupKeys[v.currentGroup()])}))
}

// showGroup filters by state.
func (v *transfersView) showGroup(g group) {
	f := v.model.filter
	f.group = g
	v.setFilter(f)
	v.nameGroup()
}

func (v *transfersView) setFilter(f filter) {
	v.model.SetFilter(f)
	v.head.show(v.model.filter)
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
	empty := len(v.model.rows) == 0
	if failed := v.model.sum.Failed > 0; failed != v.retry.Visible() {
		setVisible(v.retry, failed)
		v.content.Refresh()
	}
	if v.table.Visible() == empty || v.drop.tall != empty {
		v.drop.setTall(empty)
		setVisible(v.table, !empty)
		setVisible(v.filters, !empty)
		v.content.Refresh()
	}
	setVisible(v.none, !empty && v.model.Len() == 0)
	if v.drawn != v.model.counter {
		v.drawn = v.model.counter
		v.succeed()
		v.list.Refresh()
		return
	}
	now := v.sh.now()
	for i, row := range v.live {
		if row.at != i || !v.list.sees(i) { // shows another transfer now, or is out of sight
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
	rate, left := v.model.speed(r, now)
	words := presented(v.sh.text, v.model.shown(r), rate, left, now)
	if w := v.model.away(r); w != nil {
		words = heldBack(v.sh.text, words, w)
	}
	if step, ok := v.permanent.steps[r.id]; ok {
		words.status = v.sh.text.s("permanent.row", args{"Step": finalising(v.sh.text, step)})
	}
	words.selected = v.selected[r.id]
	row.show(r.id, words)
}

// point selects transfers and scrolls to the first of them: the answer to a
// drop of what is in the list already.
func (v *transfersView) point(ids []core.TransferID) {
	v.selected = map[core.TransferID]bool{}
	for _, id := range ids {
		v.selected[id] = true
	}
	for i := range v.model.Len() {
		if v.selected[v.model.At(i).id] {
			v.list.ScrollTo(i)
			break
		}
	}
	v.Refresh()
}
