package ui

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/widgets"
)

// sparkline draws the speed of the last seconds as bars.
type sparkline struct {
	widget.BaseWidget
	values []int64
}

func newSparkline() *sparkline {
	s := &sparkline{}
	s.ExtendBaseWidget(s)
	return s
}

func (s *sparkline) show(values []int64) {
	moves := func(v int64) bool { return v > 0 }
	drawn := slices.ContainsFunc(values, moves) || slices.ContainsFunc(s.values, moves)
	same := slices.Equal(values, s.values)
	s.values = append(s.values[:0], values...)
	if drawn && !same {
		s.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *sparkline) CreateRenderer() fyne.WidgetRenderer {
	r := &sparkRenderer{s: s}
	for i := range r.bars {
		r.bars[i] = canvas.NewRectangle(color.Transparent)
		r.all = append(r.all, r.bars[i])
	}
	r.style()
	return r
}

type sparkRenderer struct {
	s    *sparkline
	bars [queue.SparkLength]*canvas.Rectangle
	all  []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer.
func (r *sparkRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *sparkRenderer) Objects() []fyne.CanvasObject { return r.all }

// MinSize implements fyne.WidgetRenderer.
func (r *sparkRenderer) MinSize() fyne.Size { return fyne.NewSize(0, 0) }

// Refresh implements fyne.WidgetRenderer.
func (r *sparkRenderer) Refresh() {
	r.style()
	r.Layout(r.s.Size())
	canvas.Refresh(r.s)
}

func (r *sparkRenderer) style() {
	for _, b := range r.bars {
		b.FillColor, b.CornerRadius = theme.ColorForWidget(theme.ColorNamePrimary, r.s), 1
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *sparkRenderer) Layout(size fyne.Size) {
	top := int64(0)
	for _, v := range r.s.values {
		top = max(top, v)
	}
	step := size.Width / queue.SparkLength
	for i, b := range r.bars {
		at := len(r.s.values) - queue.SparkLength + i
		seen := top > 0 && at >= 0 && r.s.values[at] > 0
		widgets.SetVisible(b, seen)
		if seen {
			height := max(2, size.Height*float32(float64(r.s.values[at])/float64(top)))
			b.Resize(fyne.NewSize(step-1.4, height))
			b.Move(fyne.NewPos(float32(i)*step, size.Height-height))
		}
	}
}
