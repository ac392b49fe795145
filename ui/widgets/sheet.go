package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// NewSheet returns a framed list under head, which may be nil. none is shown while
// the list is empty.
func NewSheet(head fyne.CanvasObject, list fyne.CanvasObject, none *Caption) fyne.CanvasObject {
	rows := fyne.CanvasObject(container.NewStack(
		NewThemed(list, Dense{theme.Current()}), container.NewCenter(none)))
	if head != nil {
		body := rows
		rows = container.New(VBox{Grow: func() fyne.CanvasObject { return body }}, head, body)
	}
	return NewFramed(rows)
}

// CellRow is one row of a sheet: a text for each column, and Tail at the right end.
// A column without width is not shown.
type CellRow struct {
	widget.BaseWidget
	spans  func(width float32) []Span
	Cells  []*Caption
	Tail   fyne.CanvasObject // may be nil; its place follows those of the cells
	Height float32
	body   *fyne.Container
}

// Measures of a sheet.
const (
	HeadHeight     float32 = 34
	SheetRowHeight float32 = 36
	ButtonSize     float32 = 32 // at a row's end
)

// NewCellRow returns a row with empty texts. spans gives the columns for a width.
func NewCellRow(spans func(width float32) []Span, cells int) *CellRow {
	r := &CellRow{spans: spans, Height: SheetRowHeight}
	for range cells {
		c := NewCaption("", ColorMuted, SizeSmall)
		c.Cut = true
		r.Cells = append(r.Cells, c)
	}
	r.ExtendBaseWidget(r)
	return r
}

// Set changes the texts.
func (r *CellRow) Set(words ...string) {
	for i, c := range r.Cells {
		c.Set(words[i])
	}
}

// Arrange puts the cells where the columns are now.
func (r *CellRow) Arrange() {
	if r.body != nil {
		r.body.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (r *CellRow) CreateRenderer() fyne.WidgetRenderer {
	var objects []fyne.CanvasObject
	for _, c := range r.Cells {
		objects = append(objects, c)
	}
	if r.Tail != nil {
		objects = append(objects, r.Tail)
	}
	r.body = container.New(cellLayout{r}, objects...)
	return widget.NewSimpleRenderer(r.body)
}

type cellLayout struct{ row *CellRow }

// Layout implements fyne.Layout.
func (l cellLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	spans := l.row.spans(size.Width)
	for i, o := range objects {
		at := spans[i]
		SetVisible(o, at.Width > 0)
		height := o.MinSize().Height
		o.Move(fyne.NewPos(at.X, (size.Height-height)/2))
		o.Resize(fyne.NewSize(at.Width, height))
	}
}

// MinSize implements fyne.Layout.
func (l cellLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, l.row.Height) }

// Span is where a column begins and how wide it is.
type Span struct{ X, Width float32 }

// Dense is the current theme with next to no room between rows.
type Dense struct{ fyne.Theme }

// Size implements fyne.Theme.
func (d Dense) Size(name fyne.ThemeSizeName) float32 {
	if name == theme.SizeNamePadding {
		return 1
	}
	return d.Theme.Size(name)
}

// Color implements fyne.Theme. It drops the shadow by which Fyne says that there is
// more to scroll to: a sheet has a frame.
func (d Dense) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameShadow {
		return color.Transparent
	}
	return d.Theme.Color(name, variant)
}
