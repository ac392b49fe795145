package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// newSheet is a framed list under a head, which may be nil; none is said where
// the list is empty.
func newSheet(head fyne.CanvasObject, list fyne.CanvasObject, none *caption) fyne.CanvasObject {
	rows := fyne.CanvasObject(container.NewStack(
		newThemed(list, dense1{theme.Current()}), container.NewCenter(none)))
	if head != nil {
		body := rows
		rows = container.New(stack{grow: func() fyne.CanvasObject { return body }}, head, body)
	}
	return newFramed(rows)
}

// newSheetHead names the columns of a sheet.
func newSheetHead(places func(width float32) []place, right func(cell int) bool, names ...string) fyne.CanvasObject {
	r := newCellRow(places, len(names))
	r.height = headHeight
	for i, c := range r.cells {
		c.color, c.cut = colorMuted, true
		if right(i) {
			c.align = fyne.TextAlignTrailing
		}
	}
	r.set(names...)
	return newRuled(edgeBottom, colorSunken, r)
}

// cellRow is one line of a sheet: a text for each column, and what stands at
// the right end. A column without width is not shown.
type cellRow struct {
	widget.BaseWidget
	places func(width float32) []place
	cells  []*caption
	tail   fyne.CanvasObject // may be nil; has the place after those of the cells
	height float32
}

// Measures of a sheet.
const (
	headHeight     float32 = 34
	sheetRowHeight float32 = 36
	buttonSize     float32 = 32 // at a row's end
)

func newCellRow(places func(width float32) []place, cells int) *cellRow {
	r := &cellRow{places: places, height: sheetRowHeight}
	for range cells {
		c := newCaption("", colorMuted, sizeSmall)
		c.cut = true
		r.cells = append(r.cells, c)
	}
	r.ExtendBaseWidget(r)
	return r
}

// set changes the texts.
func (r *cellRow) set(words ...string) {
	for i, c := range r.cells {
		c.set(words[i])
	}
}

// CreateRenderer implements fyne.Widget.
func (r *cellRow) CreateRenderer() fyne.WidgetRenderer {
	var objects []fyne.CanvasObject
	for _, c := range r.cells {
		objects = append(objects, c)
	}
	if r.tail != nil {
		objects = append(objects, r.tail)
	}
	return widget.NewSimpleRenderer(container.New(cellLayout{r}, objects...))
}

type cellLayout struct{ row *cellRow }

// Layout implements fyne.Layout.
func (l cellLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	places := l.row.places(size.Width)
	for i, o := range objects {
		at := places[i]
		setVisible(o, at.width > 0)
		height := o.MinSize().Height
		o.Move(fyne.NewPos(at.x, (size.Height-height)/2))
		o.Resize(fyne.NewSize(at.width, height))
	}
}

// MinSize implements fyne.Layout.
func (l cellLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, l.row.height) }

// place is where a column lies.
type place struct{ x, width float32 }

// dense1 is the theme in force with rows one line apart.
type dense1 struct{ fyne.Theme }

// Size implements fyne.Theme.
func (d dense1) Size(name fyne.ThemeSizeName) float32 {
	if name == theme.SizeNamePadding {
		return 1
	}
	return d.Theme.Size(name)
}

// Color implements fyne.Theme. The table has its own frame: no shadow says
// that there is more.
func (d dense1) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameShadow {
		return color.Transparent
	}
	return d.Theme.Color(name, variant)
}
