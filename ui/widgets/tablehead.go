package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// TableHead names the columns of a table. A tap sorts by a column, and a border can be
// dragged. With the keys: Left and Right choose a column, Return sorts by it, Plus and
// Minus change its width, 0 resets all.
type TableHead struct {
	widget.BaseWidget
	columns *ColumnSet
	sorted  int // column, -1 for none
	down    bool
	OnSort  func(column int)
	OnMenu  func(at fyne.Position)             // nil for none
	Say     func(column int, down bool) string // what a screen reader says of the order

	focused bool
	at      int     // column that the keys act on
	over    bool    // the pointer is over a border
	drags   int     // column whose border is dragged, -1 for none
	from    float32 // where the pointer was
}

var (
	_ fyne.Tappable          = (*TableHead)(nil)
	_ fyne.SecondaryTappable = (*TableHead)(nil)
	_ fyne.Draggable         = (*TableHead)(nil)
	_ fyne.Focusable         = (*TableHead)(nil)
	_ desktop.Hoverable      = (*TableHead)(nil)
	_ desktop.Cursorable     = (*TableHead)(nil)
)

// NewTableHead returns a head of columns, sorted by none of them.
func NewTableHead(columns *ColumnSet, onSort func(column int)) *TableHead {
	h := &TableHead{columns: columns, sorted: -1, drags: -1, OnSort: onSort}
	h.ExtendBaseWidget(h)
	return h
}

// Mark marks the column that the table is sorted by, -1 for none.
func (h *TableHead) Mark(column int, down bool) {
	h.sorted, h.down = column, down
	h.Refresh()
}

// Tapped implements fyne.Tappable.
func (h *TableHead) Tapped(e *fyne.PointEvent) {
	if h.columns.Border(e.Position.X, h.Size().Width) >= 0 {
		return
	}
	column := -1
	for i, at := range h.columns.Spans(h.Size().Width)[:len(h.columns.Columns)] {
		if e.Position.X >= at.X && e.Position.X <= at.X+at.Width && h.columns.Columns[i].Name != "" {
			column = i
		}
	}
	h.OnSort(column)
}

// TappedSecondary implements fyne.SecondaryTappable.
func (h *TableHead) TappedSecondary(e *fyne.PointEvent) {
	if h.OnMenu != nil {
		h.OnMenu(e.AbsolutePosition)
	}
}

// Reset gives all columns their own widths again.
func (h *TableHead) Reset() {
	h.columns.Reset()
	h.Refresh()
}

// Dragged implements fyne.Draggable.
func (h *TableHead) Dragged(e *fyne.DragEvent) {
	if h.drags < 0 {
		h.from = e.Position.X - e.Dragged.DX
		h.drags = h.columns.Border(h.from, h.Size().Width)
	}
	if h.drags < 0 {
		return
	}
	spans := h.columns.Spans(h.Size().Width)
	before := spans[h.drags].Width
	h.columns.Move(h.drags, e.Position.X-h.from, h.Size().Width)
	// The pointer may be farther than the border can go.
	h.from += h.columns.Spans(h.Size().Width)[h.drags].Width - before
	h.Refresh()
}

// DragEnd implements fyne.Draggable.
func (h *TableHead) DragEnd() { h.drags = -1 }

// MouseIn implements desktop.Hoverable.
func (h *TableHead) MouseIn(e *desktop.MouseEvent) { h.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (h *TableHead) MouseMoved(e *desktop.MouseEvent) {
	h.over = h.columns.Border(e.Position.X, h.Size().Width) >= 0
}

// MouseOut implements desktop.Hoverable.
func (h *TableHead) MouseOut() { h.over = false }

// Cursor implements desktop.Cursorable.
func (h *TableHead) Cursor() desktop.Cursor {
	if h.over || h.drags >= 0 {
		return desktop.HResizeCursor
	}
	return desktop.DefaultCursor
}

// FocusGained implements fyne.Focusable.
func (h *TableHead) FocusGained() {
	h.focused = true
	if !h.named(h.at) {
		h.step(1)
	}
	h.Refresh()
}

// FocusLost implements fyne.Focusable.
func (h *TableHead) FocusLost() {
	h.focused = false
	h.Refresh()
}

// TypedRune implements fyne.Focusable.
func (h *TableHead) TypedRune(r rune) {
	const step = 16
	switch r {
	case '+':
		h.columns.Move(h.at, step, h.Size().Width)
	case '-', '−':
		h.columns.Move(h.at, -step, h.Size().Width)
	case '0':
		h.columns.Reset()
	}
	h.Refresh()
}

// TypedKey implements fyne.Focusable.
func (h *TableHead) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		h.step(-1)
	case fyne.KeyRight:
		h.step(1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		h.OnSort(h.at)
	default:
		WindowKey(h, e)
	}
	h.Refresh()
}

// named reports whether a column is shown and can be chosen.
func (h *TableHead) named(i int) bool {
	return i >= 0 && i < len(h.columns.Columns) && h.columns.Columns[i].Name != "" && h.columns.shown(i, h.Size().Width)
}

func (h *TableHead) step(by int) {
	for i := h.at + by; i >= 0 && i < len(h.columns.Columns); i += by {
		if h.named(i) {
			h.at = i
			return
		}
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (h *TableHead) AccessibilityLabel() string {
	words := ""
	if h.named(h.at) {
		words = h.columns.Columns[h.at].Name
	}
	if h.Say != nil && h.at == h.sorted {
		words += ", " + h.Say(h.at, h.down)
	}
	return words
}

// CreateRenderer implements fyne.Widget.
func (h *TableHead) CreateRenderer() fyne.WidgetRenderer {
	r := &headRenderer{head: h}
	for _, o := range []**canvas.Rectangle{&r.ground, &r.chosen, &r.under} {
		*o = canvas.NewRectangle(color.Transparent)
		r.all = append(r.all, *o)
	}
	for range h.columns.Columns {
		t, line := canvas.NewText("", color.Transparent), canvas.NewRectangle(color.Transparent)
		r.words, r.lines = append(r.words, t), append(r.lines, line)
		r.all = append(r.all, t, line)
	}
	r.style()
	return r
}

type headRenderer struct {
	head                  *TableHead
	ground, chosen, under *canvas.Rectangle
	words                 []*canvas.Text
	lines                 []*canvas.Rectangle // between columns
	all                   []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer.
func (r *headRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *headRenderer) Objects() []fyne.CanvasObject { return r.all }

// MinSize implements fyne.WidgetRenderer.
func (r *headRenderer) MinSize() fyne.Size { return fyne.NewSize(0, HeadHeight) }

// Refresh implements fyne.WidgetRenderer.
func (r *headRenderer) Refresh() {
	r.style()
	r.Layout(r.head.Size())
	canvas.Refresh(r.head)
}

func (r *headRenderer) style() {
	h := r.head
	r.ground.FillColor = theme.ColorForWidget(ColorSunken, h)
	r.ground.TopLeftCornerRadius, r.ground.TopRightCornerRadius = TableRadius-1, TableRadius-1
	r.under.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, h)
	r.chosen.FillColor = color.Transparent
	if h.focused {
		r.chosen.FillColor = theme.ColorForWidget(theme.ColorNameFocus, h)
	}
	for i, t := range r.words {
		t.TextSize, t.Color = theme.SizeForWidget(SizeSmall, h), theme.ColorForWidget(ColorMuted, h)
		if h.columns.Columns[i].Right {
			t.Alignment = fyne.TextAlignTrailing
		}
		r.lines[i].FillColor = theme.ColorForWidget(theme.ColorNameSeparator, h)
	}
}

// mark is the arrow of the column that the table is sorted by.
func (h *TableHead) mark(i int) string {
	switch {
	case h.sorted != i:
		return ""
	case h.down:
		return " ↓"
	}
	return " ↑"
}

// Layout implements fyne.WidgetRenderer.
func (r *headRenderer) Layout(size fyne.Size) {
	h := r.head
	r.ground.Resize(size)
	r.under.Move(fyne.NewPos(0, size.Height-1))
	r.under.Resize(fyne.NewSize(size.Width, 1))
	spans := h.columns.Spans(size.Width)
	for i, t := range r.words {
		at, mark := spans[i], h.mark(i)
		room := at.Width
		if mark != "" {
			room -= fyne.MeasureText(mark, t.TextSize, t.TextStyle).Width
		}
		t.Text = Ellipsis(h.columns.Columns[i].Name, room, t.TextSize, t.TextStyle) + mark
		height := t.MinSize().Height
		t.Move(fyne.NewPos(at.X, (size.Height-height)/2))
		t.Resize(fyne.NewSize(at.Width, height))
		SetVisible(t, at.Width > 0)
		j := h.columns.next(i, size.Width)
		border := at.Width > 0 && j >= 0 && !h.columns.Columns[i].Fixed && !h.columns.Columns[j].Fixed
		SetVisible(r.lines[i], border)
		if border {
			r.lines[i].Move(fyne.NewPos((at.X+at.Width+spans[j].X)/2, size.Height/2-6))
			r.lines[i].Resize(fyne.NewSize(1, 12))
		}
	}
	if h.named(h.at) {
		at := spans[h.at]
		r.chosen.Move(fyne.NewPos(at.X-4, 4))
		r.chosen.Resize(fyne.NewSize(at.Width+8, size.Height-8))
	}
}
