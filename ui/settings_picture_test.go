package ui

import (
	"testing"

	"fyne.io/fyne/v2"
)

// TestPicturesOfTheSettings takes them for someone to look at, where the place
// for them is set; see stage.picture.
func TestPicturesOfTheSettings(t *testing.T) {
	for _, look := range dresses() {
		t.Run(look.name, func(t *testing.T) {
			for _, size := range []struct {
				name          string
				width, height float32
			}{{"", 1100, 720}, {"small-", 640, 420}} {
				h := open(t, busy(), look.language, look.theme)
				h.win.Resize(fyne.NewSize(size.width, size.height))
				d := h.openDialog(tabServer)
				for _, tab := range settingsTabs {
					d.selectTab(tab)
					h.picture(size.name + "settings-" + string(tab) + "-" + look.name)
				}
				d.selectTab(tabCertificates)
				d.toggleTest()
				h.until("the end of the test", d.check.done)
				h.picture(size.name + "settings-test-" + look.name)
			}
		})
	}
}
