package viewtest

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/widgets"
)

// Fitter finds texts that have too little room, and texts that overlap.
type Fitter struct {
	t      *testing.T
	where  string
	window fyne.Size
	told   map[string]bool
	seen   []spot // of the layer that is looked at
}

// NewFitter returns a Fitter whose errors begin with where.
func NewFitter(t *testing.T, where string) *Fitter {
	return &Fitter{t: t, where: where, told: map[string]bool{}}
}

// screen is the size of a window and the scale at which it is drawn.
type screen struct {
	Name, Language, Theme string
	Width, Height, scale  float32
}

// Screens are from the smallest window to a 4K screen at 100 and 200 %. A theme
// changes colours, not sizes, so each language has one.
func Screens() (all []screen) {
	for _, look := range []struct{ language, theme string }{{"en", "light"}, {"ru", "dark"}} {
		for _, c := range []struct {
			width, height, scale float32
		}{{640, 420, 1}, {640, 420, 2}, {1100, 720, 1}, {1920, 1080, 2}, {3840, 2160, 1}} {
			name := fmt.Sprintf("%s %s %vx%v at %v %%", look.language, look.theme, c.width, c.height, c.scale*100)
			all = append(all, screen{name, look.language, look.theme, c.width, c.height, c.scale})
		}
	}
	return all
}

// FillScreen makes the window as large as a screen.
func (h *Stage) FillScreen(c screen) {
	if c.scale != 1 {
		h.Win.Canvas().(interface{ SetScale(float32) }).SetScale(c.scale)
	}
	h.Win.Resize(fyne.NewSize(c.Width, c.Height))
}

// spot is the place of something to be read or tapped.
type spot struct {
	what     string
	from, to fyne.Position
}

// within is the part of a spot inside a frame.
func (s spot) within(frame spot) spot {
	s.from = fyne.NewPos(max(s.from.X, frame.from.X), max(s.from.Y, frame.from.Y))
	s.to = fyne.NewPos(min(s.to.X, frame.to.X), min(s.to.Y, frame.to.Y))
	return s
}

func (s spot) empty() bool { return s.to.X-s.from.X <= 2*Slack || s.to.Y-s.from.Y <= 2*Slack }

// layer checks the window, or one dialog over it.
func (f *Fitter) layer(o fyne.CanvasObject) {
	f.seen = f.seen[:0]
	f.walk(o, fyne.Position{}, false, spot{to: fyne.NewPos(f.window.Width, f.window.Height)})
	for i, a := range f.seen {
		for _, b := range f.seen[:i] {
			if !a.within(b).empty() {
				f.tell("%s at %v lies on %s at %v", a.what, a.from, b.what, b.from)
			}
		}
	}
}

// note remembers the place of a text. width is that of the words, and share is the
// part of the spare width that is before them.
func (f *Fitter) note(what string, at fyne.Position, has fyne.Size, width, share float32, frame spot) {
	width = min(width, has.Width)
	from := at.AddXY((has.Width-width)*share, 0)
	if s := (spot{what, from, from.AddXY(width, has.Height)}).within(frame); !s.empty() {
		f.seen = append(f.seen, s)
	}
}

// shareOf is the part of the spare width that is before aligned words.
func shareOf(a fyne.TextAlign) float32 {
	return map[fyne.TextAlign]float32{fyne.TextAlignCenter: 0.5, fyne.TextAlignTrailing: 1}[a]
}

// Slack is what rounding may add, in Fyne's units.
const Slack = 1.5

// walk checks everything that o shows. scrolled says that it may be outside the
// window, since it can be scrolled. What is outside frame is not seen and overlaps
// nothing.
func (f *Fitter) walk(o fyne.CanvasObject, at fyne.Position, scrolled bool, frame spot) {
	if o == nil || !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	if at.X < -5000 {
		return // omitted by an HBox or a VBox
	}
	if f.words(o, at, scrolled, frame) {
		return
	}
	inside := spot{from: at, to: at.Add(o.Size())}.within(frame)
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		children = o.Objects
	case *container.Scroll:
		f.walk(o.Content, at, true, inside)
		return
	case fyne.Widget:
		if _, list := o.(interface{ ScrollToTop() }); list {
			scrolled, frame = true, inside
		}
		children = test.TempWidgetRenderer(f.t, o).Objects()
	}
	for _, child := range children {
		f.walk(child, at, scrolled, frame)
	}
}

// words checks an object that shows words, and reports whether it is one.
func (f *Fitter) words(o fyne.CanvasObject, at fyne.Position, scrolled bool, frame spot) bool {
	spare := float32(0)
	if l, own := o.(*widgets.Label); own {
		if o = &l.Label; l.Tight {
			spare = widgets.TightBy
		}
	}
	text, mayCut := "", false
	need, has := o.MinSize(), o.Size()
	width, share, pad := has.Width, float32(0), float32(0)
	switch o := o.(type) {
	case *widget.Label:
		text, mayCut = o.Text, o.Wrapping != fyne.TextWrapOff || o.Truncation != fyne.TextTruncateOff
		if pad = theme.SizeForWidget(theme.SizeNameInnerPadding, o) - spare; !mayCut {
			width, share = need.Width-2*pad, shareOf(o.Alignment)
		}
	case *widgets.PushButton:
		text = o.Text
	case *widget.Button:
		text = o.Text
	case *widgets.IconButton:
		f.note(fmt.Sprintf("button %q", o.Name), at, has, has.Width, 0, frame)
		return true
	case *widgets.CheckBox:
		text = o.Text
	case *widgets.DropDown:
		text = o.Selected
	case *widgets.Caption:
		text, mayCut = o.Words, o.Cut
		width = fyne.MeasureText(o.Words, theme.SizeForWidget(o.TextSize, o), fyne.TextStyle{Bold: o.Bold}).Width
		share = shareOf(o.Align)
	case *canvas.Text:
		text, width, share = o.Text, need.Width, shareOf(o.Alignment)
	case interface{ SetPlaceHolder(string) }:
		f.note(fmt.Sprintf("%T", o), at, has, has.Width, 0, frame)
		return true // entries scroll
	case *widget.RichText:
		return true // belongs to what was looked at
	default:
		return false
	}
	if strings.TrimSpace(text) == "" {
		return true
	}
	f.note(fmt.Sprintf("%T %q", o, text), at.AddXY(pad, pad), has.SubtractWidthHeight(2*pad, 2*pad), width, share, frame)
	if _, title := o.(*widget.Label); title && has.IsZero() && !mayCut {
		has = need // Fyne's dialogs give their titles no size
	}
	if !mayCut && need.Width > has.Width+Slack {
		f.tell("%T %q needs a width of %.0f and has %.0f", o, text, need.Width, has.Width)
	}
	if need.Height > has.Height+Slack {
		f.tell("%T %q needs a height of %.0f and has %.0f", o, text, need.Height, has.Height)
	}
	if !scrolled && (at.X < -Slack || at.Y < -Slack || at.X+has.Width > f.window.Width+Slack || at.Y+has.Height > f.window.Height+Slack) {
		f.tell("%T %q lies outside the window: %v %v", o, text, at, has)
	}
	return true
}

func (f *Fitter) tell(format string, a ...any) {
	if words := fmt.Sprintf(format, a...); !f.told[words] {
		f.told[words] = true
		f.t.Errorf("%s: %s", f.where, words)
	}
}

// Fits checks the window and everything over it.
func (h *Stage) Fits(f *Fitter, where string) {
	h.T.Helper()
	name := f.where
	f.where += ", " + where
	c := h.Win.Canvas()
	f.window = c.Size()
	f.layer(h.Win.Content())
	for _, over := range c.Overlays().List() {
		f.layer(over)
		Seen(h.T, over, func(o fyne.CanvasObject) {
			if _, own := o.(*container.ThemeOverride); own {
				f.tell("a dialog has a theme of its own: Fyne would hold it for good")
			}
		})
	}
	f.where = name
}
