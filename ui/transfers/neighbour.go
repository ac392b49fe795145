package transfers

import (
	"maps"

	"github.com/artstore/ingester/core"
)

// rememberNext remembers which row to select if the selected ones are removed.
func (v *View) rememberNext(leaving []core.TransferID) {
	if v.selected[leaving[0]] {
		v.next = nextRow{v.neighbour(), maps.Clone(v.selected)}
	}
}

// neighbour is the row after the last selected one, or else the nearest one before
// it; "" if there is none.
func (v *View) neighbour() (next core.TransferID) {
	atEnd := false // the last row is selected
	for i := v.model.Len() - 1; i >= 0; i-- {
		switch id := v.model.At(i).ID; {
		case !v.selected[id] && atEnd:
			return id
		case !v.selected[id]:
			next = id
		case next != "":
			return next
		default:
			atEnd = true
		}
	}
	return ""
}

// selectNext selects the remembered row when all selected rows have gone, unless
// the user has selected something else by then.
func (v *View) selectNext() {
	if v.next.id == "" {
		return
	}
	at := -1
	for i := range v.model.Len() {
		id := v.model.At(i).ID
		if v.next.of[id] {
			return
		}
		if id == v.next.id {
			at = i
		}
	}
	if at >= 0 && maps.Equal(v.selected, v.next.of) {
		v.selected = map[core.TransferID]bool{v.next.id: true}
		v.anchor, v.from = at, at
		v.list.Highlight(at)
	}
	v.next = nextRow{}
}
