package ui

import (
	"testing"

	"fyne.io/fyne/v2"
)

// TestPictures draws the window in both themes and languages and at the
// smallest size; set INGESTER_PICTURES to a folder to look at it.
func TestPictures(t *testing.T) {
	for _, look := range []struct{ name, language, theme string }{
		{"light-en", "en", "light"}, {"dark-en", "en", "dark"}, {"light-ru", "ru", "light"}, {"dark-ru", "ru", "dark"},
	} {
		t.Run(look.name, func(t *testing.T) {
			ctl := newFakeController()
			ctl.snapshot = showcase(340)
			h := open(t, ctl, look.language, look.theme)
			h.working()
			h.picture("transfers-" + look.name)
			h.w.win.Resize(fyne.NewSize(640, 420))
			h.picture("small-" + look.name)
			h.w.win.Resize(fyne.NewSize(1100, 720))
		})
	}
	t.Run("empty", func(t *testing.T) {
		h := open(t, newFakeController(), "en", "light")
		h.picture("empty")
	})
}
