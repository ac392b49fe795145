package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// offScreen is where an object goes for which there is no room. It is not hidden:
// whether an object is visible is for its owner to say.
const offScreen = -10000

// HBox lays objects out side by side, each in its own width and in the middle of
// the height. From Spring on they stand at the right end. Where there is too little
// room, those in Optional are omitted, the first ones first; Stretch becomes
// narrower after that.
type HBox struct {
	Gap      float32
	Height   float32             // the least
	Spring   fyne.CanvasObject   // the first object at the right end; nil for none
	Stretch  fyne.CanvasObject   // takes the width that is left; nil for none
	Optional []fyne.CanvasObject // in the order in which they are omitted
	omitted  map[fyne.CanvasObject]bool
}

// fits decides which optional objects are omitted at a width.
func (l *HBox) fits(objects []fyne.CanvasObject, width float32) {
	l.omitted = map[fyne.CanvasObject]bool{}
	for _, o := range l.Optional {
		if l.needed(objects) <= width {
			return
		}
		l.omitted[o] = true
	}
}

func (l *HBox) needed(objects []fyne.CanvasObject) float32 {
	width, n := float32(0), 0
	for _, o := range objects {
		if o.Visible() && !l.omitted[o] {
			width += o.MinSize().Width
			n++
		}
	}
	return width + l.Gap*float32(max(0, n-1))
}

// Layout implements fyne.Layout.
func (l *HBox) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.fits(objects, size.Width)
	spare := max(0, size.Width-l.needed(objects))
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		if l.omitted[o] {
			o.Move(fyne.NewPos(offScreen, 0))
			continue
		}
		if o == l.Spring && l.Stretch == nil {
			x += spare
		}
		least := o.MinSize()
		if o == l.Stretch {
			least.Width += spare
		}
		o.Resize(least)
		o.Move(fyne.NewPos(x, (size.Height-least.Height)/2))
		x += least.Width + l.Gap
	}
}

// MinSize implements fyne.Layout. It counts what can't be omitted.
func (l *HBox) MinSize(objects []fyne.CanvasObject) fyne.Size {
	optional := map[fyne.CanvasObject]bool{}
	for _, o := range l.Optional {
		optional[o] = true
	}
	least, n := fyne.NewSize(0, l.Height), 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		own := o.MinSize()
		least.Height = max(least.Height, own.Height)
		if !optional[o] {
			least.Width += own.Width
			n++
		}
	}
	least.Width += l.Gap * float32(max(0, n-1))
	return least
}

// VBox lays visible objects out below each other, in full width. The one that Grow
// returns takes the height that is left, or becomes lower where there is too
// little. Before that, those in Optional are omitted, the first ones first.
type VBox struct {
	Gap      float32
	Grow     func() fyne.CanvasObject // nil for none
	Optional []fyne.CanvasObject
	// Prepare is called with the width before any height is asked for; nil for
	// nothing.
	Prepare func(width float32)
}

// Layout implements fyne.Layout.
func (s VBox) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if s.Prepare != nil {
		s.Prepare(size.Width)
	}
	var grows fyne.CanvasObject
	if s.Grow != nil {
		grows = s.Grow()
	}
	omitted, spare := s.fits(objects, grows, size.Height)
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		if omitted[o] {
			o.Move(fyne.NewPos(offScreen, 0))
			continue
		}
		height := o.MinSize().Height
		if o == grows {
			height = max(0, height+spare)
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, height))
		y += height + s.Gap
	}
}

// fits decides which optional objects are omitted at a height. spare is the height
// that is left then, negative where there is too little.
func (s VBox) fits(objects []fyne.CanvasObject, grows fyne.CanvasObject, height float32) (omitted map[fyne.CanvasObject]bool, spare float32) {
	spare = height - s.MinSize(objects).Height
	for _, o := range s.Optional {
		if spare >= 0 {
			break
		}
		if o.Visible() && o != grows {
			if omitted == nil {
				omitted = map[fyne.CanvasObject]bool{}
			}
			omitted[o] = true
			spare += o.MinSize().Height + s.Gap
		}
	}
	return omitted, spare
}

// MinSize implements fyne.Layout.
func (s VBox) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var least fyne.Size
	n := 0
	for _, o := range objects {
		if o.Visible() {
			own := o.MinSize()
			least.Width = max(least.Width, own.Width)
			least.Height += own.Height
			n++
		}
	}
	least.Height += s.Gap * float32(max(0, n-1))
	return least
}

// ruled lays an object out with a thin line along one edge.
type ruled struct{ edge Edge }

// Edge is a side of an object.
type Edge int

// The sides that a line can be along.
const (
	EdgeTop Edge = iota
	edgeRight
	EdgeBottom
)

// NewRuled returns o on a background in the colour ground, with a thin line along
// an edge.
func NewRuled(at Edge, ground fyne.ThemeColorName, o fyne.CanvasObject) *fyne.Container {
	return container.New(ruled{at}, newGround(ground), o, NewBox(theme.ColorNameSeparator, "", 0))
}

// Layout implements fyne.Layout.
func (r ruled) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size)
	o[1].Resize(size)
	switch r.edge {
	case EdgeTop:
		o[2].Resize(fyne.NewSize(size.Width, 1))
	case EdgeBottom:
		o[2].Resize(fyne.NewSize(size.Width, 1))
		o[2].Move(fyne.NewPos(0, size.Height-1))
	case edgeRight:
		o[2].Resize(fyne.NewSize(1, size.Height))
		o[2].Move(fyne.NewPos(size.Width-1, 0))
	}
}

// MinSize implements fyne.Layout.
func (r ruled) MinSize(o []fyne.CanvasObject) fyne.Size { return o[1].MinSize() }
