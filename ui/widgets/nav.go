package widgets

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Widths of the navigation, with words and with symbols only.
const (
	NavWide   = 164
	NavNarrow = 56
	navItem   = 37
)

// Navigation is the list of pages at the left.
type Navigation struct {
	Content *fyne.Container
	Items   []*NavButton
	compact bool
}

// NewNavigation lists items below each other. None is chosen.
func NewNavigation(items ...*NavButton) *Navigation {
	n := &Navigation{Items: items}
	column := container.New(VBox{Gap: 4})
	for _, i := range items {
		column.Add(i)
	}
	n.Content = NewRuled(edgeRight, ColorSunken, Inset(8, 12, 8, 8, column))
	return n
}

// SetCompact shows symbols only.
func (n *Navigation) SetCompact(compact bool) {
	if n.compact == compact {
		return
	}
	n.compact = compact
	for _, i := range n.Items {
		i.compact = compact
		i.Refresh()
	}
}

// Choose marks the item of the page that is shown.
func (n *Navigation) Choose(index int) {
	for i, item := range n.Items {
		if item.chosen != (i == index) {
			item.chosen = i == index
			item.Refresh()
		}
	}
}

// NavButton is the item of one page.
type NavButton struct {
	widget.BaseWidget
	icons                             *Icons
	icon, Words, count                string
	chosen, compact, hovered, focused bool
	on                                func()
}

var (
	_ fyne.Focusable    = (*NavButton)(nil)
	_ desktop.Hoverable = (*NavButton)(nil)
)

// NewNavButton returns an item with a symbol of i, which calls on when it is
// tapped.
func NewNavButton(i *Icons, icon, words string, on func()) *NavButton {
	b := &NavButton{icons: i, icon: icon, Words: words, on: on}
	b.ExtendBaseWidget(b)
	return b
}

// SetCount shows a number beside the words, "" for none.
func (b *NavButton) SetCount(count string) {
	if b.count != count {
		b.count = count
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *NavButton) Tapped(*fyne.PointEvent) { b.on() }

// TypedKey implements fyne.Focusable.
func (b *NavButton) TypedKey(e *fyne.KeyEvent) { pressKey(b, e, b.on) }

// TypedRune implements fyne.Focusable.
func (b *NavButton) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (b *NavButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *NavButton) FocusLost() { b.focused = false; b.Refresh() }

// MouseIn implements desktop.Hoverable.
func (b *NavButton) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *NavButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *NavButton) MouseOut() { b.hovered = false; b.Refresh() }

// CreateRenderer implements fyne.Widget.
func (b *NavButton) CreateRenderer() fyne.WidgetRenderer {
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
	b            *NavButton
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
func (r *navRenderer) MinSize() fyne.Size { return fyne.NewSize(NavNarrow-17, navItem) }

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
	tone := ColorMuted
	r.ground.FillColor, r.ground.CornerRadius, r.ground.StrokeWidth = color.Transparent, 6, 0
	switch {
	case b.chosen:
		tone = theme.ColorNameHyperlink
		r.ground.FillColor = theme.ColorForWidget(ColorSoft, b)
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
	r.words.Text, r.words.TextSize = b.Words, theme.SizeForWidget(theme.SizeNameText, b)
	r.count.Text, r.count.TextSize = b.count, theme.SizeForWidget(theme.SizeNameCaptionText, b)
	r.icon.Resource = b.icons.Get(b.icon, tone)
	SetVisible(r.icon, b.compact)
	SetVisible(r.words, !b.compact)
	SetVisible(r.count, !b.compact)
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

// AccessibilityLabel implements fyne.Accessible.
func (b *NavButton) AccessibilityLabel() string { return strings.TrimSpace(b.Words + " " + b.count) }

// AccessibilityRole implements fyne.Accessible.
func (b *NavButton) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
