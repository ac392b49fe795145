package ui

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/settings"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
)

// pickFiles lets the user choose files to add.
func (w *Window) pickFiles() {
	w.pick(view.FileQuestion{Title: w.host.Text.S("pick.files"), Many: true})
}

// pickFolders lets the user choose folders to add.
func (w *Window) pickFolders() {
	w.pick(view.FileQuestion{Title: w.host.Text.S("pick.folders"), Many: true, Folders: true})
}

func (w *Window) pick(q view.FileQuestion) {
	if w.undecided(false) {
		return
	}
	q.Accept = w.host.Text.S("pick.add")
	view.Pick(w.host, q, func(paths []string) { w.intake.add(paths) })
}

// dropped takes files that were dropped on the window.
func (w *Window) dropped(paths []string, left ...core.Skipped) {
	switch {
	case w.host.Settings != nil:
		w.host.Settings.Dropped(paths)
	case w.first != nil && len(paths) == 1 && filepath.Ext(paths[0]) == settings.ProfileExtension:
		w.takeProfile(paths[0])
	default:
		w.intake.add(paths, left...)
	}
}

// binding is a shortcut and what it does.
type binding struct {
	keys fyne.Shortcut
	do   func()
}

// bindings are the window's shortcuts.
func (w *Window) bindings() []binding {
	ctrl := fyne.KeyModifierShortcutDefault
	key := func(name fyne.KeyName, mods fyne.KeyModifier, do func()) binding {
		return binding{&desktop.CustomShortcut{KeyName: name, Modifier: mods}, do}
	}
	all := []binding{
		key(fyne.KeyO, ctrl, w.pickFiles),
		key(fyne.KeyO, ctrl|fyne.KeyModifierShift, w.pickFolders),
		key(fyne.KeyComma, ctrl, func() { w.host.OpenSettings(view.TabServer) }),
		key(fyne.KeyR, ctrl, w.transfers.RetryFailed),
		key(fyne.KeyF, ctrl, w.focusFilter),
		key(fyne.KeyUp, ctrl|fyne.KeyModifierShift, w.onTransfers((*transfers.View).MoveFirst)),
		key(fyne.KeyDown, ctrl|fyne.KeyModifierShift, w.onTransfers((*transfers.View).MoveLast)),
		key(fyne.KeyP, ctrl, w.makePermanent),
		{&fyne.ShortcutUndo{}, func() { w.transfers.Undo() }},
		{&fyne.ShortcutSelectAll{}, w.onTransfers((*transfers.View).SelectAll)},
		{&fyne.ShortcutPaste{}, w.paste},
	}
	for i, name := range []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4} {
		all = append(all, key(name, ctrl, func() { w.choose(i) }))
	}
	return all
}

// onTransfers limits do to when the transfers are shown.
func (w *Window) onTransfers(do func(*transfers.View)) func() {
	return func() {
		if w.shown == 0 {
			do(w.transfers)
		}
	}
}

// makePermanent makes the selected files of the page permanent.
func (w *Window) makePermanent() {
	if page, ok := w.pages[w.shown].(interface{ MakePermanent() }); ok {
		page.MakePermanent()
	}
}

// bindKeys sets the shortcuts and keys of the window.
func (w *Window) bindKeys() {
	c := w.win.Canvas()
	for _, keys := range settings.TabKeys() {
		c.AddShortcut(keys, w.typedShortcut)
	}
	for _, b := range w.bindings() {
		c.AddShortcut(b.keys, w.typedShortcut)
	}
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		switch {
		case e.Name == fyne.KeyEscape && w.host.Back():
		case e.Name == fyne.KeyF1:
			w.unlessCovered(func() { showHelp(w.host) })
		default:
			w.scrollBy(e.Name) // nothing has the focus, so no other key does anything
		}
	})
}

// unlessCovered calls do, unless a dialog or a menu is open.
func (w *Window) unlessCovered(do func()) {
	if w.win.Canvas().Overlays().Top() == nil {
		do()
	}
}

// typedShortcut does what a shortcut does. Entries call it too.
func (w *Window) typedShortcut(s fyne.Shortcut) {
	if d := w.host.Settings; d != nil {
		d.TypedShortcut(s)
		return
	}
	for _, b := range w.bindings() {
		if b.keys.ShortcutName() == s.ShortcutName() {
			w.unlessCovered(b.do)
			return
		}
	}
}

// focusFilter goes to the search of the page, or if it has none to that of the
// transfers.
func (w *Window) focusFilter() {
	page, ok := w.pages[w.shown].(interface{ Search() fyne.Focusable })
	if !ok {
		w.choose(0)
		page = w.transfers
	}
	w.win.Canvas().Focus(page.Search())
}

// paste adds the paths in the clipboard.
func (w *Window) paste() {
	paths, left := view.PastedPaths(w.app.Clipboard().Content())
	if len(paths) > 0 {
		w.intake.add(paths, left...)
		return
	}
	if w.undecided(false) {
		return
	}
	// Other text is not shown: it may be a password.
	w.showTransfers()
	w.intake.say(w.host.Text.S("drop.not_paths"))
}

// undecided reports whether there is no profile yet for the files, and says so, and
// whether the files are kept.
func (w *Window) undecided(kept bool) bool {
	if w.first == nil {
		return false
	}
	w.showTransfers()
	w.remind(kept)
	return true
}
