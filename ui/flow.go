package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// leftOut is where an object lies that has no room: out of sight, not hidden,
// for whether it is visible is its owner's business.
const leftOut = -10000

// line lays objects out on one line, each in its own width and in the middle
// of the height. Those after the spring, if there is one, stand at the right
// end. Where there is too little room, those in optional are left out, the
// first ones first, and stretch gives way.
type line struct {
	gap      float32
	height   float32             // at least
	spring   fyne.CanvasObject   // the first object of the right end
	stretch  fyne.CanvasObject   // takes what is left
	optional []fyne.CanvasObject // in the order in which they go
	hidden   map[fyne.CanvasObject]bool
}

// fits decides which optional objects are left out at a width.
func (l *line) fits(objects []fyne.CanvasObject, width float32) {
	l.hidden = map[fyne.CanvasObject]bool{}
	for _, o := range l.optional {
		if l.needed(objects) <= width {
			return
		}
		l.hidden[o] = true
	}
}

func (l *line) needed(objects []fyne.CanvasObject) float32 {
	width, n := float32(0), 0
	for _, o := range objects {
		if o.Visible() && !l.hidden[o] {
			width += o.MinSize().Width
			n++
		}
	}
	return width + l.gap*float32(max(0, n-1))
}

// Layout implements fyne.Layout.
func (l *line) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.fits(objects, size.Width)
	spare := max(0, size.Width-l.needed(objects))
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		if l.hidden[o] {
			o.Move(fyne.NewPos(leftOut, 0))
			continue
		}
		if o == l.spring && l.stretch == nil {
			x += spare
		}
		least := o.MinSize()
		if o == l.stretch {
			least.Width += spare
		}
		o.Resize(least)
		o.Move(fyne.NewPos(x, (size.Height-least.Height)/2))
		x += least.Width + l.gap
	}
}

// MinSize implements fyne.Layout: all that can't be left out.
func (l *line) MinSize(objects []fyne.CanvasObject) fyne.Size {
	optional := map[fyne.CanvasObject]bool{}
	for _, o := range l.optional {
		optional[o] = true
	}
	least, n := fyne.NewSize(0, l.height), 0
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
	least.Width += l.gap * float32(max(0, n-1))
	return least
}

// stack lays visible objects out below each other in full width. grow says
// which of them takes the height that is left, or gives way. Where there is too
// little height, those in optional are left out, the first ones first.
type stack struct {
	gap      float32
	grow     func() fyne.CanvasObject // nil for none
	optional []fyne.CanvasObject
	// prepare is told the width before heights are asked for; may be nil.
	prepare func(width float32)
}

// Layout implements fyne.Layout.
func (s stack) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if s.prepare != nil {
		s.prepare(size.Width)
	}
	var grows fyne.CanvasObject
	if s.grow != nil {
		grows = s.grow()
	}
	hidden, spare := s.fits(objects, grows, size.Height)
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		if hidden[o] {
			o.Move(fyne.NewPos(leftOut, 0))
			continue
		}
		height := o.MinSize().Height
		if o == grows {
			height = max(0, height+spare)
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, height))
		y += height + s.gap
	}
}

// fits decides which optional objects are left out at a height, and says what
// is spare then, less than nothing where there is still too little.
func (s stack) fits(objects []fyne.CanvasObject, grows fyne.CanvasObject, height float32) (hidden map[fyne.CanvasObject]bool, spare float32) {
	spare = height - s.MinSize(objects).Height
	for _, o := range s.optional {
		if spare >= 0 {
			break
		}
		if o.Visible() && o != grows {
			if hidden == nil {
				hidden = map[fyne.CanvasObject]bool{}
			}
			hidden[o] = true
			spare += o.MinSize().Height + s.gap
		}
	}
	return hidden, spare
}

// MinSize implements fyne.Layout.
func (s stack) MinSize(objects []fyne.CanvasObject) fyne.Size {
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
	least.Height += s.gap * float32(max(0, n-1))
	return least
}

// ruled lays an object out with a thin line along one of its edges.
type ruled struct{ edge edge }

type edge int

const (
	edgeTop edge = iota
	edgeRight
	edgeBottom
)

// newRuled returns o on a ground of a colour, with a line along an edge.
func newRuled(at edge, ground fyne.ThemeColorName, o fyne.CanvasObject) *fyne.Container {
	return container.New(ruled{at}, newGround(ground), o, newBox(theme.ColorNameSeparator, "", 0))
}

// Layout implements fyne.Layout.
func (r ruled) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size)
	o[1].Resize(size)
	switch r.edge {
	case edgeTop:
		o[2].Resize(fyne.NewSize(size.Width, 1))
	case edgeBottom:
		o[2].Resize(fyne.NewSize(size.Width, 1))
		o[2].Move(fyne.NewPos(0, size.Height-1))
	case edgeRight:
		o[2].Resize(fyne.NewSize(1, size.Height))
		o[2].Move(fyne.NewPos(size.Width-1, 0))
	}
}

// MinSize implements fyne.Layout.
func (r ruled) MinSize(o []fyne.CanvasObject) fyne.Size { return o[1].MinSize() }
