package metrics

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// TestMasters compares a card with pictures.
func TestCardMasters(t *testing.T) {
	viewtest.CompareMasters(t, map[string]func() (fyne.CanvasObject, fyne.Size){
		"card": func() (fyne.CanvasObject, fyne.Size) {
			c := newStatCard("Uploads")
			c.show("1,284", widgets.ColorMuted, tinted{"1,281 stored", widgets.ColorGood}, tinted{"3 failed", "error"})
			return c.object, fyne.NewSize(220, 90)
		},
	})
}
