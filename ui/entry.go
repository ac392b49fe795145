package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// lineEntry is an entry on a page. Fyne hands key combinations to the focused
// widget alone, and keys too; this one passes on those that are the window's.
type lineEntry struct {
	widget.Entry
	sh *shell
}

func newLineEntry(s *shell, placeholder string) *lineEntry {
	e := &lineEntry{sh: s}
	e.ExtendBaseWidget(e)
	e.PlaceHolder = placeholder
	return e
}

// TypedKey implements fyne.Focusable.
func (e *lineEntry) TypedKey(key *fyne.KeyEvent) {
	if !windowKey(e, key) {
		e.Entry.TypedKey(key)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *lineEntry) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*desktop.CustomShortcut); ok && e.sh.shortcut != nil {
		e.sh.shortcut(s)
	}
	e.Entry.TypedShortcut(s)
}
