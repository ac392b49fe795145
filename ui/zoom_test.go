package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// TestScaleIsChosenInTheSettings checks what Fyne is told, and that the window
// keeps its size on the screen.
func TestScaleIsChosenInTheSettings(t *testing.T) {
	var told []string
	h := openWith(t, viewtest.Busy(), "en", "light", func(w *Window) { w.UseScale(func(s string) { told = append(told, s) }) })
	if !slices.Equal(told, []string{""}) {
		t.Errorf("at first the toolkit is told %q", told)
	}
	choose := func(words string) {
		t.Helper()
		h.openSettings(view.TabAppearance)
		h.Says("Size of text and symbols")
		var size interface{ SetSelected(string) } // the last choice of the page
		for _, o := range h.Over() {
			if s, ok := o.(interface{ SetSelected(string) }); ok {
				size = s
			}
		}
		size.SetSelected(words)
		h.Tap("Save")
		h.Until("the end of saving", func() bool { return h.w.host.Settings == nil })
	}
	choose("200" + wording.NBSP + "%")
	if !slices.Equal(told, []string{"", "2"}) || h.App.Preferences().String(view.PrefScale) != "2" {
		t.Errorf("told %q, kept %q", told, h.App.Preferences().String(view.PrefScale))
	}
	if got := h.w.win.Canvas().Size(); got != fyne.NewSize(view.LeastWidth, view.LeastHeight) {
		t.Errorf("at twice the size the window is %v", got) // half of 1100×720 would be less
	}
	choose("As the system")
	if told[len(told)-1] != "" {
		t.Errorf("told %q", told)
	}

	h = open(t, viewtest.Busy(), "en", "light")
	h.openSettings(view.TabAppearance)
	if h.SaysNow("Size of text and symbols") {
		t.Error("a choice that does nothing")
	}
}
