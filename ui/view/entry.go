package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/widgets"
)

// LineEntry is a line of text on a page. Fyne gives keys and key combinations to the
// focused widget alone; this one passes those of the window on.
type LineEntry struct {
	widget.Entry
	sh *Host
}

// NewLineEntry returns an entry that shows placeholder while it is empty.
func NewLineEntry(s *Host, placeholder string) *LineEntry {
	e := &LineEntry{sh: s}
	e.ExtendBaseWidget(e)
	e.PlaceHolder = placeholder
	return e
}

// TypedKey implements fyne.Focusable.
func (e *LineEntry) TypedKey(key *fyne.KeyEvent) {
	if !widgets.WindowKey(e, key) {
		e.Entry.TypedKey(key)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *LineEntry) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*desktop.CustomShortcut); ok && e.sh.Shortcut != nil {
		e.sh.Shortcut(s)
	}
	e.Entry.TypedShortcut(s)
}
