package ui

import (
	"runtime"
	"testing"

	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestRefreshLoadsNoFonts checks that drawing a page again makes no new theme
// scope, for each of which Fyne keeps some eight megabytes of fonts for ever.
func TestRefreshLoadsNoFonts(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	held := func(draws int) uint64 {
		for range draws {
			h.w.page.Refresh()
			h.w.win.Canvas().Capture()
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held(1)
	if after := held(3); after > before+12<<20 {
		t.Errorf("drawn three times more, %d MB more are held", (after-before)>>20)
	}
}
