package transfers

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestTheNeighbourIsSelectedAfterARemoval, by Delete or by the menu, but not
// where rows go by themselves or something else was selected meanwhile.
func TestTheNeighbourIsSelectedAfterARemoval(t *testing.T) {
	type ids = []core.TransferID
	deletes := func(v *View) { v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete}) }
	for _, c := range []struct {
		name     string
		group    queue.Group
		selected ids
		do       func(*View)
		gone     ids
		want     ids
	}{
		{"next", queue.GroupAll, ids{"t4"}, deletes, ids{"t4"}, ids{"t5"}},
		{"previous", queue.GroupAll, ids{"t12"}, deletes, ids{"t12"}, ids{"t11"}},
		{"after several", queue.GroupAll, ids{"t3", "t4", "t7"}, deletes, ids{"t3", "t4", "t7"}, ids{"t8"}},
		{"before several", queue.GroupAll, ids{"t2", "t11", "t12"}, deletes, ids{"t2", "t11", "t12"}, ids{"t10"}},
		{"some stay", queue.GroupAll, ids{"t4", "t9"}, deletes, ids{"t4"}, ids{"t9"}},
		{"neighbour went too", queue.GroupAll, ids{"t4"}, deletes, ids{"t4", "t5"}, nil},
		{"all", queue.GroupAll, ids{"t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11", "t12"}, deletes,
			ids{"t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11", "t12"}, nil},
		{"menu", queue.GroupAll, ids{"t4"}, func(v *View) { viewtest.ChooseItem(t, v.rowMenu("t4"), "Remove from the list") }, ids{"t4"}, ids{"t5"}},
		{"hidden by the filter", queue.GroupUnderWay, ids{"t9"}, deletes, ids{"t9"}, ids{"t10"}},
		{"another row's button", queue.GroupAll, ids{"t9"}, func(v *View) { v.tapAction("t4", queue.ActRemove, v.list) }, ids{"t4"}, ids{"t9"}},
		{"by themselves", queue.GroupAll, ids{"t4"}, func(*View) {}, ids{"t4"}, nil},
		{"selected meanwhile", queue.GroupAll, ids{"t4"}, func(v *View) { deletes(v); v.Tap("t7", 0) }, ids{"t4", "t7"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctl := viewtest.NewFake()
			ctl.Snapshot = viewtest.Showcase(12)
			for i := range ctl.Snapshot.Transfers[10:] {
				ctl.Snapshot.Transfers[10+i].State = core.StateCancelled
			}
			h := open(t, ctl, "en", "light")
			v := h.v
			v.ShowGroup(c.group)
			for _, id := range c.selected {
				v.Tap(id, fyne.KeyModifierShortcutDefault)
			}
			c.do(v)
			h.apply(core.Update{})
			h.apply(core.Update{Removed: c.gone})
			var got ids
			for i := range v.model.Len() {
				if id := v.model.At(i).ID; v.selected[id] {
					got = append(got, id)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Fatalf("selected are %v, want %v", got, c.want)
			}
			if len(c.want) == 0 || slices.Contains(c.selected, c.want[0]) {
				return
			}
			v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
			if at := v.model.At(v.anchor); at == nil || v.model.At(v.anchor+1).ID != c.want[0] || !v.selected[at.ID] {
				t.Errorf("the arrows do not go on from %s: row %d, %v", c.want[0], v.anchor, v.selected)
			}
		})
	}
}

// TestWhatTheFilterHidesIsNotTouched by keys, by menus or by copying, neither if the
// filter came after the selection nor if a row left the filter by itself.
func TestWhatTheFilterHidesIsNotTouched(t *testing.T) {
	ctl := viewtest.NewFake()
	for i, s := range []core.State{core.StateQueued, core.StatePaused, core.StateQueued, core.StateStored, core.StateStored} {
		x := viewtest.Transfer(i+1, string(s), 10, s)
		if s == core.StateStored {
			x.Receipt = &core.Receipt{FileID: string(x.ID)}
		}
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, x)
	}
	h := open(t, ctl, "en", "light")
	h.v.SelectAll()
	h.v.ShowGroup(queue.GroupUnderWay)
	h.v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.Called("cancel [t1 t3]")
	h.v.ShowGroup(queue.GroupAll)
	if len(h.v.selected) != 2 || !h.v.selected["t1"] || !h.v.selected["t3"] {
		t.Errorf("selected %v, want what the filter showed", h.v.selected)
	}

	h.v.SelectAll()
	h.v.search.SetText("stored")
	h.v.search.SetText("")
	if len(h.v.selected) != 2 || !h.v.selected["t4"] || !h.v.selected["t5"] {
		t.Errorf("selected %v, want what the name showed", h.v.selected)
	}

	h.v.ShowGroup(queue.GroupStored)
	again := ctl.Snapshot.Transfers[3]
	again.State = core.StateQueued
	h.apply(core.Update{Changed: []core.Transfer{again}})
	h.v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.Called("remove [t5]")
	viewtest.ChooseItem(t, h.v.rowMenu("t5"), "Copy file ID")
	if got := h.App.Clipboard().Content(); got != "t5" {
		t.Errorf("copied %q", got)
	}
	for _, call := range ctl.Calls() {
		if call == "cancel [t4]" || call == "remove [t2]" || call == "remove [t4 t5]" {
			t.Errorf("%s: it was out of sight", call)
		}
	}
}
