package ui

import (
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// TestMasters compares what the window draws itself with pictures.
func TestMasters(t *testing.T) { compareMasters(t, masters(t)) }

// masters are small widgets with made-up figures.
func masters(t *testing.T) map[string]func() (fyne.CanvasObject, fyne.Size) {
	words := english(t)
	row := func(i int, rate float64, left time.Duration, width float32) func() (fyne.CanvasObject, fyne.Size) {
		return func() (fyne.CanvasObject, fyne.Size) {
			x := showcase(0).Transfers[i]
			r := newRow(&x)
			o := newTransferRow(newIcons(), rowEvents{name: func(action) string { return "" }})
			o.show(r.id, presented(words, &r, rate, left, start()))
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
		"chart": func() (fyne.CanvasObject, fyne.Size) {
			s := &series{}
			for i := range 300 {
				s.add(start().Add(time.Duration(i)*time.Second), 5+4*math.Sin(float64(i)/23))
			}
			c := newLineChart(chartHeight)
			c.show(s, 10, func(v float64) string { return words.decimal(v, true) })
			return c, fyne.NewSize(320, chartHeight)
		},
		"signs": func() (fyne.CanvasObject, fyne.Size) {
			// A blank behind an arrow would be drawn as a box: the font that has
			// the arrow has no blank.
			return widget.NewLabel("✗ no ▲ yes ✓ ok – · ⌘1…4 ⇧⌘↑↓⌫"), fyne.NewSize(400, 36)
		},
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
			c.show("1,284", colorMuted, tinted{"1,281 stored", colorGood}, tinted{"3 failed", "error"})
			return c.object, fyne.NewSize(220, 90)
		},
	}
}
