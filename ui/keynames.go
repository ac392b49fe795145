package ui

import (
	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/wording"
)

// onMac says whether the keys are those of macOS, where Command is used instead of
// Control.
const onMac = fyne.KeyModifierShortcutDefault == fyne.KeyModifierSuper

// keys are the keys, as the desktop writes them, and what they do.
func keys(t *wording.Text, mac bool) []wording.Fact {
	ctrl, shift := "Ctrl+", "Ctrl+Shift+"
	page := "PgUp, PgDn"
	space, del, enter := t.S("key.space"), t.S("key.delete"), t.S("key.return")
	if mac {
		ctrl, shift, del = "⌘", "⇧⌘", "⌫"
	}
	return []wording.Fact{
		{Name: ctrl + "O", Value: t.S("help.add")},
		{Name: shift + "O", Value: t.S("help.folder")},
		{Name: ctrl + "V", Value: t.S("help.paste")},
		{Name: ctrl + ",", Value: t.S("help.settings")},
		{Name: ctrl + "F", Value: t.S("help.filter")},
		{Name: space, Value: t.S("help.pause")},
		{Name: del, Value: t.S("help.delete")},
		{Name: ctrl + "Z", Value: t.S("help.undo")},
		{Name: ctrl + "R", Value: t.S("help.retry")},
		{Name: ctrl + "1…4", Value: t.S("help.views")},
		{Name: ctrl + page, Value: t.S("help.tabs")},
		{Name: ctrl + "A", Value: t.S("help.all")},
		{Name: shift + "↑↓", Value: t.S("help.first")},
		{Name: ctrl + "P", Value: t.S("help.permanent")},
		{Name: enter, Value: t.S("help.details")},
		{Name: "F10", Value: t.S("help.menu")},
		{Name: "F1", Value: t.S("help.help")},
	}
}
