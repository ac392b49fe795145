package transfers

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// offered waits until the bar says words.
func (h *harness) offered(words string) {
	h.T.Helper()
	h.Until(words, func() bool { return h.v.undo.Content.Visible() && h.v.undo.Words.Words == words })
}

func (h *harness) asked(call string) bool {
	for _, c := range h.Ctl.Calls() {
		if c == call {
			return true
		}
	}
	return false
}

// TestDeleteCanBeUndone: one Delete over rows of all kinds is one thing to undo, by the
// button or the keys; the newest first.
func TestDeleteCanBeUndone(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	ctl.Snapshot.Transfers[6].State = core.StateUnknown // t7
	h := open(t, ctl, "en", "light")
	v := h.v
	v.Tap("t7", 0)
	v.Tap("t9", fyne.KeyModifierShortcutDefault)
	v.Tap("t10", fyne.KeyModifierShortcutDefault)
	v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.Until("the bar", func() bool { return v.undo.Content.Visible() })
	first := v.undo.Words.Words
	if !strings.Contains(first, "cancelled") {
		t.Errorf("it says %q", first)
	}
	v.Tap("t11", 0)
	v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.offered("1 file cancelled")
	v.undo.Button.OnTapped()
	h.Called("undo [t11]")
	h.offered(first)
	v.Undo()
	h.Until("both are undone", func() bool { return len(v.takings) == 0 && !v.undo.Content.Visible() })
	before := len(h.Ctl.Calls())
	v.Undo()
	if len(h.Ctl.Calls()) > before+1 {
		t.Error("something was undone twice")
	}
}

// TestUndoIsOfferedForTenSeconds, and the focus of its button goes to the list.
func TestUndoIsOfferedForTenSeconds(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	h.v.take([]core.TransferID{"t9", "t10"}, nil)
	h.offered("2 files cancelled")
	h.Win.Canvas().Focus(h.v.undo.Button)
	h.Clock = h.Clock.Add(view.UndoTime - time.Second)
	h.v.Refresh()
	if !h.v.undo.Content.Visible() {
		t.Error("hidden too early")
	}
	h.Clock = h.Clock.Add(time.Second)
	h.v.Refresh()
	if h.v.undo.Content.Visible() || h.Win.Canvas().Focused() != fyne.Focusable(h.v.list) {
		t.Errorf("shown %t, the focus is at %T", h.v.undo.Content.Visible(), h.Win.Canvas().Focused())
	}
	h.v.Undo()
	if h.asked("undo [t9 t10]") {
		t.Error("undone too late")
	}
}

// TestRemovedUnknownComesBack as unknown. What the history keeps needs no Undo.
func TestRemovedUnknownComesBack(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	ctl.Snapshot.Transfers[6].State = core.StateUnknown // t7
	h := open(t, ctl, "ru", "light")
	h.v.take(nil, []core.TransferID{"t7", "t4"})
	h.offered("Убран из списка 1 файл")
	h.v.Undo()
	h.Called("undo [t7]")
	h.Until("it is back", func() bool {
		s, feed := h.Ctl.Subscribe()
		feed.Close()
		for _, x := range s.Transfers {
			if x.ID == "t7" {
				return x.State == core.StateUnknown
			}
		}
		return false
	})
	h.v.take(nil, []core.TransferID{"t4"})
	h.Called("remove [t4]")
	if h.v.undo.Content.Visible() {
		t.Error("Undo is offered for what the history keeps")
	}
}
