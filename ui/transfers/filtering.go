package transfers

import (
	"maps"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

func (v *View) buildFilter() {
	t := v.host.Text
	v.search = view.NewLineEntry(v.host, t.S("filter.name"))
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
			item := fyne.NewMenuItem(t.S(groupKeys[g]), func() { v.ShowGroup(g) })
			item.Checked = g == v.currentGroup()
			menu.Items = append(menu.Items, item)
		}
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
		for _, o := range queue.Orders() {
			if o == queue.OrderProfile && !v.model.Profiles() {
				continue
			}
			item := fyne.NewMenuItem(t.S(orderKeys[o]), func() { v.sortBy(o) })
			item.Checked = o == v.model.Filter.Order
			menu.Items = append(menu.Items, item)
			if o == queue.OrderQueue {
				newest := fyne.NewMenuItem(t.S("sort.newest"), v.newestFirst)
				newest.Checked = item.Checked && v.model.Filter.Reverse
				item.Checked = item.Checked && !v.model.Filter.Reverse
				menu.Items = append(menu.Items, newest)
			}
		}
		view.ShowMenuBelow(menu, v.host.Win.Canvas(), v.group)
	}
	v.nameGroup()
}

var groupKeys = map[queue.Group]string{ //nolint:gochecknoglobals // a table
	queue.GroupAll: "filter.all", queue.GroupUnderWay: "filter.underway", queue.GroupAttention: "filter.attention",
	queue.GroupPaused: "filter.paused", queue.GroupStored: "filter.stored", queue.GroupCancelled: "filter.cancelled", queue.GroupTaken: "filter.taken",
}

var orderKeys = map[queue.Order]string{ //nolint:gochecknoglobals // a table
	queue.OrderQueue: "sort.queue", queue.OrderName: "sort.name", queue.OrderSize: "sort.size", queue.OrderProfile: "sort.profile", queue.OrderState: "sort.state",
}

// sortBy sorts by a column, and in reverse if the list is sorted by it already.
func (v *View) sortBy(o queue.Order) {
	f := v.model.Filter
	f.Reverse = f.Order == o && o != queue.OrderQueue && !f.Reverse
	f.Order = o
	v.setFilter(f)
	v.keepOrder()
}

// newestFirst shows the end of the queue first: what was added last.
func (v *View) newestFirst() {
	f := v.model.Filter
	f.Order, f.Reverse = queue.OrderQueue, true
	v.setFilter(f)
	v.keepOrder()
}

func (v *View) currentGroup() queue.Group {
	if v.model.Filter.Group == "" {
		return queue.GroupAll
	}
	return v.model.Filter.Group
}

func (v *View) nameGroup() {
	t := v.host.Text
	v.group.SetText(t.S("filter.button", wording.Args{"Group": t.S(groupKeys[v.currentGroup()])}))
}

// ShowGroup shows the rows of a group only.
func (v *View) ShowGroup(g queue.Group) {
	f := v.model.Filter
	f.Group = g
	v.setFilter(f)
	v.nameGroup()
}

// setFilter shows the rows that f takes. The selection is narrowed to them: what the
// user does not see must not be cancelled or removed.
func (v *View) setFilter(f queue.Filter) {
	v.model.SetFilter(f)
	maps.DeleteFunc(v.selected, func(id core.TransferID, _ bool) bool {
		r := v.model.Find(id)
		return r == nil || !v.model.Visible(r)
	})
	v.markSorted()
	v.Refresh()
}
