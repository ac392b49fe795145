package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Box is a rounded rectangle in theme colours, behind or around something.
type Box struct {
	widget.BaseWidget
	fill, Line fyne.ThemeColorName // "" for none
	radius     float32
}

// NewBox returns a box in the colours fill and line, each "" for none.
func NewBox(fill, line fyne.ThemeColorName, radius float32) *Box {
	b := &Box{fill: fill, Line: line, radius: radius}
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the colours.
func (b *Box) Set(fill, line fyne.ThemeColorName) {
	if b.fill != fill || b.Line != line {
		b.fill, b.Line = fill, line
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{box: b, rect: canvas.NewRectangle(color.Transparent)}
	r.WidgetRenderer = widget.NewSimpleRenderer(r.rect)
	r.style()
	return r
}

type boxRenderer struct {
	fyne.WidgetRenderer
	box  *Box
	rect *canvas.Rectangle
}

func (r *boxRenderer) style() {
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth = color.Transparent, nil, 0
	if r.box.fill != "" {
		r.rect.FillColor = theme.ColorForWidget(r.box.fill, r.box)
	}
	if r.box.Line != "" {
		r.rect.StrokeColor, r.rect.StrokeWidth = theme.ColorForWidget(r.box.Line, r.box), 1
	}
	r.rect.CornerRadius = r.box.radius
}

// Refresh implements fyne.WidgetRenderer.
func (r *boxRenderer) Refresh() {
	r.style()
	r.rect.Refresh()
}
