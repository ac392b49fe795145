package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// columns lays its objects out beside each other: an object has the width of
// its place, or where that is 0 an equal share of what is left. All have the
// height of the row.
type columns struct {
	widths []float32
	gap    float32
}

// Layout implements fyne.Layout.
func (c columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left, shares := size.Width-c.gap*float32(len(objects)-1), 0
	for i := range objects {
		left -= c.widths[i]
		if c.widths[i] == 0 {
			shares++
		}
	}
	x := float32(0)
	for i, o := range objects {
		width := c.widths[i]
		if width == 0 {
			width = fyne.Max(0, left/float32(shares))
		}
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(width, size.Height))
		x += width + c.gap
	}
}

// MinSize implements fyne.Layout.
func (c columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(c.gap*float32(len(objects)-1), 0)
	for i, o := range objects {
		least := o.MinSize()
		size.Width += fyne.Max(c.widths[i], 0)
		if c.widths[i] == 0 {
			size.Width += least.Width
		}
		size.Height = fyne.Max(size.Height, least.Height)
	}
	return size
}

// tiles lays objects of one size out in as many equal columns as fit, but not
// more than most.
type tiles struct {
	least float32 // width of a column
	most  int
	gap   float32
	cols  int // of the newest layout: what MinSize reckons with
}

// Layout implements fyne.Layout.
func (t *tiles) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	t.cols = min(max(1, int((size.Width+t.gap)/(t.least+t.gap))), t.most)
	for t.cols > 1 && len(objects)%t.cols != 0 {
		t.cols--
	}
	width := (size.Width - t.gap*float32(t.cols-1)) / float32(t.cols)
	height := t.rowHeight(objects)
	for i, o := range objects {
		o.Move(fyne.NewPos(float32(i%t.cols)*(width+t.gap), float32(i/t.cols)*(height+t.gap)))
		o.Resize(fyne.NewSize(width, height))
	}
}

// MinSize implements fyne.Layout.
func (t *tiles) MinSize(objects []fyne.CanvasObject) fyne.Size {
	cols := t.cols
	if cols == 0 {
		cols = t.most
	}
	rows := (len(objects) + cols - 1) / cols
	return fyne.NewSize(t.least, float32(rows)*(t.rowHeight(objects)+t.gap)-t.gap)
}

func (t *tiles) rowHeight(objects []fyne.CanvasObject) float32 {
	height := float32(0)
	for _, o := range objects {
		height = fyne.Max(height, o.MinSize().Height)
	}
	return height
}

// dense is the theme in force with less room around text, for cards and lists.
type dense struct{ fyne.Theme }

// Size implements fyne.Theme.
func (d dense) Size(name fyne.ThemeSizeName) float32 {
	if name == theme.SizeNameInnerPadding {
		return 2
	}
	return d.Theme.Size(name)
}

// Color implements fyne.Theme.
func (d dense) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	return readable(d).Color(name, variant)
}

// readable is the theme in force with labels of low importance in the muted
// colour. Fyne gives them the one of what is disabled, which is too pale for
// words that are to be read.
type readable struct{ fyne.Theme }

// Color implements fyne.Theme.
func (r readable) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameDisabled {
		name = colorMuted
	}
	return r.Theme.Color(name, variant)
}

// newReadable wraps content whose labels of low importance are to be read.
func newReadable(content fyne.CanvasObject) fyne.CanvasObject {
	return newThemed(content, readable{theme.Current()})
}

// newDense wraps content so that its text stands close together.
func newDense(content fyne.CanvasObject) fyne.CanvasObject {
	return newThemed(content, dense{theme.Current()})
}

// newLabel returns a label of a given look.
func newLabel(words string, size fyne.ThemeSizeName, importance widget.Importance, bold bool) *widget.Label {
	l := widget.NewLabel(words)
	l.SizeName, l.Importance, l.TextStyle.Bold = size, importance, bold
	return l
}

// restyle shows other words in a label, in another look.
func restyle(l *widget.Label, words string, importance widget.Importance, bold bool) {
	l.Importance, l.TextStyle.Bold = importance, bold
	l.SetText(words)
	l.Refresh()
	l.Show()
}
