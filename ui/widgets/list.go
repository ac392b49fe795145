package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// RowList is Fyne's list with keys that act on the selected rows.
type RowList struct {
	widget.List
	OnKey   func(*fyne.KeyEvent) bool // reports whether it used the key
	OnMove  func(index int)           // called when the keys went to a row
	moving  bool                      // a key is being handled
	Step    float32                   // from the top of a row to the next
	Current int                       // the row that the keys, a tap or the pointer went to last
}

// NewRowList returns a list of rows that create makes and update fills. Each item
// starts as an empty container and gets its row when it is first shown. Fyne would
// put all parts of a row that exists before under the list's theme, and never free
// them.
func NewRowList(length func() int, create func() fyne.CanvasObject, update func(int, fyne.CanvasObject)) *RowList {
	least := FixedSize(create().MinSize())
	l := &RowList{Step: least.Height + 1}
	l.Length = length
	l.CreateItem = func() fyne.CanvasObject { return container.New(least) }
	l.UpdateItem = func(i int, o fyne.CanvasObject) {
		room := o.(*fyne.Container)
		if len(room.Objects) == 0 {
			room.Add(create())
		}
		update(i, room.Objects[0])
	}
	// Fyne calls it for the pointer over a row too. Only keys move the selection.
	l.OnHighlighted = func(i int) {
		l.Current = i
		if l.moving {
			l.OnMove(i)
		}
	}
	l.ExtendBaseWidget(l)
	return l
}

// InSight reports whether a row may be in sight. The row below those counts too: Fyne
// fills it with them, and doesn't fill it again when it scrolls into sight.
func (l *RowList) InSight(i int) bool {
	at := float32(i)*l.Step - l.GetScrollOffset()
	return at > -l.Step && at < l.Size().Height+l.Step
}

// TypedKey implements fyne.Focusable.
func (l *RowList) TypedKey(e *fyne.KeyEvent) {
	if WindowKey(l, e) || l.OnKey(e) {
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
		l.Highlight(max(l.Current-l.Page(), 0))
	case fyne.KeyPageDown:
		l.Highlight(min(l.Current+l.Page(), last))
	default:
		l.List.TypedKey(e)
	}
}

// Page is how many rows the Page keys move by: those in sight but one, for
// orientation.
func (l *RowList) Page() int {
	return max(int(l.Size().Height/l.Step)-1, 1)
}
