package transfers

import (
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// grows is the part of the page that takes the height that is left.
func (v *View) grows() fyne.CanvasObject {
	if v.table.Visible() {
		return v.table
	}
	return v.drop.content
}

// Shown implements view.Page.
func (v *View) Shown() { v.Refresh() }

// Refresh draws what has changed in the model: the rows in sight, and the whole
// list only if rows were added, removed or moved.
func (v *View) Refresh() {
	if len(v.takings) > 0 {
		v.offerUndo(v.host.Now())
	}
	empty := len(v.model.Rows) == 0
	if failed := v.model.Totals.Failed > 0; failed != v.retry.Visible() {
		widgets.SetVisible(v.retry, failed)
		v.content.Refresh()
	}
	if v.table.Visible() == empty || v.drop.tall != empty {
		v.drop.setTall(empty)
		widgets.SetVisible(v.table, !empty)
		widgets.SetVisible(v.filters, !empty)
		v.content.Refresh()
	}
	v.showProfiles()
	widgets.SetVisible(v.none, !empty && v.model.Len() == 0)
	if v.drawn != v.model.Version {
		v.drawn = v.model.Version
		v.selectNext()
		v.list.Refresh()
		v.arrive()
		return
	}
	now := v.host.Now()
	for i, row := range v.live {
		if row.at != i || !v.list.InSight(i) { // the row is used for another index, or is out of sight
			delete(v.live, i)
			continue
		}
		v.draw(row, i, now)
	}
}

func (v *View) draw(row *transferRow, i int, now time.Time) {
	r := v.model.At(i)
	if r == nil {
		return
	}
	rate, left := v.model.Speed(r, now)
	words := presented(v.host.Text, v.model.Shown(r), rate, left, now)
	if h := v.model.HoldOf(r); h != nil {
		words = heldBack(v.host.Text, words, r, h, now)
	}
	if step, ok := v.permanent.steps[r.ID]; ok {
		words.status = v.host.Text.S("permanent.row", wording.Args{"Step": finalising(v.host.Text, step)})
	}
	words.selected = v.selected[r.ID]
	row.show(r.ID, words)
}
