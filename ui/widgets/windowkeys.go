package widgets

import (
	"fyne.io/fyne/v2"
)

// WindowKey hands F1 and Escape to the window, as long as it is there. Fyne
// hands a key to the widget that has the focus and to nobody else, and none of
// its widgets has a use for these two. It reports whether the key is one of
// them.
func WindowKey(of fyne.CanvasObject, e *fyne.KeyEvent) bool {
	if e.Name != fyne.KeyF1 && e.Name != fyne.KeyEscape {
		return false
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(of); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
	return true
}
