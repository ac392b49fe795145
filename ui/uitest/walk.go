package uitest

import (
	"image"
	"math"
	"reflect"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// things lists what windows show. It runs on the UI goroutine.
func things(windows []fyne.Window) []Thing {
	shown := []Thing{}
	for _, window := range windows {
		c := window.Canvas()
		w := walk{scale: c.Scale(), focused: c.Focused()}
		everything := w.pixels(fyne.Position{}, c.Size())
		overlays := c.Overlays().List()
		w.visit(c.Content(), fyne.Position{}, within{clip: everything, covered: len(overlays) > 0})
		for i, overlay := range overlays {
			for _, o := range parts(overlay) { // the overlay itself takes clicks and does nothing
				w.visit(o, overlay.Position(), within{clip: everything, covered: i < len(overlays)-1})
			}
		}
		shown = append(shown, w.things...)
	}
	return shown
}

// walk goes through what a window shows.
type walk struct {
	scale   float32
	focused fyne.Focusable
	things  []Thing
}

// within describes the object that contains another.
type within struct {
	clip      image.Rectangle // what can be seen of it
	whole     Thing           // whose parts need not say its words again
	clickable bool
	covered   bool
}

// visit adds o and its parts.
func (w *walk) visit(o fyne.CanvasObject, from fyne.Position, in within) {
	if o == nil || !o.Visible() {
		return
	}
	at := from.Add(o.Position())
	seen := w.pixels(at, o.Size()).Intersect(in.clip)
	clip := in.clip
	if clips(o) {
		in.clip = seen
	}
	if t, ok := describe(o); ok {
		_, tappable := o.(fyne.Tappable)
		t.At, t.Covered = w.pixels(at, extent(t.Kind, o)).Intersect(clip), in.covered
		t.Clickable = (tappable || in.clickable) && !disabled(o) && !in.covered
		t.Focused = w.focused != nil && any(o) == any(w.focused)
		if !t.At.Empty() && !t.repeats(in.whole) {
			w.things = append(w.things, t)
		}
		in.whole, in.clickable = t, t.Clickable
	}
	for _, part := range parts(o) {
		w.visit(part, at, in)
	}
}

// extent is how much a thing uses of the size that its layout gave it.
func extent(kind Kind, o fyne.CanvasObject) fyne.Size {
	switch kind {
	case Text: // drawn whole, even if it was given no size
		return o.Size().Max(o.MinSize())
	case Check: // takes clicks on its box and its words
		return o.Size().Min(o.MinSize())
	default:
		return o.Size()
	}
}

// repeats reports whether a part says only what the whole has said: a line of a
// text, the words of a button, what is typed into an entry.
func (t Thing) repeats(whole Thing) bool {
	switch whole.Kind {
	case Text, Entry, Choice:
		return t.Kind == Text
	default:
		return t.Says == whole.Says && (t.Kind == Text || t.Kind == whole.Kind)
	}
}

// pixels is where something lies in the window.
func (w *walk) pixels(at fyne.Position, size fyne.Size) image.Rectangle {
	px := func(v float32) int { return int(math.Round(float64(v * w.scale))) }
	return image.Rect(px(at.X), px(at.Y), px(at.X+size.Width), px(at.Y+size.Height))
}

// describe says what an object is; ok is false for one that only holds others
// or decorates.
func describe(o fyne.CanvasObject) (t Thing, ok bool) {
	switch o := o.(type) {
	case *canvas.Text:
		return Thing{Kind: Text, Says: o.Text}, o.Text != ""
	case *fyne.Container, *widget.PopUp, *widget.Menu, *widget.PopUpMenu: // clicks beside their parts do nothing
		return Thing{}, false
	}
	if text, ok := property[string](o, "Text"); ok && has(o, "Password") {
		hint, _ := property[string](o, "PlaceHolder")
		return Thing{Kind: Entry, Says: hint, Value: text}, true
	}
	if value, ok := property[string](o, "Selected"); ok && has(o, "Options") {
		return Thing{Kind: Choice, Value: value}, true
	}
	t.Says = words(o)
	if checked, ok := property[bool](o, "Checked"); ok {
		t.Kind, t.Checked = Check, checked
		return t, true
	}
	speaker, speaks := o.(fyne.Accessible)
	_, tappable := o.(fyne.Tappable)
	switch {
	case speaks && speaker.AccessibilityRole() == fyne.AccessibleRoleLink:
		t.Kind = Link
	case tappable:
		t.Kind = Button
	case speaks && speaker.AccessibilityRole() == fyne.AccessibleRoleText:
		t.Kind = Text
	default:
		return Thing{}, false
	}
	return t, t.Says != ""
}

// words are what an object says of itself, or else what its parts say.
func words(o fyne.CanvasObject) string {
	if text, ok := o.(*canvas.Text); ok {
		return text.Text
	}
	if speaker, ok := o.(fyne.Accessible); ok && speaker.AccessibilityRole() != fyne.AccessibleRoleContainer {
		return speaker.AccessibilityLabel()
	}
	var said []string
	for _, part := range parts(o) {
		if part == nil || !part.Visible() {
			continue
		}
		if s := words(part); s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, " ")
}

// parts are the objects that make up another.
func parts(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// clips reports whether parts of o that stick out of it are not drawn.
func clips(o fyne.CanvasObject) bool {
	if _, scrolls := o.(fyne.Scrollable); scrolls {
		return true
	}
	w, ok := o.(fyne.Widget)
	if !ok {
		return false
	}
	_, clip := test.WidgetRenderer(w).(interface{ IsClip() })
	return clip
}

func disabled(o fyne.CanvasObject) bool {
	d, ok := o.(fyne.Disableable)
	return ok && d.Disabled()
}

// property is an exported field of a widget. Fyne's widgets have no common
// interface for their values, and the program's own ones embed them.
func property[T any](o fyne.CanvasObject, name string) (value T, ok bool) {
	v := reflect.Indirect(reflect.ValueOf(o))
	if v.Kind() != reflect.Struct || !has(o, name) {
		return value, false
	}
	value, ok = v.FieldByName(name).Interface().(T)
	return value, ok
}

// has reports whether a widget has an exported field.
func has(o fyne.CanvasObject, name string) bool {
	t := reflect.Indirect(reflect.ValueOf(o)).Type()
	if t.Kind() != reflect.Struct {
		return false
	}
	f, ok := t.FieldByName(name)
	return ok && f.IsExported()
}
