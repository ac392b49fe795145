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
