package ui

import (
	"github.com/artstore/ingester/ui/view"
)

// UseScale offers the size of text and symbols in the settings. set makes the
// toolkit draw at a scale such as "1.5" from the next change of the theme on,
// or for "" as the desktop says. Call it before ShowAndRun or RunInTray.
func (w *Window) UseScale(set func(scale string)) { w.setScale = set }

// rescale takes the preference over. It reports how much larger everything
// becomes by it.
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
