package ui

import (
	"testing"

	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestNoProfileHasNoSettings checks what the menu offers without a profile.
func TestNoProfileHasNoSettings(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	for _, current := range []string{"", "Production"} {
		h.w.header.menu([]string{"Production"}, current)
		if got, want := h.SaysNow("Settings of this profile…"), current != ""; got != want {
			t.Errorf("with the profile %q the settings are offered: %v", current, got)
		}
		h.Clear()
	}
}

func TestPauseAllIsInTheHeader(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	h.Tap("Pause all")
	h.Called("pause all")
}
