package viewtest

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// Seen visits every object that o shows.
func Seen(t testing.TB, o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			Seen(t, child, visit)
		}
	case fyne.Widget:
		for _, child := range test.TempWidgetRenderer(t.(*testing.T), o).Objects() {
			Seen(t, child, visit)
		}
	}
}

// Words are all texts of the window and of the dialogs over it.
func (h *Stage) Words() string {
	var b strings.Builder
	note := func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *canvas.Text:
			b.WriteString(o.Text + "\n")
		case *widget.Label:
			b.WriteString(o.Text + "\n")
		case *widgets.Label:
			b.WriteString(o.Text + "\n")
		}
	}
	Seen(h.T, h.Win.Content(), note)
	for _, over := range h.Win.Canvas().Overlays().List() {
		Seen(h.T, over, note)
	}
	return b.String()
}

// Says checks that the window shows a text.
func (h *Stage) Says(want string) {
	h.T.Helper()
	if got := Spaced(h.Words()); !strings.Contains(got, want) {
		h.T.Errorf("the window doesn't say %q; it says\n%s", want, got)
	}
}

// SaysNow reports whether the window shows a text.
func (h *Stage) SaysNow(want string) bool { return strings.Contains(Spaced(h.Words()), Spaced(want)) }

// Check finds the check box with a text, in the top dialog that has one.
func (h *Stage) Check(text string) *widget.Check {
	h.T.Helper()
	var found *widget.Check
	for _, over := range h.Win.Canvas().Overlays().List() {
		Seen(h.T, over, func(o fyne.CanvasObject) {
			if c, ok := o.(*widgets.CheckBox); ok && c.Text == text {
				found = &c.Check
			}
		})
	}
	if found == nil {
		h.T.Fatalf("no check box %q in\n%s", text, h.Words())
	}
	return found
}

// ButtonOf is the Fyne button in an object, nil if it is not a button.
func ButtonOf(o fyne.CanvasObject) *widget.Button {
	switch b := o.(type) {
	case *widgets.PushButton:
		return &b.Button
	case *widget.Button:
		return b
	case *widgets.QuietButton:
		return &b.Button
	}
	return nil
}

// Tap taps the button with a text, in the top dialog that has one or else in the
// page.
func (h *Stage) Tap(text string) {
	h.T.Helper()
	var found fyne.Tappable
	look := func(o fyne.CanvasObject) {
		if b := ButtonOf(o); b != nil && b.Text == text {
			found = o.(fyne.Tappable)
		}
	}
	Seen(h.T, h.Win.Content(), look)
	for _, over := range h.Win.Canvas().Overlays().List() {
		Seen(h.T, over, look)
	}
	if found == nil {
		h.T.Fatalf("no button %q in\n%s", text, h.Words())
	}
	test.Tap(found)
}

// Choose taps an item of the open menu.
func (h *Stage) Choose(words string) {
	h.T.Helper()
	top, ok := h.Win.Canvas().Focused().(*widget.PopUpMenu)
	if !ok {
		h.T.Fatalf("no menu is open, %q wanted", words)
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
		Seen(h.T, item, func(part fyne.CanvasObject) {
			if text, ok := part.(*canvas.Text); ok && text.Text == words {
				found = true
			}
		})
		if found {
			item.Tapped(&fyne.PointEvent{})
			return
		}
	}
	h.T.Fatalf("no item %q in\n%s", words, h.Words())
}

// Clear closes everything that is over the window.
func (h *Stage) Clear() {
	overlays := h.Win.Canvas().Overlays()
	for overlays.Top() != nil {
		overlays.Remove(overlays.Top())
	}
}

// Typed sends a key to the focused widget or else to the window, as Fyne does.
func (h *Stage) Typed(name fyne.KeyName) {
	c, e := h.Win.Canvas(), &fyne.KeyEvent{Name: name}
	if focused := c.Focused(); focused != nil {
		focused.TypedKey(e)
	} else {
		c.OnTypedKey()(e)
	}
}

// Over are all objects that the top dialog shows.
func (h *Stage) Over() (all []fyne.CanvasObject) {
	Seen(h.T, h.Win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) { all = append(all, o) })
	return all
}

// Enter types into the entry after a label in the top dialog, and takes the focus
// away.
func (h *Stage) Enter(words, value string) {
	h.T.Helper()
	found := false
	for _, o := range h.Over() {
		if l, ok := o.(*widgets.Label); ok && l.Text == words {
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
	h.T.Fatalf("no entry %q in\n%s", words, h.Words())
}

// tabs are the tabs of the top dialog.
func (h *Stage) tabs() *container.AppTabs {
	h.T.Helper()
	for _, o := range h.Over() {
		if tabs, ok := o.(*container.AppTabs); ok {
			return tabs
		}
	}
	h.T.Fatalf("no tabs in\n%s", h.Words())
	return nil
}

// Tab is the name of the selected tab.
func (h *Stage) Tab() string {
	h.T.Helper()
	return h.tabs().Selected().Text
}

// ChooseItem does what the menu item with a text does.
func ChooseItem(t *testing.T, menu *fyne.Menu, label string) {
	t.Helper()
	for _, item := range menu.Items {
		if item.Label == label {
			item.Action()
			return
		}
	}
	t.Fatalf("no %q in the menu", label)
}

// Entry is the entry of the window that says what is to be typed.
func (h *Stage) Entry(placeholder string) *view.LineEntry {
	h.T.Helper()
	var found *view.LineEntry
	Seen(h.T, h.Win.Content(), func(o fyne.CanvasObject) {
		if e, ok := o.(*view.LineEntry); ok && e.PlaceHolder == placeholder {
			found = e
		}
	})
	if found == nil {
		h.T.Fatalf("no entry %q in\n%s", placeholder, h.Words())
	}
	return found
}

// Named says what has the focus, "" for a button without words.
func Named(o fyne.Focusable) string {
	switch o := o.(type) {
	case *widgets.PushButton:
		return o.Text
	case *widgets.QuietButton:
		return o.Text
	case *widgets.IconButton:
		return o.Name
	case *widgets.TableHead:
		return "head"
	case *widgets.NavButton:
		return o.Words
	case *view.LineEntry:
		return o.PlaceHolder
	case *widgets.RowList:
		return "list"
	case *widgets.TapArea:
		return "area"
	}
	return fmt.Sprintf("%T", o)
}
