package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Pill is a short text on a rounded background.
type Pill struct {
	*fyne.Container
	ground *Box
	Words  *Caption
}

// NewPill shows words in a colour, on a background in the colour ground.
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
