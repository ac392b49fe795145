package ui

import (
	"github.com/artstore/ingester/ui/view"
)

// UseScale offers the size of text and symbols in the settings. set makes Fyne draw at a
// scale such as "1.5", or "" for that of the desktop, from the next change of the theme
// on. Call it before ShowAndRun or RunInTray.
func (w *Window) UseScale(set func(scale string)) { w.setScale = set }

// rescale applies the preference. It returns by which factor everything grows.
func (w *Window) rescale() float32 {
	if w.setScale == nil {
		return 1
	}
	scale := w.app.Preferences().String(view.PrefScale)
	before := view.ScaleFactor(w.scale)
	w.scale = scale
	w.setScale(scale)
	return view.ScaleFactor(scale) / before
}
