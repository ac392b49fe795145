package ui

import (
	"context"
	"maps"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/wording"
)

// tapRow selects a row: alone, with Ctrl or Cmd one more, with Shift a range.
func (v *transfersView) tapRow(id core.TransferID, mods fyne.KeyModifier) {
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
	v.sh.Win.Canvas().Focus(v.list)
	v.Refresh()
}

// choose selects the rows from one to another.
func (v *transfersView) choose(from, to int) {
	v.selected = map[core.TransferID]bool{}
	for i := min(from, to); i <= max(from, to); i++ {
		if r := v.model.At(i); r != nil {
			v.selected[r.ID] = true
		}
	}
}

// shifted reports whether Shift is held down.
func (v *transfersView) shifted() bool {
	d, ok := fyne.CurrentApp().Driver().(desktop.Driver)
	return ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
}

// moveTo selects the row that the arrow keys went to.
func (v *transfersView) moveTo(index int) {
	if r := v.model.At(index); r != nil {
		if v.shifted() { // the range grows from where it began
			v.choose(v.from, index)
		} else {
			v.from = index
			v.selected = map[core.TransferID]bool{r.ID: true}
		}
		v.anchor = index
		v.Refresh()
	}
}

func (v *transfersView) visibleIndex(id core.TransferID) int {
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

// chosen are the selected transfers that an action makes sense for, in the
// order of the list.
func (v *transfersView) chosen(actions ...queue.Action) []core.TransferID {
	var ids []core.TransferID
	for i := range v.model.Rows {
		r := &v.model.Rows[i]
		if !v.selected[r.ID] {
			continue
		}
		for _, a := range actions {
			if r.Can(a) {
				ids = append(ids, r.ID)
				break
			}
		}
	}
	return ids
}

// storedFiles names the files of stored transfers.
func (v *transfersView) storedFiles(ids []core.TransferID) []storedFile {
	files := make([]storedFile, 0, len(ids))
	for _, id := range ids {
		if r := v.model.Find(id); r != nil && r.Receipt() != nil {
			_, name := wording.SplitName(r.Name)
			files = append(files, storedFile{id, r.Receipt().FileID, name})
		}
	}
	return files
}

// selectAll selects every row that the filter takes.
func (v *transfersView) selectAll() {
	for i := range v.model.Len() {
		v.selected[v.model.At(i).ID] = true
	}
	v.Refresh()
}

// moveFirst and moveLast move the selected transfers in the queue.
func (v *transfersView) moveFirst() { v.do(queue.ActFirst, v.chosen(queue.ActFirst)) }
func (v *transfersView) moveLast()  { v.do(queue.ActLast, v.chosen(queue.ActLast)) }

// makePermanent keeps the selected files for good.
func (v *transfersView) makePermanent() { v.do(queue.ActPermanent, v.chosen(queue.ActPermanent)) }

// key is what Space, Delete, Return and the menu key do with the selection.
func (v *transfersView) key(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeySpace:
		if ids := v.chosen(queue.ActPause); len(ids) > 0 {
			v.do(queue.ActPause, ids)
		} else {
			v.do(queue.ActResume, v.chosen(queue.ActResume))
		}
	case fyne.KeyDelete, fyne.KeyBackspace:
		v.do(queue.ActCancel, v.chosen(queue.ActCancel))
		v.do(queue.ActRemove, v.chosen(queue.ActRemove))
	case desktop.KeyMenu, fyne.KeyF10:
		v.showMenuOf(v.anchor)
	case fyne.KeyReturn, fyne.KeyEnter:
		if r := v.model.At(v.anchor); r != nil && v.selected[r.ID] {
			v.showDetails(r.ID)
		}
	default:
		return false
	}
	return true
}

// do carries an action out on transfers.
func (v *transfersView) do(a queue.Action, ids []core.TransferID) {
	if len(ids) == 0 {
		return
	}
	if a == queue.ActPermanent {
		v.permanent.ask(v.storedFiles(ids))
		return
	}
	if a == queue.ActRemove || a == queue.ActCancel && !v.model.Filter.Shows(queue.GroupCancelled) {
		v.appoint(ids)
	}
	c := v.sh.Ctl
	verbs := map[queue.Action]func(context.Context, ...core.TransferID) error{
		queue.ActPause: c.Pause, queue.ActResume: c.Resume, queue.ActRetry: c.Retry, queue.ActCancel: c.Cancel, queue.ActRemove: c.Remove,
		queue.ActFirst: c.First, queue.ActLast: c.Last,
	}
	verb := verbs[a]
	if a == queue.ActRetry && v.anyUnknown(ids) {
		v.askAgain(func() { v.sh.Act(func(ctx context.Context) error { return verb(ctx, ids...) }) })
		return
	}
	v.sh.Act(func(ctx context.Context) error { return verb(ctx, ids...) })
}

func (v *transfersView) anyUnknown(ids []core.TransferID) bool {
	for _, id := range ids {
		if r := v.model.Find(id); r != nil && r.State() == core.StateUnknown {
			return true
		}
	}
	return false
}

// heir is the row that is selected once those that were have left the list at
// the user's wish: whoever works by keys goes on from there.
type heir struct {
	id core.TransferID
	of map[core.TransferID]bool // the selection that leaves
}

// appoint names the heir of the selection, where it is part of what leaves.
func (v *transfersView) appoint(leaving []core.TransferID) {
	if v.selected[leaving[0]] {
		v.heir = heir{v.neighbour(), maps.Clone(v.selected)}
	}
}

// neighbour is the row after the last selected one, or else the nearest before
// it; "" for none.
func (v *transfersView) neighbour() (next core.TransferID) {
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

// succeed selects the heir once nothing of the selection is left, unless the
// user has selected something else meanwhile.
func (v *transfersView) succeed() {
	if v.heir.id == "" {
		return
	}
	at := -1
	for i := range v.model.Len() {
		id := v.model.At(i).ID
		if v.heir.of[id] {
			return
		}
		if id == v.heir.id {
			at = i
		}
	}
	if at >= 0 && maps.Equal(v.selected, v.heir.of) {
		v.selected = map[core.TransferID]bool{v.heir.id: true}
		v.anchor, v.from = at, at
		v.list.Highlight(at)
	}
	v.heir = heir{}
}
