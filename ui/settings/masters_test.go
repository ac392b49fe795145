package settings

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestStepMasters compares a line of the connection test with a picture.
func TestStepMasters(t *testing.T) {
	viewtest.CompareMasters(t, map[string]func() (fyne.CanvasObject, fyne.Size){
		"step": func() (fyne.CanvasObject, fyne.Size) {
			p := &checkPanel{host: &view.Host{Text: viewtest.English(t)}}
			l := newCheckLine()
			p.write(l, core.Step{Name: "ready", Status: core.StepWarning, Detail: "temporary uploads only", Advice: "No permanent storage is online.", Took: 9 * time.Millisecond})
			l.object.Show()
			return l.object, fyne.NewSize(420, 80)
		},
	})
}
