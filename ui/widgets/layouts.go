package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Columns lays its objects out side by side. Each has its width of Widths; those
// with 0 share what is left equally. All have the height of the row.
type Columns struct {
	Widths []float32
	Gap    float32
}

// Layout implements fyne.Layout.
func (c Columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left, shares := size.Width-c.Gap*float32(len(objects)-1), 0
	for i := range objects {
		left -= c.Widths[i]
		if c.Widths[i] == 0 {
			shares++
		}
	}
	x := float32(0)
	for i, o := range objects {
		width := c.Widths[i]
		if width == 0 {
			width = fyne.Max(0, left/float32(shares))
		}
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(width, size.Height))
		x += width + c.Gap
	}
}

// MinSize implements fyne.Layout.
func (c Columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(c.Gap*float32(len(objects)-1), 0)
	for i, o := range objects {
		least := o.MinSize()
		size.Width += fyne.Max(c.Widths[i], 0)
		if c.Widths[i] == 0 {
			size.Width += least.Width
		}
		size.Height = fyne.Max(size.Height, least.Height)
	}
	return size
}

// Tiles lays objects of one size out in as many equal columns as fit, but not in
// more than Most. Every row is full.
type Tiles struct {
	Least float32 // width of a column
	Most  int
	Gap   float32
	cols  int // at the last layout; MinSize depends on it
}

// Layout implements fyne.Layout.
func (t *Tiles) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	least := t.Least
	for _, o := range objects {
		least = max(least, o.MinSize().Width)
	}
	t.cols = min(max(1, int((size.Width+t.Gap)/(least+t.Gap))), t.Most)
	for t.cols > 1 && len(objects)%t.cols != 0 {
		t.cols--
	}
	width := (size.Width - t.Gap*float32(t.cols-1)) / float32(t.cols)
	height := t.rowHeight(objects)
	for i, o := range objects {
		o.Move(fyne.NewPos(float32(i%t.cols)*(width+t.Gap), float32(i/t.cols)*(height+t.Gap)))
		o.Resize(fyne.NewSize(width, height))
	}
}

// MinSize implements fyne.Layout.
func (t *Tiles) MinSize(objects []fyne.CanvasObject) fyne.Size {
	cols := t.cols
	if cols == 0 {
		cols = t.Most
	}
	rows := (len(objects) + cols - 1) / cols
	return fyne.NewSize(t.Least, float32(rows)*(t.rowHeight(objects)+t.Gap)-t.Gap)
}

func (t *Tiles) rowHeight(objects []fyne.CanvasObject) float32 {
	height := float32(0)
	for _, o := range objects {
		height = fyne.Max(height, o.MinSize().Height)
	}
	return height
}

// FixedSize has one minimum size, whatever its objects need.
type FixedSize fyne.Size

// Layout implements fyne.Layout.
func (f FixedSize) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (f FixedSize) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size(f) }

// Square shows its object at one size, in the middle.
type Square float32

// Layout implements fyne.Layout.
func (q Square) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos((size.Width-float32(q))/2, (size.Height-float32(q))/2))
		o.Resize(fyne.NewSquareSize(float32(q)))
	}
}

// MinSize implements fyne.Layout.
func (q Square) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSquareSize(float32(q)) }

// FixedWidth has one minimum width, and the minimum height of its object.
type FixedWidth float32

// Layout implements fyne.Layout.
func (w FixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (w FixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(float32(w), objects[0].MinSize().Height)
}

// Inset puts margins around o.
func Inset(left, top, right, bottom float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(insets{left, top, right, bottom}, o)
}

type insets struct{ left, top, right, bottom float32 }

// Layout implements fyne.Layout.
func (i insets) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(i.left, i.top))
		o.Resize(fyne.NewSize(max(0, size.Width-i.left-i.right), max(0, size.Height-i.top-i.bottom)))
	}
}

// MinSize implements fyne.Layout.
func (i insets) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var least fyne.Size
	for _, o := range objects {
		least = least.Max(o.MinSize())
	}
	return least.AddWidthHeight(i.left+i.right, i.top+i.bottom)
}
