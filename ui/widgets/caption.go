package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Caption is one line of text in a colour and a size of the theme, without the
// padding of a label.
type Caption struct {
	widget.BaseWidget
	Words    string
	Color    fyne.ThemeColorName
	TextSize fyne.ThemeSizeName
	Bold     bool
	Align    fyne.TextAlign
	Cut      bool // may be narrower than its words: an ellipsis then ends them
	Middle   bool // the ellipsis is in the middle of what is cut
}

// NewCaption returns a caption that shows words.
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
		cut := Ellipsis
		if c.Middle {
			cut = MiddleEllipsis
		}
		r.text.Text = cut(c.Words, c.Size().Width, r.text.TextSize, r.text.TextStyle)
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

// IsCut reports whether not all words are shown.
func (c *Caption) IsCut() bool { return c.Cut && c.FullWidth() > c.Size().Width+1 }

// FullWidth is the width that all words need.
func (c *Caption) FullWidth() float32 {
	return fyne.MeasureText(c.Words, theme.SizeForWidget(c.TextSize, c), fyne.TextStyle{Bold: c.Bold}).Width + 1
}

// AccessibilityLabel implements fyne.Accessible.
func (c *Caption) AccessibilityLabel() string { return c.Words }

// AccessibilityRole implements fyne.Accessible.
func (c *Caption) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }
