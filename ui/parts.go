package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// setVisible shows an object or hides it. It does nothing where nothing changes:
// Fyne draws the window anew for whatever is hidden again.
func setVisible(o fyne.CanvasObject, visible bool) {
	switch {
	case o.Visible() == visible:
	case visible:
		o.Show()
	default:
		o.Hide()
	}
}

// box is a rounded rectangle in theme colours, behind or around something.
type box struct {
	widget.BaseWidget
	fill, line fyne.ThemeColorName // "" for none
	radius     float32
}

func newBox(fill, line fyne.ThemeColorName, radius float32) *box {
	b := &box{fill: fill, line: line, radius: radius}
	b.ExtendBaseWidget(b)
	return b
}

// set changes the colours.
func (b *box) set(fill, line fyne.ThemeColorName) {
	if b.fill != fill || b.line != line {
		b.fill, b.line = fill, line
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{box: b, rect: canvas.NewRectangle(color.Transparent)}
	r.WidgetRenderer = widget.NewSimpleRenderer(r.rect)
	r.style()
	return r
}

type boxRenderer struct {
	fyne.WidgetRenderer
	box  *box
	rect *canvas.Rectangle
}

func (r *boxRenderer) style() {
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth = color.Transparent, nil, 0
	if r.box.fill != "" {
		r.rect.FillColor = theme.ColorForWidget(r.box.fill, r.box)
	}
	if r.box.line != "" {
		r.rect.StrokeColor, r.rect.StrokeWidth = theme.ColorForWidget(r.box.line, r.box), 1
	}
	r.rect.CornerRadius = r.box.radius
}

// Refresh implements fyne.WidgetRenderer.
func (r *boxRenderer) Refresh() {
	r.style()
	r.rect.Refresh()
}

// caption is one line of text in a theme colour and size, without the padding
// of a label, cut with an ellipsis where it doesn't fit.
type caption struct {
	widget.BaseWidget
	words string
	color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	bold  bool
	align fyne.TextAlign
	cut   bool // may be narrower than its words
}

func newCaption(words string, color fyne.ThemeColorName, size fyne.ThemeSizeName) *caption {
	c := &caption{words: words, color: color, size: size}
	c.ExtendBaseWidget(c)
	return c
}

// set changes the words.
func (c *caption) set(words string) {
	if c.words != words {
		c.words = words
		c.Refresh()
	}
}

// tint changes the colour.
func (c *caption) tint(color fyne.ThemeColorName) {
	if c.color != color {
		c.color = color
		c.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *caption) CreateRenderer() fyne.WidgetRenderer {
	r := &captionRenderer{caption: c, text: canvas.NewText("", color.Transparent)}
	r.WidgetRenderer = widget.NewSimpleRenderer(r.text)
	r.style()
	return r
}

type captionRenderer struct {
	fyne.WidgetRenderer
	caption *caption
	text    *canvas.Text
}

func (r *captionRenderer) style() {
	c := r.caption
	r.text.Color = theme.ColorForWidget(c.color, c)
	r.text.TextSize = theme.SizeForWidget(c.size, c)
	r.text.TextStyle.Bold, r.text.Alignment = c.bold, c.align
	r.text.Text = c.words
	if c.cut {
		r.text.Text = ellipsis(c.words, c.Size().Width, r.text.TextSize, r.text.TextStyle)
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *captionRenderer) Layout(size fyne.Size) {
	r.style()
	r.text.Move(fyne.NewPos(0, 0))
	r.text.Resize(size)
}

// MinSize implements fyne.WidgetRenderer.
func (r *captionRenderer) MinSize() fyne.Size {
	least := fyne.MeasureText(r.caption.words, theme.SizeForWidget(r.caption.size, r.caption), r.text.TextStyle)
	if r.caption.cut {
		least.Width = 0
	}
	return least
}

// Refresh implements fyne.WidgetRenderer.
func (r *captionRenderer) Refresh() {
	r.style()
	r.text.Refresh()
}

// ellipsis cuts words at the end so that they fit into width.
func ellipsis(words string, width, size float32, style fyne.TextStyle) string {
	if words == "" || width <= 0 || fyne.MeasureText(words, size, style).Width <= width {
		return words
	}
	runes := []rune(words)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if fyne.MeasureText(string(runes[:mid])+"…", size, style).Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return string(runes[:low]) + "…"
}

// outlined draws the thin border that buttons and menus have here.
func outlined(o fyne.CanvasObject) *fyne.Container {
	var border fyne.CanvasObject = newBox("", theme.ColorNameInputBorder, sizes[theme.SizeNameInputRadius])
	if _, speaks := o.(fyne.Accessible); !speaks {
		border = newOutline(o)
	}
	return container.NewStack(o, border)
}

// quietButton is a button of less weight: its words are not bold. A theme of
// its own would do it too, at the price of a set of fonts in memory for each.
type quietButton struct{ pushButton }

func newQuietButton(words string, on func()) *quietButton {
	return newQuietButtonWithIcon(words, nil, on)
}

func newQuietButtonWithIcon(words string, icon fyne.Resource, on func()) *quietButton {
	b := &quietButton{}
	b.Text, b.Icon, b.OnTapped = words, icon, on
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *quietButton) TypedKey(e *fyne.KeyEvent) { b.typed(b, e) }

// CreateRenderer implements fyne.Widget.
func (b *quietButton) CreateRenderer() fyne.WidgetRenderer {
	r := b.Button.CreateRenderer()
	for _, o := range r.Objects() {
		label, ok := o.(*widget.RichText)
		if !ok {
			continue
		}
		for _, s := range label.Segments {
			if words, ok := s.(*widget.TextSegment); ok {
				words.Style.TextStyle.Bold = false
			}
		}
		label.Refresh()
	}
	return r
}

// newThemed shows content in a theme of its own.
func newThemed(content fyne.CanvasObject, t fyne.Theme) fyne.CanvasObject {
	o := &themed{content: content, override: container.NewThemeOverride(content, t)}
	o.ExtendBaseWidget(o)
	return o
}

// themed keeps Fyne's theme override from being refreshed: each time it makes a
// new scope, for which Fyne loads all fonts anew and never lets them go.
type themed struct {
	widget.BaseWidget
	content  fyne.CanvasObject
	override *container.ThemeOverride
}

// CreateRenderer implements fyne.Widget.
func (o *themed) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(o.override)
}

// Refresh implements fyne.CanvasObject.
func (o *themed) Refresh() { o.content.Refresh() }

// inset keeps o away from the edges of its place.
func inset(left, top, right, bottom float32, o fyne.CanvasObject) *fyne.Container {
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

// pill is a short word on a rounded ground.
type pill struct {
	*fyne.Container
	ground *box
	words  *caption
}

func newPill(words string, color, ground fyne.ThemeColorName) *pill {
	p := &pill{ground: newBox(ground, "", 12), words: newCaption(words, color, sizeSmall)}
	p.Container = container.NewStack(p.ground, inset(10, 2, 10, 3, p.words))
	return p
}

func (p *pill) set(words string, color, ground fyne.ThemeColorName) {
	p.words.set(words)
	p.words.tint(color)
	p.ground.set(ground, "")
}

// fullWidth is the width that a caption would like to have.
func (c *caption) fullWidth() float32 {
	return fyne.MeasureText(c.words, theme.SizeForWidget(c.size, c), fyne.TextStyle{Bold: c.bold}).Width + 1
}

func setEnabled(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}
