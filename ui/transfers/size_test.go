package transfers

import (
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// TestScrollingLeavesNothing: rows that have gone out of sight are drawn no more,
// and those that come are not under the list's theme, where Fyne would hold
// them for good.
func TestScrollingLeavesNothing(t *testing.T) {
	h := openMany(t, fewRows)
	for i := range 40 {
		h.page(i)
		h.progress(i)
	}
	v := h.v
	if n := len(v.live); n > 20 || n < 10 {
		t.Errorf("%d rows are alive for a window that shows a dozen", n)
	}
	for i, row := range v.live {
		if r := v.model.At(i); row.id != r.ID {
			t.Errorf("row %d shows %s, not %s", i, row.id, r.ID)
		}
		if _, own := row.Theme().(*widgets.Theme); !own {
			t.Fatalf("row %d is under %T", i, row.Theme())
		}
	}
}

// TestRowsAtTheEdgeAreDrawn: whatever part of a row is in sight, and wherever it
// came from, it shows what its transfer is now.
func TestRowsAtTheEdgeAreDrawn(t *testing.T) {
	h := openMany(t, fewRows)
	v := h.v
	for i := range 120 {
		v.list.ScrollToOffset(float32(i) * v.list.Step / 7)
		h.progress(i)
		first := int(v.list.GetScrollOffset() / v.list.Step)
		last := int((v.list.GetScrollOffset() + v.list.Size().Height - 1) / v.list.Step)
		for at := first; at <= last; at++ {
			if row := v.live[at]; row == nil || row.at != at || row.id != v.model.At(at).ID {
				t.Fatalf("scrolled to %v, row %d is not drawn: %+v", v.list.GetScrollOffset(), at, row)
			}
		}
	}
}

// TestRedrawOfManyRowsIsCheap: drawing must cost what is seen, not what is
// there.
func TestRedrawOfManyRowsIsCheap(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.HundredThousand()
	h := open(t, ctl, "en", "light")
	if n := len(h.v.live); n > 40 {
		t.Errorf("%d rows are alive for a window that shows a dozen", n)
	}
	i := 0
	allocations := testing.AllocsPerRun(20, func() {
		tr := ctl.Snapshot.Transfers[i%8]
		tr.State, tr.Sent, tr.Attempts = core.StateSending, int64(i), 1
		h.apply(core.Update{Changed: []core.Transfer{tr}})
		i++
	})
	// A machine's speed is no measure; a row touched for each of a hundred
	// thousand would show in what is allocated.
	if allocations > 5000 {
		t.Errorf("one redraw allocates %v times", allocations)
	}
}
