package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// tableHead names the columns; a tap on one sorts by it, a tap on the others
// goes back to the order of the queue.
type tableHead struct {
	widget.BaseWidget
	words  map[order]string
	speed  string
	left   string
	sorted order
	down   bool
	onSort func(order)
}

func newTableHead(t *text, onSort func(order)) *tableHead {
	h := &tableHead{
		words:  map[order]string{orderName: t.s("column.name"), orderSize: t.s("column.size"), orderState: t.s("column.progress")},
		speed:  t.s("column.speed"),
		left:   t.s("column.left"),
		onSort: onSort,
	}
	h.ExtendBaseWidget(h)
	return h
}

// show marks the column that the list is sorted by.
func (h *tableHead) show(f filter) {
	h.sorted, h.down = f.order, f.reverse
	h.Refresh()
}

// Tapped implements fyne.Tappable.
func (h *tableHead) Tapped(e *fyne.PointEvent) {
	p := placesFor(h.Size().Width)
	for o, at := range map[order]place{orderName: p.name, orderSize: p.size, orderState: p.progress} {
		if e.Position.X >= at.x && e.Position.X <= at.x+at.width {
			h.onSort(o)
			return
		}
	}
	h.onSort(orderQueue)
}

// CreateRenderer implements fyne.Widget.
func (h *tableHead) CreateRenderer() fyne.WidgetRenderer {
	r := &headRenderer{head: h, ground: canvas.NewRectangle(color.Transparent), under: canvas.NewRectangle(color.Transparent)}
	r.all = append(r.all, r.ground, r.under)
	for i := range r.words {
		r.words[i] = canvas.NewText("", color.Transparent)
		r.all = append(r.all, r.words[i])
	}
	r.style()
	return r
}

type headRenderer struct {
	head          *tableHead
	ground, under *canvas.Rectangle
	words         [5]*canvas.Text
	all           []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer.
func (r *headRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *headRenderer) Objects() []fyne.CanvasObject { return r.all }

// MinSize implements fyne.WidgetRenderer.
func (r *headRenderer) MinSize() fyne.Size { return fyne.NewSize(0, headHeight) }

// Refresh implements fyne.WidgetRenderer.
func (r *headRenderer) Refresh() {
	r.style()
	r.Layout(r.head.Size())
	canvas.Refresh(r.head)
}

func (r *headRenderer) style() {
	h := r.head
	r.ground.FillColor = theme.ColorForWidget(colorSunken, h)
	r.ground.TopLeftCornerRadius, r.ground.TopRightCornerRadius = tableRadius-1, tableRadius-1
	r.under.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, h)
	mark := func(o order) string {
		switch {
		case h.sorted != o:
			return h.words[o]
		case h.down:
			return h.words[o] + " ↓"
		}
		return h.words[o] + " ↑"
	}
	for i, words := range []string{mark(orderName), mark(orderSize), mark(orderState), h.speed, h.left} {
		t := r.words[i]
		t.Text, t.TextSize = words, theme.SizeForWidget(sizeSmall, h)
		t.Color = theme.ColorForWidget(colorMuted, h)
		if i == 1 || i > 2 {
			t.Alignment = fyne.TextAlignTrailing
		}
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *headRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.under.Move(fyne.NewPos(0, size.Height-1))
	r.under.Resize(fyne.NewSize(size.Width, 1))
	p := placesFor(size.Width)
	for i, at := range []place{p.name, p.size, p.progress, p.speed, p.left} {
		t := r.words[i]
		height := t.MinSize().Height
		t.Move(fyne.NewPos(at.x, (size.Height-height)/2))
		t.Resize(fyne.NewSize(at.width, height))
		setVisible(t, at.width > 0)
	}
}
