package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// TestReturnPressesAButton as Space does, unless it is disabled.
func TestReturnPressesAButton(t *testing.T) {
	test.NewTempApp(t)
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter} {
		pressed := 0
		quiet, loud := NewQuietButton("quiet", func() { pressed++ }), NewButton("loud", func() { pressed++ })
		for _, b := range []interface {
			fyne.Focusable
			fyne.Disableable
		}{quiet, loud} {
			b.TypedKey(&fyne.KeyEvent{Name: key})
			b.Disable()
			b.TypedKey(&fyne.KeyEvent{Name: key})
		}
		if pressed != 2 {
			t.Errorf("%s pressed %d times, want 2", key, pressed)
		}
	}
}
