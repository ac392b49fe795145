package uitest

import (
	"image"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// window shows content in a window of 400×300 and returns it with what it tells.
func window(t *testing.T, content fyne.CanvasObject) (fyne.Window, func() []Thing) {
	t.Helper()
	test.NewTempApp(t)
	w := test.NewTempWindow(t, content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(400, 300))
	return w, func() []Thing { return things([]fyne.Window{w}) }
}

// without is a list of things without their places.
func without(things []Thing) []Thing {
	var bare []Thing
	for _, t := range things {
		t.At = image.Rectangle{}
		bare = append(bare, t)
	}
	return bare
}

func mustShow(t *testing.T, got []Thing, want ...Thing) {
	t.Helper()
	if !slices.Equal(without(got), want) {
		t.Errorf("it shows\n%v, want\n%v", got, want)
	}
}

// button is a widget of a program's own, as package ui has them.
type button struct{ widget.Button }

func TestKinds(t *testing.T) {
	own := &button{}
	own.Text = "Own"
	own.ExtendBaseWidget(own)
	off := widget.NewButton("Off", nil)
	off.Disable()
	secret := widget.NewPasswordEntry()
	secret.Text, secret.PlaceHolder = "hidden", "Secret"
	check := widget.NewCheck("Use it", nil)
	check.Checked = true
	choice := widget.NewSelect([]string{"a", "b"}, nil)
	choice.Selected = "b"
	unseen := widget.NewLabel("unseen")
	unseen.Hide()
	wrapped := widget.NewLabel("words that take more than one line where there is no room for all of them beside each other")
	wrapped.Wrapping = fyne.TextWrapWord
	_, shows := window(t, container.NewVBox(
		widget.NewLabel("A label"), canvas.NewText("Drawn", nil), own, off, widget.NewHyperlink("A link", nil),
		secret, check, choice, unseen, wrapped))
	mustShow(t, shows(),
		Thing{Kind: Text, Says: "A label"},
		Thing{Kind: Text, Says: "Drawn"},
		Thing{Kind: Button, Says: "Own", Clickable: true},
		Thing{Kind: Button, Says: "Off"},
		Thing{Kind: Link, Says: "A link", Clickable: true},
		Thing{Kind: Entry, Says: "Secret", Value: "hidden", Clickable: true},
		Thing{Kind: Check, Says: "Use it", Clickable: true, Checked: true},
		Thing{Kind: Choice, Value: "b", Clickable: true},
		Thing{Kind: Text, Says: wrapped.Text},
	)
}

// A row is one thing to click, and so are its parts.
func TestParts(t *testing.T) {
	unseen := widget.NewLabel("unseen")
	unseen.Hide()
	inner := newTappable(container.NewHBox(widget.NewLabel("Name"), widget.NewLabel("Size"), widget.NewButton("Stop", nil), unseen))
	_, shows := window(t, newTappable(inner))
	mustShow(t, shows(),
		Thing{Kind: Button, Says: "Name Size Stop", Clickable: true},
		Thing{Kind: Text, Says: "Name", Clickable: true},
		Thing{Kind: Text, Says: "Size", Clickable: true},
		Thing{Kind: Button, Says: "Stop", Clickable: true},
	)
}

type tappable struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

func newTappable(content fyne.CanvasObject) *tappable {
	w := &tappable{content: content}
	w.ExtendBaseWidget(w)
	return w
}

func (w *tappable) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(w.content) }
func (w *tappable) Tapped(*fyne.PointEvent)             {}

// What is scrolled out of sight is not told; of what is cut off it is told where
// the rest is, in pixels.
func TestPlaces(t *testing.T) {
	place := func(name string, y float32) fyne.CanvasObject {
		b := widget.NewButton(name, nil)
		b.Move(fyne.NewPos(10, y))
		b.Resize(fyne.NewSize(100, 40))
		return b
	}
	field := container.NewWithoutLayout(place("above", 0), place("cut", 40), place("whole", 100), place("cut below", 270), place("below", 320))
	field.Resize(fyne.NewSize(200, 500))
	scroll := container.NewVScroll(container.New(fixed{fyne.NewSize(200, 500)}, field))
	outer := container.NewVScroll(container.New(fixed{fyne.NewSize(200, 350)}, scroll)) // longer than the window shows of it
	w, shows := window(t, container.NewBorder(nil, container.New(fixed{fyne.NewSize(200, 50)}, canvas.NewRectangle(nil)), nil, nil, outer))
	scroll.ScrollToOffset(fyne.NewPos(0, 50))
	w.Canvas().(software.WindowlessCanvas).SetScale(2)
	want := map[string]image.Rectangle{"cut": image.Rect(20, 0, 220, 60), "whole": image.Rect(20, 100, 220, 180), "cut below": image.Rect(20, 440, 220, 492)}
	got := map[string]image.Rectangle{}
	for _, thing := range shows() {
		got[thing.Says] = thing.At
	}
	for name, at := range want {
		if got[name] != at {
			t.Errorf("%s is at %v, want %v", name, got[name], at)
		}
	}
	if len(got) != len(want) {
		t.Errorf("it shows %v", got)
	}
}

// A check box takes clicks on its words, not beside them.
func TestPlaceOfACheck(t *testing.T) {
	check := widget.NewCheck("Use it", nil)
	_, shows := window(t, container.NewVBox(check))
	if at := shows()[0].At; at.Dx() >= 400 || at.Dx() != int(math.Round(float64(check.MinSize().Width))) {
		t.Errorf("it is at %v", at)
	}
}

// fixed gives what is in it a size.
type fixed struct{ size fyne.Size }

func (f fixed) Layout(o []fyne.CanvasObject, _ fyne.Size) { o[0].Resize(f.size) }
func (f fixed) MinSize([]fyne.CanvasObject) fyne.Size     { return f.size }

// What lies below a dialog can be read, not clicked.
func TestCovered(t *testing.T) {
	w, shows := window(t, container.NewVBox(widget.NewButton("Below", nil)))
	d := dialog.NewCustomWithoutButtons("Question", widget.NewButton("Yes", nil), w)
	d.Show()
	mustShow(t, shows(),
		Thing{Kind: Button, Says: "Below", Covered: true},
		Thing{Kind: Button, Says: "Yes", Clickable: true},
		Thing{Kind: Text, Says: "Question"},
	)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", fyne.NewMenuItem("Entry", func() {})), w.Canvas(), fyne.NewPos(5, 5))
	mustShow(t, shows(),
		Thing{Kind: Button, Says: "Below", Covered: true},
		Thing{Kind: Button, Says: "Yes", Covered: true},
		Thing{Kind: Text, Says: "Question", Covered: true},
		Thing{Kind: Button, Says: "Entry", Clickable: true},
	)
}

func TestFocus(t *testing.T) {
	one, other := widget.NewEntry(), widget.NewEntry()
	one.PlaceHolder, other.PlaceHolder = "one", "other"
	w, shows := window(t, container.NewVBox(one, other))
	w.Canvas().Focus(other)
	mustShow(t, shows(),
		Thing{Kind: Entry, Says: "one", Clickable: true},
		Thing{Kind: Entry, Says: "other", Clickable: true, Focused: true},
	)
}

// The socket tells each caller what is shown when it asks.
func TestSocket(t *testing.T) {
	label := widget.NewLabel("before")
	test.NewTempApp(t)
	test.NewTempWindow(t, label)
	socket := filepath.Join(t.TempDir(), "window")
	var ui sync.Mutex // Fyne's driver for tests has no UI goroutine
	do := func(f func()) {
		ui.Lock()
		defer ui.Unlock()
		f()
	}
	if err := serve(t.Context(), socket, do); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"before", "after"} {
		do(func() { label.SetText(words) })
		got, err := Look(t.Context(), socket)
		if err != nil {
			t.Fatal(err)
		}
		mustShow(t, got, Thing{Kind: Text, Says: words})
	}
	if err := Serve(t.Context(), filepath.Join(socket, "none")); err == nil {
		t.Error("it serves where it can't")
	}
	if _, err := Look(t.Context(), socket+"0"); err == nil {
		t.Error("it looks where nobody serves")
	}
}
