package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Label is Fyne's label with another colour for low importance: Fyne takes that of
// disabled text, which is too pale to read. A theme override would do the same, but
// Fyne loads all fonts again for each one, and never frees what was shown in it.
type Label struct {
	widget.Label
	Tight bool // less room around the words, for cards and lists
}

// TightBy is how much less room a tight label has on each side.
const TightBy = 6

// NewLabel returns a label that shows words.
func NewLabel(words string, size fyne.ThemeSizeName, importance widget.Importance, bold bool) *Label {
	l := &Label{}
	l.Text, l.SizeName, l.Importance, l.TextStyle.Bold = words, size, importance, bold
	l.ExtendBaseWidget(l)
	return l
}

// NewTightLabel returns a label in small text with little room around it.
func NewTightLabel(words string, importance widget.Importance) *Label {
	l := NewLabel(words, SizeSmall, importance, false)
	l.Tight = true
	return l
}

// Restyle changes the words, their colour and their weight, and shows the label.
func (l *Label) Restyle(words string, importance widget.Importance, bold bool) {
	l.Importance, l.TextStyle.Bold = importance, bold
	l.SetText(words)
	l.Show()
}

// CreateRenderer implements fyne.Widget.
func (l *Label) CreateRenderer() fyne.WidgetRenderer {
	r := &labelRenderer{l.Label.CreateRenderer(), l}
	r.mute()
	return r
}

type labelRenderer struct {
	fyne.WidgetRenderer
	label *Label
}

// Refresh implements fyne.WidgetRenderer.
func (r *labelRenderer) Refresh() {
	r.mute()
	r.WidgetRenderer.Refresh()
}

// mute sets the colour, which Fyne's label has just set to its own.
func (r *labelRenderer) mute() {
	if r.label.Importance != widget.LowImportance {
		return
	}
	for _, o := range r.Objects() {
		if words, ok := o.(*widget.RichText); ok {
			words.Segments[0].(*widget.TextSegment).Style.ColorName = ColorMuted
		}
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *labelRenderer) Layout(size fyne.Size) {
	by := r.spare()
	r.WidgetRenderer.Layout(size.AddWidthHeight(2*by, 2*by))
	for _, o := range r.Objects() {
		o.Move(fyne.NewPos(-by, -by))
	}
}

// MinSize implements fyne.WidgetRenderer.
func (r *labelRenderer) MinSize() fyne.Size {
	by := r.spare()
	return r.WidgetRenderer.MinSize().SubtractWidthHeight(2*by, 2*by)
}

func (r *labelRenderer) spare() float32 {
	if r.label.Tight {
		return TightBy
	}
	return 0
}
