package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// TestHelpComesWhereverTheFocusIs on the pages.
func TestHelpComesWhereverTheFocusIs(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	c := h.w.win.Canvas()
	for page := range h.w.pages {
		h.w.choose(page)
		c.Unfocus()
		met := map[fyne.Focusable]bool{}
		for c.FocusNext(); !met[c.Focused()]; c.FocusNext() {
			at := c.Focused()
			met[at] = true
			if h.Typed(fyne.KeyF1); c.Overlays().Top() == nil {
				t.Errorf("page %d: no help at %s", page, viewtest.Named(at))
				continue
			}
			h.Typed(fyne.KeyEscape)
			c.Focus(at)
		}
		if len(met) < 10 {
			t.Errorf("page %d: Tab goes to %d places only", page, len(met))
		}
	}
}

// TestEscapeGoesBackWhereverTheFocusIs in a dialog.
func TestEscapeGoesBackWhereverTheFocusIs(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	c := h.w.win.Canvas()
	shows := map[string]func(){
		"question": h.askAgain,
		"facts":    func() { view.ShowFacts(h.w.host, "Title", []wording.Fact{{Name: "a", Value: "b"}}) },
		"error":    func() { h.w.host.Failed(&core.Error{Code: core.CodeInternal}) },
		"closing":  func() { h.w.askWhere(true) },
		"help":     func() { showHelp(h.w.host) },
		"days":     h.askDays,
	}
	for _, tab := range []view.Tab{view.TabServer, view.TabSignIn, view.TabCertificates, view.TabTransfers, view.TabMetrics, view.TabAppearance} {
		shows["settings "+string(tab)] = func() { h.openSettings(tab) }
	}
	for name, show := range shows {
		for steps, more := 1, true; more; steps++ {
			show()
			met := map[fyne.Focusable]bool{}
			for range steps {
				c.FocusNext()
				more = !met[c.Focused()]
				met[c.Focused()] = true
			}
			at := c.Focused()
			if h.Typed(fyne.KeyEscape); c.Overlays().Top() != nil {
				t.Fatalf("%s: Escape does nothing at step %d, %s", name, steps, viewtest.Named(at))
			}
		}
	}
	if slices.Contains(h.Ctl.Calls(), "retry [t6]") {
		t.Error("the answer was yes")
	}
}
