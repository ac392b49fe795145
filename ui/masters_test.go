package ui

import (
	"image"
	"math"
	"runtime"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// TestMasters compares what the program draws itself with pictures that
// someone has looked at, in testdata/masters. Where one differs, the new
// picture is in testdata/failed; put it in the place of the old one if it is
// right.
func TestMasters(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors round a pixel here and there otherwise")
	}
	for _, look := range []string{"light", "dark"} {
		for name, build := range masters(t) {
			t.Run(name+" "+look, func(t *testing.T) {
				newTestApp(t).Settings().SetTheme(newLook(look))
				o, size := build()
				picture := drawn(container.NewStack(newBox(colorSurface, "", 0), o), size)
				test.AssertImageMatches(t, "masters/"+name+"-"+look+".png", picture)
			})
		}
	}
}

// drawn is a picture of o.
func drawn(o fyne.CanvasObject, size fyne.Size) image.Image {
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(o)
	c.Resize(fyne.NewSize(max(size.Width, o.MinSize().Width), max(size.Height, o.MinSize().Height)))
	return c.Capture()
}

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
		"step": func() (fyne.CanvasObject, fyne.Size) {
			p := &checkPanel{s: &shell{text: words}}
			l := newCheckLine()
			p.write(l, core.Step{Name: "ready", Status: core.StepWarning, Detail: "temporary uploads only", Advice: "No permanent storage is online.", Took: 9 * time.Millisecond})
			l.object.Show()
			return l.object, fyne.NewSize(420, 80)
		},
	}
}
