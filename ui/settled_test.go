package ui

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// spyApp is an application that counts how often something asks for the window
// to be drawn again.
type spyApp struct {
	fyne.App
	driver *spyDriver
}

func (a spyApp) Driver() fyne.Driver { return a.driver }

type spyDriver struct {
	fyne.Driver
	asked int
}

func (d *spyDriver) CanvasForObject(o fyne.CanvasObject) fyne.Canvas {
	c := d.Driver.CanvasForObject(o)
	if c == nil {
		return nil
	}
	return spyCanvas{c, d}
}

type spyCanvas struct {
	fyne.Canvas
	driver *spyDriver
}

// SetDirty is what Fyne's own canvas has.
func (c spyCanvas) SetDirty() { c.driver.asked++ }

// Refresh implements fyne.Canvas.
func (c spyCanvas) Refresh(o fyne.CanvasObject) {
	c.driver.asked++
	c.Canvas.Refresh(o)
}

// TestLayoutsSettle checks that no layout moves or hides something and then puts it
// back, which makes Fyne draw the whole window twice: it lays out while it draws,
// whenever the width of a text has changed.
func TestLayoutsSettle(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(30)
	h := open(t, ctl, "en", "light")
	h.working()
	spy := spyApp{h.App, &spyDriver{Driver: h.App.Driver()}}
	for _, size := range []fyne.Size{fyne.NewSize(1100, 720), fyne.NewSize(view.LeastWidth, view.LeastHeight)} {
		h.w.win.Resize(size)
		for page := range h.w.pages {
			h.w.choose(page)
			h.w.win.Canvas().Capture()
			fyne.SetCurrentApp(spy)
			layAgain(t, spy.driver, h.w.win.Content(), fmt.Sprint("page ", page))
			fyne.SetCurrentApp(h.App)
		}
	}
}

// layAgain lays out o and all that is in it.
func layAgain(t *testing.T, d *spyDriver, o fyne.CanvasObject, where string) {
	t.Helper()
	if !o.Visible() {
		return
	}
	d.asked = 0
	var within []fyne.CanvasObject
	var by any // does the layout
	switch o := o.(type) {
	case *fyne.Container:
		within = o.Objects
		if o.Layout != nil {
			by = o.Layout
			o.Layout.Layout(o.Objects, o.Size())
		}
	case fyne.Widget:
		r := test.WidgetRenderer(o)
		within, by = r.Objects(), r
		r.Layout(o.Size())
	}
	where += fmt.Sprintf(" > %T", by)
	if ours := strings.Contains(fmt.Sprintf("%T", by), "ui."); ours && d.asked > 0 {
		t.Errorf("%s: %d times, though nothing had changed", where, d.asked)
	}
	for _, i := range within {
		layAgain(t, d, i, where)
	}
}
