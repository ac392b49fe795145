package ui

import (
	"testing"
	"time"

	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestFiguresAreGatheredWhileAnotherPageIsShown, so that the charts are full when
// the page is opened.
func TestFiguresAreGatheredWhileAnotherPageIsShown(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	h.Ctl.Change(func() {
		h.Ctl.Measured = viewtest.Figures(viewtest.Start(), 1000, 4)
	})
	for range 3 {
		h.Clock = h.Clock.Add(time.Second)
		h.w.apply(change{link: h.Ctl.CurrentLink, profile: h.Ctl.CurrentProfile})
		h.w.host.Tasks.Wait()
		h.Until("the answer", func() bool { return len(h.Queue) == 0 })
	}
	h.w.choose(2)
	h.Says("1,281 stored")
}
