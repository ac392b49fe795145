package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// tinted are words in a colour.
type tinted struct {
	words string
	color fyne.ThemeColorName
}

// statCard is one figure with a title and remarks.
type statCard struct {
	title  string
	figure *caption
	notes  [2]*caption
	dot    *caption // between the notes
	foot   *fyne.Container
	object fyne.CanvasObject
}

func newStatCard(title string) *statCard {
	c := &statCard{title: title}
	name := newCaption(title, colorMuted, sizeSmall)
	c.figure = newCaption(nothing, theme.ColorNameForeground, sizeFigure)
	c.figure.bold = true
	name.cut, c.figure.cut = true, true
	for i := range c.notes {
		c.notes[i] = newCaption("", colorMuted, sizeSmall)
	}
	c.dot = newCaption("·", colorMuted, sizeSmall)
	c.foot = container.New(&line{gap: 5, optional: []fyne.CanvasObject{c.notes[1], c.dot}}, c.notes[0], c.dot, c.notes[1])
	c.object = newPanel(colorSurface, container.New(stack{gap: 2}, name, c.figure, container.New(clip{}, c.foot)))
	return c
}

// show changes figure and remarks; an empty remark is left out.
func (c *statCard) show(figure string, color fyne.ThemeColorName, notes ...tinted) {
	before := c.notes[0].words + c.notes[1].words
	c.figure.set(figure)
	c.figure.tint(color)
	for i, n := range c.notes {
		n.set("")
		if i < len(notes) {
			n.set(notes[i].words)
			n.tint(notes[i].color)
		}
		setVisible(n, n.words != "")
	}
	setVisible(c.dot, c.notes[0].words != "" && c.notes[1].words != "")
	if before != c.notes[0].words+c.notes[1].words {
		c.foot.Refresh()
	}
}

// words are figure and remarks.
func (c *statCard) words() []string {
	out := []string{c.figure.words}
	for _, n := range c.notes {
		if n.words != "" {
			out = append(out, n.words)
		}
	}
	return out
}

// clip gives its object the whole place and asks for no width.
type clip struct{}

// Layout implements fyne.Layout.
func (clip) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (clip) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, objects[0].MinSize().Height)
}

// figureTable is lines of a name and figures in columns.
type figureTable struct {
	rows   []*cellRow
	object *fyne.Container
}

func newFigureTable(rows, figures int) *figureTable {
	f := &figureTable{object: container.New(stack{})}
	for range rows {
		r := newCellRow(figurePlaces(figures), figures+1)
		r.height = 22
		r.cells[0].color = colorMuted
		for _, c := range r.cells[1:] {
			c.color, c.align = theme.ColorNameForeground, fyne.TextAlignTrailing
		}
		f.rows = append(f.rows, r)
		f.object.Add(r)
	}
	return f
}

// show fills the first rows; the others stay empty, so that nothing moves.
func (f *figureTable) show(rows ...[]string) {
	for i, r := range f.rows {
		words := make([]string, len(r.cells))
		if i < len(rows) {
			copy(words, rows[i])
		}
		r.set(words...)
	}
}

// figurePlaces are a name and figures at the right.
func figurePlaces(figures int) func(width float32) []place {
	const figure, gap = 64, 4
	return func(width float32) []place {
		name := max(0, width-float32(figures)*(figure+gap))
		places := []place{{0, name}}
		for i := range figures {
			places = append(places, place{name + gap + float32(i)*(figure+gap), figure})
		}
		return places
	}
}
