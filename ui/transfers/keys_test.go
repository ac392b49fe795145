package transfers

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestSelectingByKeys: arrows move, the list keeps what Shift would take.
func TestSelectingByKeys(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	v := h.v
	v.Tap("t2", 0)
	v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if len(v.selected) != 1 || !v.selected["t3"] {
		t.Errorf("selected %v", v.selected)
	}
	v.Tap("t6", fyne.KeyModifierShift)
	v.Tap("t5", fyne.KeyModifierShift)
	if len(v.selected) != 3 || !v.selected["t3"] || !v.selected["t5"] {
		t.Errorf("selected %v", v.selected)
	}
	v.sortBy(queue.OrderName)
	v.sortBy(queue.OrderName)
	if f := h.model.Filter; f.Order != queue.OrderName || !f.Reverse {
		t.Errorf("sorted by %+v", f)
	}
}

// TestPagingByKeys checks Page Down and Up, End and Home.
func TestPagingByKeys(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(340)
	h := open(t, ctl, "en", "light")
	v := h.v
	v.Tap("t2", 0)
	page := v.list.Page()
	if page < 5 || page > 20 {
		t.Fatalf("%d rows are a page", page)
	}
	for _, c := range []struct {
		key  fyne.KeyName
		want int
	}{
		{fyne.KeyPageDown, 1 + page}, {fyne.KeyDown, 2 + page}, {fyne.KeyPageUp, 2}, {fyne.KeyPageUp, 0},
		{fyne.KeyEnd, 339}, {fyne.KeyPageDown, 339}, {fyne.KeyHome, 0},
	} {
		v.list.TypedKey(&fyne.KeyEvent{Name: c.key})
		if id := v.model.At(c.want).ID; len(v.selected) != 1 || !v.selected[id] || v.anchor != c.want {
			t.Errorf("%s selects %v, want %s", c.key, v.selected, id)
		}
	}
	v.search.SetText("no such name")
	v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd}) // there is none
}
