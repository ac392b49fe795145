package widgets

import "fyne.io/fyne/v2"

// SetVisible shows or hides an object if that changes anything: Fyne redraws the
// window even when it hides what is hidden already.
func SetVisible(o fyne.CanvasObject, visible bool) {
	switch {
	case o.Visible() == visible:
	case visible:
		o.Show()
	default:
		o.Hide()
	}
}

// SetEnabled enables a widget or disables it.
func SetEnabled(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}
