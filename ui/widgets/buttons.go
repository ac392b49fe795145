package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

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

// PushButton is Fyne's button that Return presses, too, and that leaves the
// window its keys.
type PushButton struct{ widget.Button }

// NewButton has words, and calls on when it is pressed.
func NewButton(words string, on func()) *PushButton { return NewButtonWithIcon(words, nil, on) }

// NewButtonWithIcon is NewButton with a symbol before the words.
func NewButtonWithIcon(words string, icon fyne.Resource, on func()) *PushButton {
	b := &PushButton{}
	b.Text, b.Icon, b.OnTapped = words, icon, on
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *PushButton) TypedKey(e *fyne.KeyEvent) { b.typed(b, e) }

// typed takes a key for the widget that the button is, or is part of.
func (b *PushButton) typed(whole fyne.CanvasObject, e *fyne.KeyEvent) {
	switch {
	case WindowKey(whole, e):
	case e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		b.Tapped(nil)
	default:
		b.Button.TypedKey(e)
	}
}

// IconButton is a button with a symbol only; name says what it does.
type IconButton struct {
	PushButton
	Name string
}

// NewIconButton shows a symbol, is called name, and calls on when it is pressed.
func NewIconButton(name string, icon fyne.Resource, on func()) *IconButton {
	b := &IconButton{Name: name}
	b.Icon, b.OnTapped = icon, on
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *IconButton) TypedKey(e *fyne.KeyEvent) { b.typed(b, e) }

// AccessibilityLabel implements fyne.Accessible.
func (b *IconButton) AccessibilityLabel() string { return b.Name }
