package settings

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestPicturesOfTheSettings takes pictures to be looked at, if a folder for them is
// set; see Stage.Picture.
func TestPicturesOfTheSettings(t *testing.T) {
	for _, look := range viewtest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			for _, size := range []struct {
				name          string
				width, height float32
			}{{"", 1100, 720}, {"small-", 640, 420}} {
				h := open(t, viewtest.Busy(), look.Language, look.Theme)
				h.Win.Resize(fyne.NewSize(size.width, size.height))
				d := h.openDialog(view.TabServer)
				for _, tab := range settingsTabs {
					d.selectTab(tab)
					h.Picture(size.name + "settings-" + string(tab) + "-" + look.Name)
				}
				d.selectTab(view.TabCertificates)
				d.toggleTest()
				h.Until("the end of the test", d.check.done)
				h.Picture(size.name + "settings-test-" + look.Name)
			}
		})
	}
}
