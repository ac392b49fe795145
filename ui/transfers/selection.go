package transfers

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
)

// Tap selects a row alone, with Ctrl or Cmd adds or removes it, with Shift selects
// a range.
func (v *View) Tap(id core.TransferID, mods fyne.KeyModifier) {
	at := v.visibleIndex(id)
	if at < 0 {
		return
	}
	switch {
	case mods&fyne.KeyModifierShift != 0:
		v.choose(v.from, at)
		v.anchor = at
	case mods&fyne.KeyModifierShortcutDefault != 0:
		if v.selected[id] {
			delete(v.selected, id)
		} else {
			v.selected[id] = true
		}
		v.anchor, v.from = at, at
	default:
		v.selected = map[core.TransferID]bool{id: true}
		v.anchor, v.from = at, at
	}
	v.list.Highlight(at)
	v.host.Win.Canvas().Focus(v.list)
	v.Refresh()
}

// choose selects the rows from one to another.
func (v *View) choose(from, to int) {
	v.selected = map[core.TransferID]bool{}
	for i := min(from, to); i <= max(from, to); i++ {
		if r := v.model.At(i); r != nil {
			v.selected[r.ID] = true
		}
	}
}

// shifted reports whether Shift is held down.
func (v *View) shifted() bool {
	d, ok := fyne.CurrentApp().Driver().(desktop.Driver)
	return ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
}

// moveTo selects the row that the keys went to.
func (v *View) moveTo(index int) {
	if r := v.model.At(index); r != nil {
		if v.shifted() { // the range grows
			v.choose(v.from, index)
		} else {
			v.from = index
			v.selected = map[core.TransferID]bool{r.ID: true}
		}
		v.anchor = index
		v.Refresh()
	}
}

func (v *View) visibleIndex(id core.TransferID) int {
	for i, row := range v.live {
		if r := v.model.At(i); row.id == id && r != nil && r.ID == id {
			return i
		}
	}
	for i := range v.model.Len() {
		if v.model.At(i).ID == id {
			return i
		}
	}
	return -1
}

// SelectAll selects every visible row.
func (v *View) SelectAll() {
	for i := range v.model.Len() {
		v.selected[v.model.At(i).ID] = true
	}
	v.Refresh()
}
