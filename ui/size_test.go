package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// TestEverythingFitsTheSmallestWindow checks that no page needs more room than the
// smallest window has.
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

func TestCountOfTheNavigation(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "1", 100_000: "100,000"} {
		if got := countText(viewtest.English(t), n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
