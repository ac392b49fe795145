package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
)

// The window's size at first, where text has the size of the desktop, and the
// least that it promises to work at.
const (
	firstWidth, firstHeight = 1100, 720
	leastWidth, leastHeight = 640, 420
)

// scales are the sizes of text and symbols that the settings offer.
func scales() []string { return []string{"1", "1.25", "1.5", "1.75", "2"} }

// factorOf is the number of a scale, 1 where the desktop says it.
func factorOf(scale string) float32 {
	if f, err := strconv.ParseFloat(scale, 32); err == nil && f > 0 {
		return float32(f)
	}
	return 1
}

// fitting is the size of a window that keeps its place on the screen while
// everything in it grows by a factor.
func fitting(size fyne.Size, factor float32) fyne.Size {
	return fyne.NewSize(max(leastWidth, size.Width/factor), max(leastHeight, size.Height/factor))
}
