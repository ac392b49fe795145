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
	// OnDown does what the Down key does in the entry; it reports whether there was
	// something to do. nil for nothing.
	OnDown func() bool
	host   *Host
}

// NewLineEntry returns an entry that shows placeholder while it is empty.
func NewLineEntry(host *Host, placeholder string) *LineEntry {
	e := &LineEntry{host: host}
	e.ExtendBaseWidget(e)
	e.PlaceHolder = placeholder
	return e
}

// TypedKey implements fyne.Focusable.
func (e *LineEntry) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyDown && e.OnDown != nil && e.OnDown() {
		return
	}
	if !widgets.WindowKey(e, key) {
		e.Entry.TypedKey(key)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *LineEntry) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*desktop.CustomShortcut); ok && e.host.Shortcut != nil {
		e.host.Shortcut(s)
	}
	e.Entry.TypedShortcut(s)
}
