package widgets

import (
	"image/color"
	"testing"
)

// TestPlotDrawsTheLine checks that the line has the colour, the area below it is
// faint, and nothing is above.
func TestPlotDrawsTheLine(t *testing.T) {
	const w, h = 100, 50
	img := plot(w, h, []point{{0, 0.5}, {0.5, 0.5}, {0.9, 0.5}}, 2, color.NRGBA{R: 0xff, A: 0xff})
	alpha := func(x, y int) uint8 { return img.At(x, y).(color.NRGBA).A }
	if a := alpha(20, h/2); a != 0xff {
		t.Errorf("the line has %#x", a)
	}
	if a := alpha(20, h-2); a != chartFillAlpha {
		t.Errorf("the area has %#x", a)
	}
	if a := alpha(20, 5); a != 0 {
		t.Errorf("above the line is %#x", a)
	}
	if a := alpha(97, h/2); a != 0 {
		t.Error("the line goes on after the last point")
	}
	for _, size := range [][2]int{{0, 0}, {1, 1}, {1, 9}} {
		if plot(size[0], size[1], []point{{0, 0}, {1, 1}}, 2, color.Black) == nil {
			t.Errorf("no picture of %v", size)
		}
	}
}
