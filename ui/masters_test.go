package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// TestMasters compares what the window draws itself with pictures.
func TestMasters(t *testing.T) { viewtest.CompareMasters(t, masters(t)) }

// masters are small widgets with made-up figures.
func masters(t *testing.T) map[string]func() (fyne.CanvasObject, fyne.Size) {
	words := viewtest.English(t)
	row := func(i int, rate float64, left time.Duration, width float32) func() (fyne.CanvasObject, fyne.Size) {
		return func() (fyne.CanvasObject, fyne.Size) {
			x := viewtest.Showcase(0).Transfers[i]
			r := queue.NewRow(&x)
			o := newTransferRow(widgets.NewIcons(), rowEvents{name: func(queue.Action) string { return "" }})
			o.show(r.ID, presented(words, &r, rate, left, viewtest.Start()))
			return o, fyne.NewSize(width, rowHeight)
		}
	}
	return map[string]func() (fyne.CanvasObject, fyne.Size){
		"row-sending":        row(0, 8<<20, time.Second, 760),
		"row-sending-narrow": row(1, 8<<20, 17*time.Second, 520),
		"row-checking":       row(2, 0, 0, 760),
		"row-stored":         row(3, 0, 0, 760),
		"row-waiting":        row(4, 0, 0, 760),
		"row-failed":         row(6, 0, 0, 760),
		"sparkline": func() (fyne.CanvasObject, fyne.Size) {
			s := newSparkline()
			s.show([]int64{0, 1, 2, 3, 5, 8, 13, 21, 13, 8, 0, 0, 5})
			return s, fyne.NewSize(88, 24)
		},
		"drop": func() (fyne.CanvasObject, fyne.Size) {
			return newDropArea(words).content, fyne.NewSize(480, 60)
		},
		"card": func() (fyne.CanvasObject, fyne.Size) {
			c := newStatCard("Uploads")
			c.show("1,284", widgets.ColorMuted, tinted{"1,281 stored", widgets.ColorGood}, tinted{"3 failed", "error"})
			return c.object, fyne.NewSize(220, 90)
		},
	}
}
