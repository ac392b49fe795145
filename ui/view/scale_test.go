package view

import (
	"testing"

	"fyne.io/fyne/v2"
)

func TestWindowKeepsItsPlaceOnTheScreen(t *testing.T) {
	for _, c := range []struct {
		size   fyne.Size
		factor float32
		want   fyne.Size
	}{
		{fyne.NewSize(1100, 720), 1, fyne.NewSize(1100, 720)},
		{fyne.NewSize(2200, 1440), 2, fyne.NewSize(1100, 720)},
		{fyne.NewSize(1100, 720), 2, fyne.NewSize(640, 420)},
		{fyne.NewSize(800, 600), 0.5, fyne.NewSize(1600, 1200)},
	} {
		if got := Fitting(c.size, c.factor); got != c.want {
			t.Errorf("%v by %v is %v, want %v", c.size, c.factor, got, c.want)
		}
	}
	for in, want := range map[string]float32{"": 1, "1.5": 1.5, "2": 2, "nonsense": 1, "-1": 1} {
		if got := ScaleFactor(in); got != want {
			t.Errorf("%q is %v", in, got)
		}
	}
}
