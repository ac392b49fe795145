package settings

import (
	"testing"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestEveryTextOfTheSettingsFits goes through every tab, the connection test and
// the menu of profiles.
func TestEveryTextOfTheSettingsFits(t *testing.T) {
	for _, c := range viewtest.Screens() {
		t.Run(c.Name, func(t *testing.T) {
			h := open(t, viewtest.Busy(), c.Language, c.Theme)
			h.FillScreen(c)
			f := viewtest.NewFitter(t, c.Name)
			d := h.openDialog(view.TabServer)
			for _, tab := range settingsTabs {
				d.selectTab(tab)
				h.Fits(f, "settings "+string(tab))
			}
			d.toggleTest()
			h.Until("the end of the test", d.check.done)
			h.Fits(f, "connection test")
			d.showProfiles()
			h.Until("the profiles", func() bool { return len(h.Win.Canvas().Overlays().List()) > 1 })
			h.Fits(f, "menu of profiles")
		})
	}
}
