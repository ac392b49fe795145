package widgets_test

import (
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// TestMasters compares a chart, and the signs that texts have, with pictures.
func TestMasters(t *testing.T) {
	const height = 130
	words := viewtest.English(t)
	viewtest.CompareMasters(t, map[string]func() (fyne.CanvasObject, fyne.Size){
		"chart": func() (fyne.CanvasObject, fyne.Size) {
			s := &widgets.Series{}
			for i := range 300 {
				s.Add(viewtest.Start().Add(time.Duration(i)*time.Second), 5+4*math.Sin(float64(i)/23))
			}
			c := widgets.NewLineChart(height)
			c.Draw(s, 10, func(v float64) string { return words.Decimal(v, true) })
			return c, fyne.NewSize(320, height)
		},
		"signs": func() (fyne.CanvasObject, fyne.Size) {
			// A blank behind an arrow would be drawn as a box: the font that has
			// the arrow has no blank.
			return widget.NewLabel("✗ no ▲ yes ✓ ok – · ⌘1…4 ⇧⌘↑↓⌫"), fyne.NewSize(400, 36)
		},
	})
}
