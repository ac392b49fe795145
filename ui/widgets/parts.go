package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// SetVisible shows an object or hides it. It does nothing where nothing changes:
// Fyne draws the window anew for whatever is hidden again.
func SetVisible(o fyne.CanvasObject, visible bool) {
	switch {
	case o.Visible() == visible:
	case visible:
		o.Show()
	default:
		o.Hide()
	}
}

// Box is a rounded rectangle in theme colours, behind or around something.
type Box struct {
	widget.BaseWidget
	fill, Line fyne.ThemeColorName // "" for none
	radius     float32
}

// NewBox has the colours fill and line, each "" for none, and round corners.
func NewBox(fill, line fyne.ThemeColorName, radius float32) *Box {
	b := &Box{fill: fill, Line: line, radius: radius}
	b.ExtendBaseWidget(b)
	return b
}

// Set changes the colours.
func (b *Box) Set(fill, line fyne.ThemeColorName) {
	if b.fill != fill || b.Line != line {
		b.fill, b.Line = fill, line
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{box: b, rect: canvas.NewRectangle(color.Transparent)}
	r.WidgetRenderer = widget.NewSimpleRenderer(r.rect)
	r.style()
	return r
}

type boxRenderer struct {
	fyne.WidgetRenderer
	box  *Box
	rect *canvas.Rectangle
}

func (r *boxRenderer) style() {
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth = color.Transparent, nil, 0
	if r.box.fill != "" {
		r.rect.FillColor = theme.ColorForWidget(r.box.fill, r.box)
	}
	if r.box.Line != "" {
		r.rect.StrokeColor, r.rect.StrokeWidth = theme.ColorForWidget(r.box.Line, r.box), 1
	}
	r.rect.CornerRadius = r.box.radius
}

// Refresh implements fyne.WidgetRenderer.
func (r *boxRenderer) Refresh() {
	r.style()
	r.rect.Refresh()
}

// Caption is one line of text in a theme colour and size, without the padding
// of a label, cut with an ellipsis where it doesn't fit.
type Caption struct {
	widget.BaseWidget
	Words    string
	Color    fyne.ThemeColorName
	TextSize fyne.ThemeSizeName
	Bold     bool
	Align    fyne.TextAlign
	Cut      bool // may be narrower than its words
}

// NewCaption shows words in a colour and a size of the theme.
func NewCaption(words string, color fyne.ThemeColorName, size fyne.ThemeSizeName) *Caption {
	c := &Caption{Words: words, Color: color, TextSize: size}
	c.ExtendBaseWidget(c)
	return c
}

// Set changes the words.
func (c *Caption) Set(words string) {
	if c.Words != words {
		c.Words = words
		c.Refresh()
	}
}

// Tint changes the colour.
func (c *Caption) Tint(color fyne.ThemeColorName) {
	if c.Color != color {
		c.Color = color
		c.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Caption) CreateRenderer() fyne.WidgetRenderer {
	r := &captionRenderer{caption: c, text: canvas.NewText("", color.Transparent)}
	r.WidgetRenderer = widget.NewSimpleRenderer(r.text)
	r.style()
	return r
}

type captionRenderer struct {
	fyne.WidgetRenderer
	caption *Caption
	text    *canvas.Text
}

func (r *captionRenderer) style() {
	c := r.caption
	r.text.Color = theme.ColorForWidget(c.Color, c)
	r.text.TextSize = theme.SizeForWidget(c.TextSize, c)
	r.text.TextStyle.Bold, r.text.Alignment = c.Bold, c.Align
	r.text.Text = c.Words
	if c.Cut {
		r.text.Text = Ellipsis(c.Words, c.Size().Width, r.text.TextSize, r.text.TextStyle)
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
	least := fyne.MeasureText(r.caption.Words, theme.SizeForWidget(r.caption.TextSize, r.caption), r.text.TextStyle)
	if r.caption.Cut {
		least.Width = 0
	}
	return least
}

// Refresh implements fyne.WidgetRenderer.
func (r *captionRenderer) Refresh() {
	r.style()
	r.text.Refresh()
}

// Ellipsis cuts words at the end so that they fit into width.
func Ellipsis(words string, width, size float32, style fyne.TextStyle) string {
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

// Outlined draws the thin border that buttons and menus have here.
func Outlined(o fyne.CanvasObject) *fyne.Container {
	var border fyne.CanvasObject = NewBox("", theme.ColorNameInputBorder, Sizes[theme.SizeNameInputRadius])
	if _, speaks := o.(fyne.Accessible); !speaks {
		border = newOutline(o)
	}
	return container.NewStack(o, border)
}

// QuietButton is a button of less weight: its words are not bold. A theme of
// its own would do it too, at the price of a set of fonts in memory for each.
type QuietButton struct{ PushButton }

// NewQuietButton has words, and calls on when it is pressed.
func NewQuietButton(words string, on func()) *QuietButton {
	return NewQuietButtonWithIcon(words, nil, on)
}

// NewQuietButtonWithIcon is NewQuietButton with a symbol before the words.
func NewQuietButtonWithIcon(words string, icon fyne.Resource, on func()) *QuietButton {
	b := &QuietButton{}
	b.Text, b.Icon, b.OnTapped = words, icon, on
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *QuietButton) TypedKey(e *fyne.KeyEvent) { b.typed(b, e) }

// CreateRenderer implements fyne.Widget.
func (b *QuietButton) CreateRenderer() fyne.WidgetRenderer {
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

// NewThemed shows content in a theme of its own.
func NewThemed(content fyne.CanvasObject, t fyne.Theme) fyne.CanvasObject {
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

// Inset keeps o away from the edges of its place.
func Inset(left, top, right, bottom float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(insets{left, top, right, bottom}, o)
}

type insets struct{ Left, Top, Right, Bottom float32 }

// Layout implements fyne.Layout.
func (i insets) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(i.Left, i.Top))
		o.Resize(fyne.NewSize(max(0, size.Width-i.Left-i.Right), max(0, size.Height-i.Top-i.Bottom)))
	}
}

// MinSize implements fyne.Layout.
func (i insets) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var least fyne.Size
	for _, o := range objects {
		least = least.Max(o.MinSize())
	}
	return least.AddWidthHeight(i.Left+i.Right, i.Top+i.Bottom)
}

// Pill is a short word on a rounded ground.
type Pill struct {
	*fyne.Container
	ground *Box
	Words  *Caption
}

// NewPill shows words in a colour on a ground.
func NewPill(words string, color, ground fyne.ThemeColorName) *Pill {
	p := &Pill{ground: NewBox(ground, "", 12), Words: NewCaption(words, color, SizeSmall)}
	p.Container = container.NewStack(p.ground, Inset(10, 2, 10, 3, p.Words))
	return p
}

// Set changes the words and the colours.
func (p *Pill) Set(words string, color, ground fyne.ThemeColorName) {
	p.Words.Set(words)
	p.Words.Tint(color)
	p.ground.Set(ground, "")
}

// FullWidth is the width that a caption would like to have.
func (c *Caption) FullWidth() float32 {
	return fyne.MeasureText(c.Words, theme.SizeForWidget(c.TextSize, c), fyne.TextStyle{Bold: c.Bold}).Width + 1
}

// SetEnabled lets a widget be used, or not.
func SetEnabled(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}
