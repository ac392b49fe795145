package ui

import "testing"

// TestEveryTextOfTheSettingsFits goes through every tab, the connection test and
// the menu of profiles.
func TestEveryTextOfTheSettingsFits(t *testing.T) {
	for _, c := range screens() {
		t.Run(c.name, func(t *testing.T) {
			h := open(t, busy(), c.language, c.theme)
			h.fillScreen(c)
			f := newFitter(t, c.name)
			d := h.openDialog(tabServer)
			for _, tab := range settingsTabs {
				d.selectTab(tab)
				h.fits(f, "settings "+string(tab))
			}
			d.toggleTest()
			h.until("the end of the test", d.check.done)
			h.fits(f, "connection test")
			d.showProfiles()
			h.until("the profiles", func() bool { return len(h.win.Canvas().Overlays().List()) > 1 })
			h.fits(f, "menu of profiles")
		})
	}
}
