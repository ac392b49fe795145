package transfers

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// again shows the page as the next start does.
func (h *harness) again() {
	h.v = New(h.host, h.model, widgets.NewIcons(), h.permanent)
	h.Win.SetContent(h.v.Content())
	h.v.Shown()
}

// TestColumnsAreDraggedAndRemembered: the border under the pointer moves with it, says so
// by the cursor, and stays there for the next start.
func TestColumnsAreDraggedAndRemembered(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	head := h.v.head
	width := head.Size().Width
	before := spansOf(h.v.columns, width)
	border := before.name.X + before.name.Width + 6
	head.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(border, 10)}})
	if head.Cursor() != desktop.HResizeCursor {
		t.Error("the cursor does not say that the border can be dragged")
	}
	for _, x := range []float32{border + 8, border + 20} {
		by := float32(12)
		if x == border+8 {
			by = 8
		}
		head.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}, Dragged: fyne.NewDelta(by, 0)})
	}
	head.DragEnd()
	near := func(what string, got, want float32) {
		t.Helper()
		if got-want > 0.2 || want-got > 0.2 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("the name", spansOf(h.v.columns, width).name.Width, before.name.Width+20)
	seen := h.v.live[0]
	for _, o := range test.WidgetRenderer(seen).Objects() {
		if words, ok := o.(*canvas.Text); ok && words.Text == seen.words.size {
			near("the size in a row begins", words.Position().X, before.size.X+20)
		}
	}
	near("the size", spansOf(h.v.columns, width).size.Width, before.size.Width-20)

	h.again()
	near("the name after a restart", spansOf(h.v.columns, width).name.Width, before.name.Width+20)
	h.v.head.TappedSecondary(&fyne.PointEvent{})
	h.Choose("Default column widths")
	h.again()
	near("the name after a reset", spansOf(h.v.columns, width).name.Width, before.name.Width)
}

// TestHeadByKeys: the keys sort by a column and change its width.
func TestHeadByKeys(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	h.Win.Canvas().Focus(h.v.head)
	before := spansOf(h.v.columns, h.v.head.Size().Width).name.Width
	h.v.head.TypedRune('+')
	if got := spansOf(h.v.columns, h.v.head.Size().Width).name.Width; got < before+10 {
		t.Errorf("the name has %v, it had %v", got, before)
	}
	h.v.head.TypedRune('0')
	h.Typed(fyne.KeyRight)
	h.Typed(fyne.KeyReturn)
	h.Typed(fyne.KeyReturn)
	if f := h.model.Filter; f.Order != queue.OrderSize || !f.Reverse {
		t.Errorf("sorted by %q, reversed %t", f.Order, f.Reverse)
	}
	h.Says("Size ↓")
	if got := h.v.head.AccessibilityLabel(); got != "Size, descending" {
		t.Errorf("a screen reader says %q", got)
	}
	h.model.SetFilter(queue.Filter{})
	h.again()
	if f := h.model.Filter; f.Order != queue.OrderSize || !f.Reverse {
		t.Errorf("after a restart sorted by %q, reversed %t", f.Order, f.Reverse)
	}
}

// TestProfilesHaveAColumn where there are several, and the list can be sorted by it.
func TestProfilesHaveAColumn(t *testing.T) {
	ctl := viewtest.Busy()
	h := open(t, ctl, "en", "light")
	if h.SaysNow("Profile") {
		t.Error("one profile has a column")
	}
	other := ctl.Snapshot.Transfers[0]
	other.ID, other.Seq, other.Options.Profile = "other", 1e6, "Archive"
	h.apply(core.Update{Changed: []core.Transfer{other}})
	h.Says("Profile")
	h.v.sortBy(queue.OrderProfile)
	h.Says("Profile ↑")
	h.v.sortBy(queue.OrderProfile) // the others have none here
	h.Says("Archive")
	if first := h.model.At(0); first.ID != "other" {
		t.Errorf("the first row is that of %s", first.Profile())
	}
	h.apply(core.Update{Removed: []core.TransferID{"other"}})
	if h.SaysNow("Profile ↓") {
		t.Error("the column stays")
	}
}

// TestNewestFirstIsRemembered: it is a choice of the menu.
func TestNewestFirstIsRemembered(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	last := h.model.At(h.model.Len() - 1).ID
	h.v.group.OnTapped()
	h.Choose("Newest first")
	if got := h.model.At(0).ID; got != last {
		t.Errorf("the first row is %s, want %s", got, last)
	}
	h.model.SetFilter(queue.Filter{})
	h.again()
	if got := h.model.At(0).ID; got != last {
		t.Errorf("after a restart the first row is %s, want %s", got, last)
	}
	h.v.group.OnTapped()
	h.Choose("In the order of the queue")
	if got := h.model.At(0).ID; got == last {
		t.Error("the order of the queue can't be had again")
	}
}

// TestListGoesToWhatWasAdded, also if the rows come later, but not while rows are selected.
func TestListGoesToWhatWasAdded(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	add := func(id core.TransferID, seq int64) {
		x := viewtest.Busy().Snapshot.Transfers[0]
		x.ID, x.Seq = id, seq
		h.apply(core.Update{Changed: []core.Transfer{x}})
	}
	for i := range 100 {
		add(core.TransferID(string(rune('A'+i%26))+string(rune('a'+i/26))), int64(1e6+i))
	}
	at := func(id core.TransferID) int {
		for i := range h.model.Len() {
			if h.model.At(i).ID == id {
				return i
			}
		}
		return -1
	}
	h.v.GoTo([]core.TransferID{"late", "later"})
	add("late", 2e6)
	if i := at("late"); i < 0 || !h.v.list.InSight(i) {
		t.Errorf("row %d is out of sight", i)
	}
	h.v.GoTo([]core.TransferID{"late", h.model.At(0).ID}) // the first as they are listed
	if !h.v.list.InSight(0) {
		t.Error("what is in the list already is out of sight")
	}
	h.v.selected[h.model.At(0).ID] = true
	h.v.GoTo([]core.TransferID{"late"})
	if !h.v.list.InSight(0) {
		t.Error("the list left what is selected")
	}
}
