package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
)

// TestMasters compares a line of the connection test with a picture.
func TestStepMasters(t *testing.T) {
	compareMasters(t, map[string]func() (fyne.CanvasObject, fyne.Size){
		"step": func() (fyne.CanvasObject, fyne.Size) {
			p := &checkPanel{s: &shell{text: english(t)}}
			l := newCheckLine()
			p.write(l, core.Step{Name: "ready", Status: core.StepWarning, Detail: "temporary uploads only", Advice: "No permanent storage is online.", Took: 9 * time.Millisecond})
			l.object.Show()
			return l.object, fyne.NewSize(420, 80)
		},
	})
}
