package transfers

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// tableHead names the columns. A tap sorts by a column that can be sorted by, or
// else in the order of the queue.
type tableHead struct {
	widget.BaseWidget
	words  map[queue.Order]string
	speed  string
	left   string
	sorted queue.Order
	down   bool
	onSort func(queue.Order)
}

func newTableHead(t *wording.Text, onSort func(queue.Order)) *tableHead {
	h := &tableHead{
		words:  map[queue.Order]string{queue.OrderName: t.S("column.name"), queue.OrderSize: t.S("column.size"), queue.OrderState: t.S("column.progress")},
		speed:  t.S("column.speed"),
		left:   t.S("column.left"),
		onSort: onSort,
	}
	h.ExtendBaseWidget(h)
	return h
}

// show marks the column that the list is sorted by.
func (h *tableHead) show(f queue.Filter) {
	h.sorted, h.down = f.Order, f.Reverse
	h.Refresh()
}

// Tapped implements fyne.Tappable.
func (h *tableHead) Tapped(e *fyne.PointEvent) {
	p := spansFor(h.Size().Width)
	for o, at := range map[queue.Order]widgets.Span{queue.OrderName: p.name, queue.OrderSize: p.size, queue.OrderState: p.progress} {
		if e.Position.X >= at.X && e.Position.X <= at.X+at.Width {
			h.onSort(o)
			return
		}
	}
	h.onSort(queue.OrderQueue)
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
func (r *headRenderer) MinSize() fyne.Size { return fyne.NewSize(0, widgets.HeadHeight) }

// Refresh implements fyne.WidgetRenderer.
func (r *headRenderer) Refresh() {
	r.style()
	r.Layout(r.head.Size())
	canvas.Refresh(r.head)
}

func (r *headRenderer) style() {
	h := r.head
	r.ground.FillColor = theme.ColorForWidget(widgets.ColorSunken, h)
	r.ground.TopLeftCornerRadius, r.ground.TopRightCornerRadius = widgets.TableRadius-1, widgets.TableRadius-1
	r.under.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, h)
	mark := func(o queue.Order) string {
		switch {
		case h.sorted != o:
			return h.words[o]
		case h.down:
			return h.words[o] + " ↓"
		}
		return h.words[o] + " ↑"
	}
	for i, words := range []string{mark(queue.OrderName), mark(queue.OrderSize), mark(queue.OrderState), h.speed, h.left} {
		t := r.words[i]
		t.Text, t.TextSize = words, theme.SizeForWidget(widgets.SizeSmall, h)
		t.Color = theme.ColorForWidget(widgets.ColorMuted, h)
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
	p := spansFor(size.Width)
	for i, at := range []widgets.Span{p.name, p.size, p.progress, p.speed, p.left} {
		t := r.words[i]
		height := t.MinSize().Height
		t.Move(fyne.NewPos(at.X, (size.Height-height)/2))
		t.Resize(fyne.NewSize(at.Width, height))
		widgets.SetVisible(t, at.Width > 0)
	}
}
