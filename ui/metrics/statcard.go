package metrics

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/ui/widgets"
)

// tinted is a text in a colour.
type tinted struct {
	words string
	color fyne.ThemeColorName
}

// statCard is a figure with a title and up to two remarks.
type statCard struct {
	title  string
	figure *widgets.Caption
	notes  [2]*widgets.Caption
	dot    *widgets.Caption // between the notes
	foot   *fyne.Container
	object fyne.CanvasObject
}

func newStatCard(title string) *statCard {
	c := &statCard{title: title}
	name := widgets.NewCaption(title, widgets.ColorMuted, widgets.SizeSmall)
	c.figure = widgets.NewCaption(nothing, theme.ColorNameForeground, widgets.SizeFigure)
	c.figure.Bold = true
	name.Cut, c.figure.Cut = true, true
	for i := range c.notes {
		c.notes[i] = widgets.NewCaption("", widgets.ColorMuted, widgets.SizeSmall)
	}
	c.dot = widgets.NewCaption("·", widgets.ColorMuted, widgets.SizeSmall)
	c.foot = container.New(&widgets.HBox{Gap: 5, Optional: []fyne.CanvasObject{c.notes[1], c.dot}}, c.notes[0], c.dot, c.notes[1])
	c.object = widgets.NewPanel(widgets.ColorSurface, container.New(widgets.VBox{Gap: 2}, name, c.figure, container.New(clip{}, c.foot)))
	return c
}

// show changes the figure and the remarks. An empty remark is hidden.
func (c *statCard) show(figure string, color fyne.ThemeColorName, notes ...tinted) {
	before := c.notes[0].Words + c.notes[1].Words
	c.figure.Set(figure)
	c.figure.Tint(color)
	for i, n := range c.notes {
		n.Set("")
		if i < len(notes) {
			n.Set(notes[i].words)
			n.Tint(notes[i].color)
		}
		widgets.SetVisible(n, n.Words != "")
	}
	widgets.SetVisible(c.dot, c.notes[0].Words != "" && c.notes[1].Words != "")
	if before != c.notes[0].Words+c.notes[1].Words {
		c.foot.Refresh()
	}
}

// words are the figure and the remarks.
func (c *statCard) words() []string {
	out := []string{c.figure.Words}
	for _, n := range c.notes {
		if n.Words != "" {
			out = append(out, n.Words)
		}
	}
	return out
}

// clip gives its object all room and needs no width.
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

// figureTable has rows of a name and figures.
type figureTable struct {
	rows   []*widgets.CellRow
	object *fyne.Container
}

func newFigureTable(rows, figures int) *figureTable {
	f := &figureTable{object: container.New(widgets.VBox{})}
	for range rows {
		r := widgets.NewCellRow(figureSpans(figures), figures+1)
		r.Height = 22
		r.Cells[0].Color = widgets.ColorMuted
		for _, c := range r.Cells[1:] {
			c.Color, c.Align = theme.ColorNameForeground, fyne.TextAlignTrailing
		}
		f.rows = append(f.rows, r)
		f.object.Add(r)
	}
	return f
}

// show fills the first rows. The others stay empty, so that the page keeps its height.
func (f *figureTable) show(rows ...[]string) {
	for i, r := range f.rows {
		words := make([]string, len(r.Cells))
		if i < len(rows) {
			copy(words, rows[i])
		}
		r.Set(words...)
	}
}

// figureSpans are the columns: a name, and figures at the right.
func figureSpans(figures int) func(width float32) []widgets.Span {
	const figure, gap = 64, 4
	return func(width float32) []widgets.Span {
		name := max(0, width-float32(figures)*(figure+gap))
		spans := []widgets.Span{{X: 0, Width: name}}
		for i := range figures {
			spans = append(spans, widgets.Span{X: name + gap + float32(i)*(figure+gap), Width: figure})
		}
		return spans
	}
}
