package transfers

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// drawnRows are the rows in the list's scroller that are in sight, by their index.
func (h *harness) drawnRows() map[int]*transferRow {
	rows := map[int]*transferRow{}
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(h.v.list).Y
	viewtest.Seen(h.T, h.v.list, func(o fyne.CanvasObject) {
		row, ok := o.(*transferRow)
		if !ok {
			return
		}
		y := driver.AbsolutePositionForObject(row).Y - top
		if y > -row.Size().Height && y < h.v.list.Size().Height {
			rows[int((y+h.v.list.GetScrollOffset()+h.v.list.Step/2)/h.v.list.Step)] = row
		}
	})
	return rows
}

// TestRowsNeverLie: whatever is scrolled, filtered, sorted and reported, each row
// in sight shows what its transfer is now.
func TestRowsNeverLie(t *testing.T) {
	states := []core.State{core.StateQueued, core.StateSending, core.StateStored, core.StateFailed, core.StatePaused, core.StateCancelled}
	rapid.Check(t, func(rt *rapid.T) {
		ctl := viewtest.NewFake()
		ctl.Snapshot = viewtest.Showcase(rapid.IntRange(0, 60).Draw(rt, "rows"))
		h := open(t, ctl, "en", "light")
		known := map[core.TransferID]core.Transfer{}
		last := 0
		for _, x := range ctl.Snapshot.Transfers {
			known[x.ID] = x
			last++
		}
		rt.Repeat(map[string]func(*rapid.T){
			"wheel": func(rt *rapid.T) {
				h.v.list.ScrollToOffset(max(0, h.v.list.GetScrollOffset()+float32(rapid.IntRange(-400, 400).Draw(rt, "by"))))
			},
			"keys": func(rt *rapid.T) {
				h.v.list.TypedKey(&fyne.KeyEvent{Name: rapid.SampledFrom([]fyne.KeyName{fyne.KeyPageDown, fyne.KeyPageUp, fyne.KeyEnd, fyne.KeyHome}).Draw(rt, "key")})
			},
			"report": func(rt *rapid.T) {
				var u core.Update
				for range rapid.IntRange(1, 12).Draw(rt, "changes") {
					if last == 0 {
						return
					}
					id := core.TransferID(fmt.Sprint("t", rapid.IntRange(1, last).Draw(rt, "of")))
					x, ok := known[id]
					if !ok {
						continue
					}
					x.State = rapid.SampledFrom(states).Draw(rt, "state")
					known[id] = x
					u.Changed = append(u.Changed, x)
				}
				h.apply(u)
			},
			"add": func(rt *rapid.T) {
				var u core.Update
				for range rapid.IntRange(1, 30).Draw(rt, "files") {
					last++
					x := viewtest.Transfer(last, fmt.Sprintf("new/%03d.tif", last), int64(last), core.StateQueued)
					known[x.ID] = x
					u.Changed = append(u.Changed, x)
				}
				h.apply(u)
			},
			"remove": func(rt *rapid.T) {
				if last == 0 {
					return
				}
				id := core.TransferID(fmt.Sprint("t", rapid.IntRange(1, last).Draw(rt, "of")))
				delete(known, id)
				h.apply(core.Update{Removed: []core.TransferID{id}})
			},
			"filter": func(rt *rapid.T) {
				h.v.ShowGroup(rapid.SampledFrom([]queue.Group{queue.GroupAll, queue.GroupUnderWay, queue.GroupAttention, queue.GroupStored}).Draw(rt, "group"))
			},
			"name": func(rt *rapid.T) {
				h.v.search.SetText(rapid.SampledFrom([]string{"", "new", "IMG", "9"}).Draw(rt, "name"))
			},
			"sort": func(rt *rapid.T) {
				h.v.sortBy(rapid.SampledFrom([]queue.Order{queue.OrderQueue, queue.OrderName, queue.OrderSize, queue.OrderState}).Draw(rt, "by"))
			},
			"resize": func(rt *rapid.T) {
				h.Win.Resize(fyne.NewSize(940, float32(rapid.IntRange(380, 900).Draw(rt, "height"))))
			},
			"notice": func(*rapid.T) {
				if h.v.Notice.Content.Visible() {
					h.v.Notice.Hide()
				} else {
					h.v.Notice.Show(widgets.AppIcon(), "words", "", nil)
				}
			},
			"": func(rt *rapid.T) {
				h.v.Refresh()
				rows := h.drawnRows()
				if seen := min(h.model.Len(), int(h.v.list.Size().Height/h.v.list.Step)); len(rows) < seen {
					rt.Fatalf("%d rows are drawn where %d have room", len(rows), seen)
				}
				for i, row := range rows {
					r := h.model.At(i)
					if r == nil {
						rt.Fatalf("row %d is drawn, the list has %d", i, h.model.Len())
					}
					rate, left := h.model.Speed(r, h.Clock)
					want := presented(h.host.Text, h.model.Shown(r), rate, left, h.Clock)
					want.selected, want.highlight = row.words.selected, row.words.highlight
					if row.id != r.ID || row.words != want {
						rt.Fatalf("row %d of %s shows %s %q, not %q", i, r.ID, row.id, row.words.status, want.status)
					}
				}
			},
		})
	})
}
