package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// TabKeys are the key combinations that go to a tab of the settings: to the previous
// one, to the next, and by number. Fyne's tabs have none.
func TabKeys() []fyne.Shortcut {
	names := []fyne.KeyName{fyne.KeyPageUp, fyne.KeyPageDown, fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6}
	all := make([]fyne.Shortcut, len(names))
	for i, name := range names {
		all[i] = &desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierShortcutDefault}
	}
	return all
}

// TypedShortcut goes to a tab.
func (d *Dialog) TypedShortcut(s fyne.Shortcut) {
	if d.guide != nil || len(d.host.Win.Canvas().Overlays().List()) != 1 {
		return // there are no tabs, or another dialog is open
	}
	last := len(settingsTabs) - 1
	for i, k := range TabKeys() {
		if k.ShortcutName() != s.ShortcutName() {
			continue
		}
		switch at := d.tabs.SelectedIndex(); i {
		case 0:
			i = max(at-1, 0)
		case 1:
			i = min(at+1, last)
		default:
			i -= 2
		}
		// The focused widget may be on the page that is hidden now.
		d.host.Win.Canvas().Unfocus()
		d.tabs.SelectIndex(i)
		return
	}
}
