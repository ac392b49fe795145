package transfers

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// TestMasters compares rows and the drop area with pictures.
func TestRowMasters(t *testing.T) {
	words := viewtest.English(t)
	row := func(i int, rate float64, left time.Duration, width float32) func() (fyne.CanvasObject, fyne.Size) {
		return func() (fyne.CanvasObject, fyne.Size) {
			x := viewtest.Showcase(0).Transfers[i]
			r := queue.NewRow(&x)
			o := newTransferRow(widgets.NewIcons(), newColumns(words), rowEvents{name: func(queue.Action) string { return "" }})
			o.show(r.ID, presented(words, &r, rate, left, viewtest.Start()))
			return o, fyne.NewSize(width, rowHeight)
		}
	}
	viewtest.CompareMasters(t, map[string]func() (fyne.CanvasObject, fyne.Size){
		"row-sending":        row(0, 8<<20, time.Second, 760),
		"row-sending-narrow": row(1, 8<<20, 17*time.Second, 520),
		"row-checking":       row(2, 0, 0, 760),
		"row-stored":         row(3, 0, 0, 760),
		"row-waiting":        row(4, 0, 0, 760),
		"row-failed":         row(6, 0, 0, 760),
		"drop": func() (fyne.CanvasObject, fyne.Size) {
			return newDropArea(words).content, fyne.NewSize(480, 60)
		},
	})
}
