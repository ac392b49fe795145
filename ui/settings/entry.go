package settings

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// fileInput is an entry for a path with a button that picks a file. then is called
// when one was picked; it may be nil.
func fileInput(host *view.Host, e *formEntry, extensions []string, then func()) fyne.CanvasObject {
	button := widgets.NewQuietButton(host.Text.S("settings.choose"), func() {
		view.PickFile(host, e.value(), extensions, func(path string) {
			e.SetText(path)
			e.onLeave()
			if then != nil {
				then()
			}
		})
	})
	return container.NewBorder(nil, nil, nil, widgets.Outlined(button), e)
}

// formEntry is an entry that reports when it loses the focus.
type formEntry struct {
	widget.Entry
	onLeave    func()
	onEscape   func()
	onShortcut func(fyne.Shortcut)
}

func newFormEntry(value, placeholder string) *formEntry {
	e := &formEntry{}
	e.ExtendBaseWidget(e)
	e.Text = value
	e.PlaceHolder = placeholder
	return e
}

func newSecretEntry(placeholder string) *formEntry {
	e := newFormEntry("", placeholder)
	e.Password = true
	return e
}

// TypedKey implements fyne.Focusable.
func (e *formEntry) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape && e.onEscape != nil {
		e.onEscape()
		return
	}
	e.Entry.TypedKey(key)
}

// TypedShortcut implements fyne.Shortcutable. Fyne gives key combinations to the
// focused widget alone; those that an entry doesn't use are passed on.
func (e *formEntry) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*desktop.CustomShortcut); ok && e.onShortcut != nil {
		e.onShortcut(s)
	}
	e.Entry.TypedShortcut(s)
}

// FocusLost implements fyne.Focusable.
func (e *formEntry) FocusLost() {
	e.Entry.FocusLost()
	if e.onLeave != nil {
		e.onLeave()
	}
}

// value is the text without spaces around it.
func (e *formEntry) value() string { return strings.TrimSpace(e.Text) }

// firstEntry is the first visible entry in an object, nil if there is none.
func firstEntry(o fyne.CanvasObject) fyne.Focusable {
	if !o.Visible() {
		return nil
	}
	switch o := o.(type) {
	case *formEntry:
		return o
	case *fyne.Container:
		for _, inner := range o.Objects {
			if e := firstEntry(inner); e != nil {
				return e
			}
		}
	}
	return nil
}
