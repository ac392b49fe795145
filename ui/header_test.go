package ui

import (
	"testing"

	"github.com/artstore/ingester/core"
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
	h.Says("80.8 MiB go again: 2 files that are being sent begin from their start.")
	h.Says("The server is checking 1 file.")
	h.Tap("Pause after these files")
	h.Called("pause all after")
	h.Until("the pause", func() bool { return h.w.model.Paused })
	h.Tap("Resume all")
	h.Called("resume all")
	h.Until("the end of the pause", func() bool { return !h.w.model.Paused })
	h.Tap("Pause all")
	h.Tap("Pause now")
	h.Called("pause all")
}

// What costs nothing is not asked about.
func TestPauseAllWithoutCosts(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = core.Snapshot{Transfers: []core.Transfer{viewtest.Transfer(1, "a", 1, core.StateQueued)}}
	h := open(t, ctl, "en", "light")
	h.Tap("Pause all")
	h.Called("pause all")
}
