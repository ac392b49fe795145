package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// seen walks everything that a canvas object shows, in a test.
func seen(t testing.TB, o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			seen(t, child, visit)
		}
	case fyne.Widget:
		for _, child := range test.TempWidgetRenderer(t.(*testing.T), o).Objects() {
			seen(t, child, visit)
		}
	}
}

// words are all texts of the window and of what lies over it.
func (h *stage) words() string {
	var b strings.Builder
	note := func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *canvas.Text:
			b.WriteString(o.Text + "\n")
		case *widget.Label:
			b.WriteString(o.Text + "\n")
		case *label:
			b.WriteString(o.Text + "\n")
		}
	}
	seen(h.t, h.win.Content(), note)
	for _, over := range h.win.Canvas().Overlays().List() {
		seen(h.t, over, note)
	}
	return b.String()
}

// says checks that the window shows words.
func (h *stage) says(want string) {
	h.t.Helper()
	if got := spaced(h.words()); !strings.Contains(got, want) {
		h.t.Errorf("the window doesn't say %q; it says\n%s", want, got)
	}
}

// saysNow reports whether the window says something.
func (h *stage) saysNow(want string) bool { return strings.Contains(spaced(h.words()), spaced(want)) }

// check finds the uppermost check box with a text.
func (h *stage) check(text string) *widget.Check {
	h.t.Helper()
	var found *widget.Check
	for _, over := range h.win.Canvas().Overlays().List() {
		seen(h.t, over, func(o fyne.CanvasObject) {
			if c, ok := o.(*checkBox); ok && c.Text == text {
				found = &c.Check
			}
		})
	}
	if found == nil {
		h.t.Fatalf("no check box %q in\n%s", text, h.words())
	}
	return found
}

// buttonOf is what an object has of a button, nil if it is none.
func buttonOf(o fyne.CanvasObject) *widget.Button {
	switch b := o.(type) {
	case *pushButton:
		return &b.Button
	case *widget.Button:
		return b
	case *quietButton:
		return &b.Button
	}
	return nil
}

// tap finds the uppermost button with a text and taps it.
func (h *stage) tap(text string) {
	h.t.Helper()
	var found fyne.Tappable
	look := func(o fyne.CanvasObject) {
		if b := buttonOf(o); b != nil && b.Text == text {
			found = o.(fyne.Tappable)
		}
	}
	seen(h.t, h.win.Content(), look)
	for _, over := range h.win.Canvas().Overlays().List() {
		seen(h.t, over, look)
	}
	if found == nil {
		h.t.Fatalf("no button %q in\n%s", text, h.words())
	}
	test.Tap(found)
}

// choose takes an item of the menu that is open.
func (h *stage) choose(words string) {
	h.t.Helper()
	top, ok := h.win.Canvas().Focused().(*widget.PopUpMenu)
	if !ok {
		h.t.Fatalf("no menu is open, %q wanted", words)
	}
	for _, o := range top.Items {
		item, ok := o.(interface {
			fyne.Tappable
			fyne.CanvasObject
		})
		if !ok {
			continue
		}
		found := false
		seen(h.t, item, func(part fyne.CanvasObject) {
			if text, ok := part.(*canvas.Text); ok && text.Text == words {
				found = true
			}
		})
		if found {
			item.Tapped(&fyne.PointEvent{})
			return
		}
	}
	h.t.Fatalf("no item %q in\n%s", words, h.words())
}

// clear closes whatever lies over the window.
func (h *stage) clear() {
	overlays := h.win.Canvas().Overlays()
	for overlays.Top() != nil {
		overlays.Remove(overlays.Top())
	}
}

// typed hands a key to what has the focus, or else to the window, as Fyne does.
func (h *stage) typed(name fyne.KeyName) {
	c, e := h.win.Canvas(), &fyne.KeyEvent{Name: name}
	if focused := c.Focused(); focused != nil {
		focused.TypedKey(e)
	} else {
		c.OnTypedKey()(e)
	}
}

// over are all objects that are seen in what lies uppermost over the window.
func (h *stage) over() (all []fyne.CanvasObject) {
	seen(h.t, h.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) { all = append(all, o) })
	return all
}

// enter types into the entry that follows words in the uppermost dialog, and
// leaves it.
func (h *stage) enter(words, value string) {
	h.t.Helper()
	found := false
	for _, o := range h.over() {
		if l, ok := o.(*label); ok && l.Text == words {
			found = true
		}
		e, ok := o.(interface {
			SetText(string)
			SetPlaceHolder(string)
			fyne.Focusable
		})
		if ok && found {
			e.SetText(value)
			e.FocusLost()
			return
		}
	}
	h.t.Fatalf("no entry %q in\n%s", words, h.words())
}

// tabs are those of the uppermost dialog.
func (h *stage) tabs() *container.AppTabs {
	h.t.Helper()
	for _, o := range h.over() {
		if tabs, ok := o.(*container.AppTabs); ok {
			return tabs
		}
	}
	h.t.Fatalf("no tabs in\n%s", h.words())
	return nil
}

// tab is what the tab says that is shown.
func (h *stage) tab() string {
	h.t.Helper()
	return h.tabs().Selected().Text
}

// chooseItem makes the menu item with a text happen.
func chooseItem(t *testing.T, menu *fyne.Menu, label string) {
	t.Helper()
	for _, item := range menu.Items {
		if item.Label == label {
			item.Action()
			return
		}
	}
	t.Fatalf("no %q in the menu", label)
}
