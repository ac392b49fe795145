package widgets

import (
	"fyne.io/fyne/v2"
)

// WindowKey passes F1 and Escape on to the window of an object. Fyne gives a key to
// the focused widget alone, and its own widgets ignore these two. It reports
// whether the key is one of them.
func WindowKey(of fyne.CanvasObject, e *fyne.KeyEvent) bool {
	if e.Name != fyne.KeyF1 && e.Name != fyne.KeyEscape {
		return false
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(of); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
	return true
}

// pressKey calls press for the keys that press a button, and passes the window's
// keys on.
func pressKey(of fyne.CanvasObject, e *fyne.KeyEvent, press func()) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		press()
	default:
		WindowKey(of, e)
	}
}
