package widgets

import "fyne.io/fyne/v2"

// What screen readers say of the program's own widgets. Fyne asks for it if it
// is built with the tag accessibility, on Windows and macOS.
var (
	_ fyne.Accessible = (*IconButton)(nil)
	_ fyne.Accessible = (*outline)(nil)
	_ fyne.Accessible = (*NavButton)(nil)
	_ fyne.Accessible = (*TapArea)(nil)
	_ fyne.Accessible = (*Caption)(nil)
)
