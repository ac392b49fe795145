package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestUndoByKeys: Ctrl+Z brings back what Delete cancelled, also from another page.
func TestUndoByKeys(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	h.w.transfers.Tap("t9", 0)
	h.Typed(fyne.KeyDelete)
	h.Until("the bar", func() bool { return h.SaysNow("1 file cancelled") })
	h.w.choose(1)
	h.press(&fyne.ShortcutUndo{})
	h.Called("undo [t9]")
}
