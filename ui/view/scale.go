package view

import (
	"strconv"

	"fyne.io/fyne/v2"
)

// The first size of the window, where text has the size of the desktop, and the
// smallest size at which everything fits.
const (
	FirstWidth  = 1100
	FirstHeight = 720
	LeastWidth  = 640
	LeastHeight = 420
)

// Scales are the sizes of text and symbols that the settings offer.
func Scales() []string { return []string{"1", "1.25", "1.5", "1.75", "2"} }

// ScaleFactor is the number of a scale, 1 for that of the desktop ("").
func ScaleFactor(scale string) float32 {
	if f, err := strconv.ParseFloat(scale, 32); err == nil && f > 0 {
		return float32(f)
	}
	return 1
}

// Fitting is the size in Fyne's units of a window that stays as large on the screen
// while everything in it grows by a factor.
func Fitting(size fyne.Size, factor float32) fyne.Size {
	return fyne.NewSize(max(LeastWidth, size.Width/factor), max(LeastHeight, size.Height/factor))
}
