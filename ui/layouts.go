package ui

import (
	"fyne.io/fyne/v2"
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

// tiles lays objects of one size out in as many equal columns as fit them, but not
// more than most.
type tiles struct {
	least float32 // width of a column
	most  int
	gap   float32
	cols  int // of the newest layout: what MinSize reckons with
}

// Layout implements fyne.Layout.
func (t *tiles) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	least := t.least
	for _, o := range objects {
		least = max(least, o.MinSize().Width)
	}
	t.cols = min(max(1, int((size.Width+t.gap)/(least+t.gap))), t.most)
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

// fixedSize asks for one size, whatever its object does.
type fixedSize fyne.Size

// Layout implements fyne.Layout.
func (f fixedSize) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (f fixedSize) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size(f) }

// square gives its object one size.
type square float32

// Layout implements fyne.Layout.
func (q square) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos((size.Width-float32(q))/2, (size.Height-float32(q))/2))
		o.Resize(fyne.NewSquareSize(float32(q)))
	}
}

// MinSize implements fyne.Layout.
func (q square) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSquareSize(float32(q)) }

// fixedWidth gives its object a width and the height that it wants.
type fixedWidth float32

// Layout implements fyne.Layout.
func (w fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (w fixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(float32(w), objects[0].MinSize().Height)
}
