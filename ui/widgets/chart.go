package widgets

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	chartRows      = 4   // bands between grid lines
	chartLineWidth = 2.0 // in device-independent pixels
	chartFillAlpha = 0x22
)

// LineChart draws one series over the last five minutes: a filled line over
// grid lines that carry their values.
type LineChart struct {
	widget.BaseWidget
	minHeight float32
	points    []point
	labels    [chartRows + 1]string // from the top down
}

// NewLineChart returns an empty chart that is at least minHeight high.
func NewLineChart(minHeight float32) *LineChart {
	c := &LineChart{minHeight: minHeight}
	c.ExtendBaseWidget(c)
	return c
}

// Draw replaces what is drawn. label names a value of the axis.
func (c *LineChart) Draw(s *Series, top float64, label func(float64) string) {
	c.points = s.points(top)
	for i := range c.labels {
		c.labels[i] = label(top * float64(chartRows-i) / chartRows)
	}
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *LineChart) CreateRenderer() fyne.WidgetRenderer {
	r := &chartRenderer{chart: c}
	r.raster = canvas.NewRaster(r.draw)
	for i := range r.grid {
		r.grid[i] = canvas.NewLine(color.Transparent)
		r.text[i] = canvas.NewText("", color.Transparent)
		r.objects = append(r.objects, r.grid[i], r.text[i])
	}
	r.objects = append(r.objects, r.raster)
	r.style()
	return r
}

type chartRenderer struct {
	chart   *LineChart
	raster  *canvas.Raster
	grid    [chartRows + 1]*canvas.Line
	text    [chartRows + 1]*canvas.Text
	objects []fyne.CanvasObject
}

// draw makes the picture of the line. w and h are in pixels of the screen.
func (r *chartRenderer) draw(w, h int) image.Image {
	scale := 1.0
	if width := r.raster.Size().Width; width > 0 {
		scale = float64(w) / float64(width)
	}
	return plot(w, h, r.chart.points, chartLineWidth*scale, theme.ColorForWidget(theme.ColorNamePrimary, r.chart))
}

func (r *chartRenderer) style() {
	for i := range r.grid {
		r.grid[i].StrokeColor = theme.ColorForWidget(theme.ColorNameSeparator, r.chart)
		r.grid[i].StrokeWidth = 1
		r.text[i].Color = theme.ColorForWidget(theme.ColorNamePlaceHolder, r.chart)
		r.text[i].TextSize = theme.CaptionTextSize()
		r.text[i].Alignment = fyne.TextAlignTrailing
		r.text[i].Text = r.chart.labels[i]
	}
}

// axisWidth is the room for the values left of the plot.
func (r *chartRenderer) axisWidth() float32 {
	var width float32
	for _, t := range r.text {
		width = fyne.Max(width, t.MinSize().Width)
	}
	return width + theme.Padding()*2
}

// Layout implements fyne.WidgetRenderer.
func (r *chartRenderer) Layout(size fyne.Size) {
	line := r.text[0].MinSize().Height
	axis := r.axisWidth()
	top, height := line/2, size.Height-line
	for i := range r.grid {
		y := top + height*float32(i)/chartRows
		r.grid[i].Position1 = fyne.NewPos(axis, y)
		r.grid[i].Position2 = fyne.NewPos(size.Width, y)
		r.text[i].Move(fyne.NewPos(0, y-line/2))
		r.text[i].Resize(fyne.NewSize(axis-theme.Padding()*2, line))
	}
	r.raster.Move(fyne.NewPos(axis, top))
	r.raster.Resize(fyne.NewSize(fyne.Max(0, size.Width-axis), fyne.Max(0, height)))
}

// MinSize implements fyne.WidgetRenderer.
func (r *chartRenderer) MinSize() fyne.Size { return fyne.NewSize(120, r.chart.minHeight) }

// Refresh implements fyne.WidgetRenderer.
func (r *chartRenderer) Refresh() {
	r.style()
	r.Layout(r.chart.Size())
	for i := range r.grid {
		r.grid[i].Refresh()
		r.text[i].Refresh()
	}
	r.raster.Refresh()
}

// Objects implements fyne.WidgetRenderer.
func (r *chartRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Destroy implements fyne.WidgetRenderer.
func (r *chartRenderer) Destroy() {}

// plot draws a line of the given width in pixels through points, and a faint
// area below it, on a transparent picture of w by h pixels.
func plot(w, h int, points []point, width float64, c color.Color) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	if len(points) < 2 || w < 2 || h < 2 {
		return img
	}
	ink := color.NRGBAModel.Convert(c).(color.NRGBA)
	half := width / 2
	room := float64(h) - width // the line stays inside at both ends
	y := func(v float64) float64 { return half + (1-v)*room }
	at := interpolator{points: points}
	left, ok := at.value(0)
	for x := range w {
		right, in := at.value(float64(x+1) / float64(w))
		if ok && in {
			a, b := y(left), y(right)
			// A steep line crosses many pixels of a column; across it is
			// as wide as a flat one.
			reach := half * math.Min(math.Hypot(1, a-b), 3)
			column(img, x, math.Min(a, b), math.Max(a, b), reach, ink)
		}
		left, ok = right, in
	}
	return img
}

// column paints one column: the line between top and bottom widened by reach,
// edges blended, and the area below.
func column(img *image.NRGBA, x int, top, bottom, reach float64, ink color.NRGBA) {
	middle := (top + bottom) / 2
	from, to := middle-math.Max(reach, (bottom-top)/2), middle+math.Max(reach, (bottom-top)/2)
	for py := max(0, int(from)); py < img.Rect.Max.Y; py++ {
		cover := math.Min(to, float64(py+1)) - math.Max(from, float64(py))
		alpha := math.Max(0, math.Min(1, cover)) * 0xff
		if float64(py) >= middle {
			alpha = math.Max(alpha, chartFillAlpha)
		}
		img.SetNRGBA(x, py, color.NRGBA{ink.R, ink.G, ink.B, uint8(alpha)})
	}
}

// interpolator finds heights between points, from left to right: x must not
// decrease from call to call.
type interpolator struct {
	points []point
	i      int
}

// value is the height of the line at x; it reports false outside the points.
func (w *interpolator) value(x float64) (float64, bool) {
	for w.i+2 < len(w.points) && w.points[w.i+1].x < x {
		w.i++
	}
	a, b := w.points[w.i], w.points[w.i+1]
	if x < a.x-1e-9 || x > b.x+1e-9 || b.x <= a.x {
		return 0, false
	}
	return a.y + (b.y-a.y)*(x-a.x)/(b.x-a.x), true
}
