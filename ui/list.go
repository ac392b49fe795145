package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// transferList is Fyne's list with keys that act on the selected rows.
type transferList struct {
	widget.List
	onKey  func(*fyne.KeyEvent) bool // true when it used the key
	onMove func(index int)           // the arrow keys went to a row
	moving bool
	step   float32 // from a row to the next
	at     int     // the row that the keys, a tap or the pointer went to last
}

// newTransferList returns a list of the rows that create makes and update fills.
// An item of Fyne's list is an empty place first and gets its row when it is
// shown: Fyne puts every part of what is there before under the list's theme,
// and holds it for good.
func newTransferList(length func() int, create func() fyne.CanvasObject, update func(int, fyne.CanvasObject)) *transferList {
	least := fixedSize(create().MinSize())
	l := &transferList{step: least.Height + 1}
	l.Length = length
	l.CreateItem = func() fyne.CanvasObject { return container.New(least) }
	l.UpdateItem = func(i int, o fyne.CanvasObject) {
		room := o.(*fyne.Container)
		if len(room.Objects) == 0 {
			room.Add(create())
		}
		update(i, room.Objects[0])
	}
	// The list tells of hovering the same way; only keys move the selection.
	l.OnHighlighted = func(i int) {
		l.at = i
		if l.moving {
			l.onMove(i)
		}
	}
	l.ExtendBaseWidget(l)
	return l
}

// sees reports whether a row may be in sight, or be the one below, which Fyne
// sets up with them, and not once more when it comes into sight.
func (l *transferList) sees(i int) bool {
	at := float32(i)*l.step - l.GetScrollOffset()
	return at > -l.step && at < l.Size().Height+l.step
}

// TypedKey implements fyne.Focusable.
func (l *transferList) TypedKey(e *fyne.KeyEvent) {
	if windowKey(l, e) || l.onKey(e) {
		return
	}
	l.moving = true
	defer func() { l.moving = false }()
	switch last := l.Length() - 1; e.Name {
	case fyne.KeyHome:
		l.Highlight(0)
	case fyne.KeyEnd:
		l.Highlight(last)
	case fyne.KeyPageUp:
		l.Highlight(max(l.at-l.page(), 0))
	case fyne.KeyPageDown:
		l.Highlight(min(l.at+l.page(), last))
	default:
		l.List.TypedKey(e)
	}
}

// page is how many rows are seen at once, one less for orientation.
func (l *transferList) page() int {
	return max(int(l.Size().Height/l.step)-1, 1)
}
