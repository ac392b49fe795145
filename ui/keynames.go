package ui

import "fyne.io/fyne/v2"

// onMac says that the keys are those of macOS, where Command does what Control
// does elsewhere.
const onMac = fyne.KeyModifierShortcutDefault == fyne.KeyModifierSuper

// keys are what the keys do, each written as the desktop writes it.
func keys(t *text, mac bool) []fact {
	ctrl, shift := "Ctrl+", "Ctrl+Shift+"
	page := "PgUp, PgDn"
	space, del, enter := t.s("key.space"), t.s("key.delete"), t.s("key.return")
	if mac {
		ctrl, shift, del = "⌘", "⇧⌘", "⌫"
	}
	return []fact{
		{ctrl + "O", t.s("help.add")},
		{shift + "O", t.s("help.folder")},
		{ctrl + "V", t.s("help.paste")},
		{ctrl + ",", t.s("help.settings")},
		{ctrl + "F", t.s("help.filter")},
		{space, t.s("help.pause")},
		{del, t.s("help.delete")},
		{ctrl + "R", t.s("help.retry")},
		{ctrl + "1…4", t.s("help.views")},
		{ctrl + page, t.s("help.tabs")},
		{ctrl + "A", t.s("help.all")},
		{shift + "↑↓", t.s("help.first")},
		{ctrl + "P", t.s("help.permanent")},
		{enter, t.s("help.details")},
		{"F10", t.s("help.menu")},
		{"F1", t.s("help.help")},
	}
}
