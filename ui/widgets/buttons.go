package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// QuietButton is a button whose text is not bold. A theme override would do the
// same, but each one costs a set of fonts in memory.
type QuietButton struct{ PushButton }

// NewQuietButton returns a button that shows words and calls on when it is pressed.
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

// PushButton is Fyne's button, but Return presses it as Space does, and it passes
// the window's keys on.
type PushButton struct{ widget.Button }

// NewButton returns a button that shows words and calls on when it is pressed.
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

// typed handles a key. whole is the button itself, or the widget that embeds it.
func (b *PushButton) typed(whole fyne.CanvasObject, e *fyne.KeyEvent) {
	switch {
	case WindowKey(whole, e):
	case e.Name == fyne.KeyReturn, e.Name == fyne.KeyEnter:
		b.Tapped(nil)
	default:
		b.Button.TypedKey(e)
	}
}

// IconButton is a button with a symbol only. Name is what screen readers say.
type IconButton struct {
	PushButton
	Name string
}

// NewIconButton returns a button that shows icon and calls on when it is pressed.
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
