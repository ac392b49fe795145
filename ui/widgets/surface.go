package widgets

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// TableRadius is the radius of the corners of tables and cards.
const TableRadius = 8

// NewPanel returns a surface with a thin border and some room around content.
func NewPanel(fill fyne.ThemeColorName, content fyne.CanvasObject) fyne.CanvasObject {
	const pad = 12
	return container.NewStack(NewSurface(fill, theme.ColorNameSeparator, TableRadius), Inset(pad, pad, pad, pad, content))
}

// NewFramed returns a surface with a thin border right around content.
func NewFramed(content fyne.CanvasObject) *fyne.Container {
	return container.NewStack(NewSurface(ColorSurface, theme.ColorNameSeparator, TableRadius), Inset(1, 1, 1, 1, content))
}

// newFill returns an area of one colour, drawn as a picture of one pixel. Without a
// graphics card that takes three fifths of the time of a rectangle, for which each
// pixel is tested against the edges.
func newFill(of func() color.Color) *canvas.Raster {
	r := canvas.NewRaster(func(int, int) image.Image {
		pixel := image.NewRGBA(image.Rect(0, 0, 1, 1))
		pixel.Set(0, 0, of())
		return pixel
	})
	r.ScaleMode = canvas.ImageScalePixels
	return r
}

// ground is a large area in a theme colour, without corners or border.
type ground struct {
	widget.BaseWidget
	fill fyne.ThemeColorName
}

func newGround(fill fyne.ThemeColorName) *ground {
	g := &ground{fill: fill}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer implements fyne.Widget.
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(newFill(func() color.Color { return theme.ColorForWidget(g.fill, g) }))
}

// surface is a box for large areas. Without a graphics card a pixel of a rounded
// rectangle costs about three times as much as one of a fill, and a border is
// computed for every pixel inside it too. So a surface is a fill with lines for its
// border, and only its corners are round.
type surface struct {
	widget.BaseWidget
	fill, line fyne.ThemeColorName // line "" for none
	radius     float32
}

// NewSurface returns a surface in the colours fill and line, each "" for none.
func NewSurface(fill, line fyne.ThemeColorName, radius float32) *surface {
	s := &surface{fill: fill, line: line, radius: radius}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *surface) CreateRenderer() fyne.WidgetRenderer {
	r := &surfaceRenderer{s: s}
	for i := range r.corners {
		r.corners[i] = canvas.NewCircle(color.Transparent)
		r.all = append(r.all, r.corners[i])
	}
	r.middle = newFill(func() color.Color { return theme.ColorForWidget(s.fill, s) })
	r.all = append(r.all, r.middle)
	for _, list := range [][]*canvas.Rectangle{r.edges[:], r.lines[:]} {
		for i := range list {
			list[i] = canvas.NewRectangle(color.Transparent)
			r.all = append(r.all, list[i])
		}
	}
	r.style()
	return r
}

// surfaceRenderer draws the corners first. The rest covers three quarters of each
// circle.
type surfaceRenderer struct {
	s       *surface
	corners [4]*canvas.Circle
	middle  *canvas.Raster
	edges   [2]*canvas.Rectangle // between the corners, above and below
	lines   [4]*canvas.Rectangle
	all     []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer.
func (r *surfaceRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *surfaceRenderer) Objects() []fyne.CanvasObject { return r.all }

// MinSize implements fyne.WidgetRenderer.
func (r *surfaceRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(1) }

// Refresh implements fyne.WidgetRenderer.
func (r *surfaceRenderer) Refresh() {
	r.style()
	canvas.Refresh(r.s)
}

func (r *surfaceRenderer) style() {
	fill, line := theme.ColorForWidget(r.s.fill, r.s), color.Color(color.Transparent)
	width := float32(0)
	if r.s.line != "" {
		line, width = theme.ColorForWidget(r.s.line, r.s), 1
	}
	for _, c := range r.corners {
		c.FillColor, c.StrokeColor, c.StrokeWidth = fill, line, width
	}
	for _, f := range r.edges {
		f.FillColor = fill
	}
	for _, l := range r.lines {
		l.FillColor = line
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *surfaceRenderer) Layout(size fyne.Size) {
	at := r.s.radius
	put := func(o fyne.CanvasObject, x, y, width, height float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(max(0, width), max(0, height)))
	}
	right, bottom := size.Width-2*at, size.Height-2*at
	for i, c := range r.corners {
		put(c, float32(i%2)*right, float32(i/2)*bottom, 2*at, 2*at)
	}
	put(r.middle, 0, at, size.Width, bottom)
	put(r.edges[0], at, 0, right, at)
	put(r.edges[1], at, size.Height-at, right, at)
	put(r.lines[0], at, 0, right, 1)
	put(r.lines[1], at, size.Height-1, right, 1)
	put(r.lines[2], 0, at, 1, bottom)
	put(r.lines[3], size.Width-1, at, 1, bottom)
}
