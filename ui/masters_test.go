package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestMasters compares the sparkline with pictures.
func TestMasters(t *testing.T) {
	viewtest.CompareMasters(t, map[string]func() (fyne.CanvasObject, fyne.Size){
		"sparkline": func() (fyne.CanvasObject, fyne.Size) {
			s := newSparkline()
			s.show([]int64{0, 1, 2, 3, 5, 8, 13, 21, 13, 8, 0, 0, 5})
			return s, fyne.NewSize(88, 24)
		},
	})
}
