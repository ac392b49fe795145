package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
)

// spoken is what a screen reader says for an object and all that is in it.
func spoken(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *fyne.Container:
		var parts []string
		for _, child := range o.Objects {
			if words := spoken(child); words != "" && child.Visible() {
				parts = append(parts, words)
			}
		}
		return strings.Join(parts, " ")
	case *DropDown:
		return o.Selected
	case *PushButton:
		return o.Text
	case fyne.Accessible:
		return o.AccessibilityLabel()
	}
	return ""
}
