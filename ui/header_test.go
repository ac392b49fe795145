package ui

import "testing"

// TestNoProfileHasNoSettings: the menu offers what there is.
func TestNoProfileHasNoSettings(t *testing.T) {
	h := open(t, newFakeController(), "en", "light")
	for _, current := range []string{"", "Production"} {
		h.w.header.menu([]string{"Production"}, current)
		if got, want := h.saysNow("Settings of this profile…"), current != ""; got != want {
			t.Errorf("with the profile %q the settings are offered: %v", current, got)
		}
		h.clear()
	}
}
