package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Widths of the navigation, with words and with symbols only.
const (
	navWide   = 164
	navNarrow = 56
	navItem   = 37
)

// navigation is the list of pages at the left.
type navigation struct {
	content *fyne.Container
	items   []*navButton
	compact bool
}

func newNavigation(items ...*navButton) *navigation {
	n := &navigation{items: items}
	column := container.New(stack{gap: 4})
	for _, i := range items {
		column.Add(i)
	}
	n.content = newRuled(edgeRight, colorSunken, inset(8, 12, 8, 8, column))
	return n
}

// setCompact shows symbols only.
func (n *navigation) setCompact(compact bool) {
	if n.compact == compact {
		return
	}
	n.compact = compact
	for _, i := range n.items {
		i.compact = compact
		i.Refresh()
	}
}

// choose marks a page.
func (n *navigation) choose(index int) {
	for i, item := range n.items {
		if item.chosen != (i == index) {
			item.chosen = i == index
			item.Refresh()
		}
	}
}

// navButton is one page of the navigation.
type navButton struct {
	widget.BaseWidget
	icons                             *icons
	icon, words, count                string
	chosen, compact, hovered, focused bool
	on                                func()
}

var (
	_ fyne.Focusable    = (*navButton)(nil)
	_ desktop.Hoverable = (*navButton)(nil)
)

func newNavButton(i *icons, icon, words string, on func()) *navButton {
	b := &navButton{icons: i, icon: icon, words: words, on: on}
	b.ExtendBaseWidget(b)
	return b
}

// setCount shows a number beside the words, "" for none.
func (b *navButton) setCount(count string) {
	if b.count != count {
		b.count = count
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *navButton) Tapped(*fyne.PointEvent) { b.on() }

// TypedKey implements fyne.Focusable.
func (b *navButton) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.on()
	default:
		windowKey(b, e)
	}
}

// TypedRune implements fyne.Focusable.
func (b *navButton) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (b *navButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *navButton) FocusLost() { b.focused = false; b.Refresh() }

// MouseIn implements desktop.Hoverable.
func (b *navButton) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *navButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *navButton) MouseOut() { b.hovered = false; b.Refresh() }

// CreateRenderer implements fyne.Widget.
func (b *navButton) CreateRenderer() fyne.WidgetRenderer {
	r := &navRenderer{
		b: b, ground: canvas.NewRectangle(color.Transparent), icon: canvas.NewImageFromResource(nil),
		words: canvas.NewText("", color.Transparent), count: canvas.NewText("", color.Transparent),
	}
	r.icon.FillMode = canvas.ImageFillContain
	r.count.Alignment = fyne.TextAlignTrailing
	r.style()
	return r
}

type navRenderer struct {
	b            *navButton
	ground       *canvas.Rectangle
	icon         *canvas.Image
	words, count *canvas.Text
}

// Destroy implements fyne.WidgetRenderer.
func (r *navRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *navRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon, r.words, r.count}
}

// MinSize implements fyne.WidgetRenderer.
func (r *navRenderer) MinSize() fyne.Size { return fyne.NewSize(navNarrow-17, navItem) }

// Refresh implements fyne.WidgetRenderer.
func (r *navRenderer) Refresh() {
	r.style()
	r.Layout(r.b.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *navRenderer) style() {
	b := r.b
	tone := colorMuted
	r.ground.FillColor, r.ground.CornerRadius, r.ground.StrokeWidth = color.Transparent, 6, 0
	switch {
	case b.chosen:
		tone = theme.ColorNameHyperlink
		r.ground.FillColor = theme.ColorForWidget(colorSoft, b)
	case b.hovered:
		r.ground.FillColor = theme.ColorForWidget(theme.ColorNameHover, b)
	}
	if b.focused {
		r.ground.StrokeWidth, r.ground.StrokeColor = 2, theme.ColorForWidget(theme.ColorNamePrimary, b)
	}
	for _, t := range []*canvas.Text{r.words, r.count} {
		t.Color = theme.ColorForWidget(tone, b)
		t.TextStyle.Bold = b.chosen
	}
	r.words.Text, r.words.TextSize = b.words, theme.SizeForWidget(theme.SizeNameText, b)
	r.count.Text, r.count.TextSize = b.count, theme.SizeForWidget(theme.SizeNameCaptionText, b)
	r.icon.Resource = b.icons.get(b.icon, tone)
	setVisible(r.icon, b.compact)
	setVisible(r.words, !b.compact)
	setVisible(r.count, !b.compact)
}

// Layout implements fyne.WidgetRenderer.
func (r *navRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.icon.Resize(fyne.NewSquareSize(20))
	r.icon.Move(fyne.NewPos((size.Width-20)/2, (size.Height-20)/2))
	for _, t := range []*canvas.Text{r.words, r.count} {
		height := t.MinSize().Height
		t.Move(fyne.NewPos(12, (size.Height-height)/2))
		t.Resize(fyne.NewSize(max(0, size.Width-24), height))
	}
}
