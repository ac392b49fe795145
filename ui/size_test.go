package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// TestEverythingFitsTheSmallestWindow: no page may ask for more room than the
// window promises to work in.
func TestEverythingFitsTheSmallestWindow(t *testing.T) {
	for _, language := range wording.Languages() {
		ctl := viewtest.NewFake()
		ctl.Snapshot = viewtest.Showcase(12)
		ctl.Snapshot.Halt = &core.Error{Code: core.CodeTLSUntrusted, Kind: core.KindTLS}
		h := open(t, ctl, language, "light")
		h.w.win.Resize(fyne.NewSize(640, 420))
		h.Picture("smallest-halt-" + language)
		if got := h.w.win.Content().MinSize(); got.Width > 640 || got.Height > 420 {
			t.Errorf("%s: the window needs %v", language, got)
		}
		for name, part := range map[string]fyne.CanvasObject{"header": h.w.header.content, "status bar": h.w.bar.content} {
			if got := part.MinSize(); got.Width > 640 {
				t.Errorf("%s: the %s needs %v", language, name, got)
			}
		}
		for i, page := range h.w.pages {
			if got := page.Content().MinSize(); got.Width > 640-widgets.NavNarrow-2*pageEdge {
				t.Errorf("%s: page %d needs %v", language, i, got)
			}
		}
	}
}

// TestScrollingLeavesNothing: rows that have gone out of sight are drawn no more,
// and those that come are not under the list's theme, where Fyne would hold
// them for good.
func TestScrollingLeavesNothing(t *testing.T) {
	h := openMany(t, fewRows)
	for i := range 40 {
		h.page(i)
		h.progress(i)
	}
	v := h.w.transfers
	if n := len(v.live); n > 20 || n < 10 {
		t.Errorf("%d rows are alive for a window that shows a dozen", n)
	}
	for i, row := range v.live {
		if r := v.model.At(i); row.id != r.ID {
			t.Errorf("row %d shows %s, not %s", i, row.id, r.ID)
		}
		if _, own := row.Theme().(*widgets.Look); !own {
			t.Fatalf("row %d is under %T", i, row.Theme())
		}
	}
}

// TestRowsAtTheEdgeAreDrawn: whatever part of a row is in sight, and wherever it
// came from, it shows what its transfer is now.
func TestRowsAtTheEdgeAreDrawn(t *testing.T) {
	h := openMany(t, fewRows)
	v := h.w.transfers
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
	if n := len(h.w.transfers.live); n > 40 {
		t.Errorf("%d rows are alive for a window that shows a dozen", n)
	}
	i := 0
	allocations := testing.AllocsPerRun(20, func() {
		tr := ctl.Snapshot.Transfers[i%8]
		tr.State, tr.Sent, tr.Attempts = core.StateSending, int64(i), 1
		h.w.apply(change{update: &core.Update{Changed: []core.Transfer{tr}}, link: ctl.Connection, profile: ctl.Used})
		i++
	})
	// A machine's speed is no measure; a row touched for each of a hundred
	// thousand would show in what is allocated.
	if allocations > 5000 {
		t.Errorf("one redraw allocates %v times", allocations)
	}
}

func TestCountOfTheNavigation(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "1", 100_000: "100,000"} {
		if got := countText(viewtest.English(t), n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
