package widgets

import "fyne.io/fyne/v2"

// SetVisible shows an object or hides it. It does nothing where nothing changes:
// Fyne draws the window anew for whatever is hidden again.
func SetVisible(o fyne.CanvasObject, visible bool) {
	switch {
	case o.Visible() == visible:
	case visible:
		o.Show()
	default:
		o.Hide()
	}
}

// SetEnabled lets a widget be used, or not.
func SetEnabled(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}
