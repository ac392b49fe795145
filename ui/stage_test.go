package ui

import (
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// start is the moment at which every test begins.
func start() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// stage is a window on Fyne's software canvas whose UI goroutine is the test's
// own.
type stage struct {
	t     testing.TB
	app   fyne.App
	win   fyne.Window
	ctl   *fakeController
	queue chan func()
	clock time.Time
	// closed says that the test has closed the window: Fyne's test driver
	// takes that once only.
	closed bool
}

// newStage has an application in a language and a theme, and no window yet.
func newStage(t testing.TB, ctl *fakeController, language, theme string) *stage {
	t.Helper()
	h := &stage{t: t, app: newTestApp(t), ctl: ctl, queue: make(chan func(), 1024), clock: start()}
	h.app.Preferences().SetString(prefLanguage, language)
	h.app.Preferences().SetString(prefTheme, theme)
	return h
}

// post puts a function on the UI goroutine.
func (h *stage) post(f func()) { h.queue <- f }

// end runs the UI goroutine until stop has returned, and closes the window.
func (h *stage) end(stop func()) {
	ended := make(chan struct{})
	go func() { stop(); close(ended) }()
	for {
		select {
		case f := <-h.queue:
			f()
		case <-ended:
			if !h.closed {
				h.win.Close()
			}
			return
		}
	}
}

// dresses are the languages and themes that pictures are taken in.
func dresses() []dress {
	return []dress{{"light-en", "en", "light"}, {"dark-en", "en", "dark"}, {"light-ru", "ru", "light"}, {"dark-ru", "ru", "dark"}}
}

type dress struct{ name, language, theme string }

// newTestApp is an application for one test. A capture sets the clock of Fyne's
// cache: where the last one was over a minute ago, what is built now would
// count as expired, and be thrown away, when it is drawn.
func newTestApp(t testing.TB) fyne.App {
	t.Helper()
	app := test.NewTempApp(t)
	software.NewCanvas().Capture()
	return app
}

// until runs the UI goroutine until something is true.
func (h *stage) until(what string, true func() bool) {
	h.t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for !true() {
		select {
		case f := <-h.queue:
			f()
		case <-h.ctl.changed:
		case <-late.C:
			h.t.Fatalf("still waiting for %s; asked: %q", what, h.ctl.calls())
		}
	}
}

// called waits until the controller was asked something.
func (h *stage) called(call string) {
	h.t.Helper()
	h.until(call, func() bool {
		for _, c := range h.ctl.calls() {
			if c == call {
				return true
			}
		}
		return false
	})
}

// picture writes what the window shows to $INGESTER_PICTURES, where that is
// set.
func (h *stage) picture(name string) {
	h.t.Helper()
	dir := os.Getenv("INGESTER_PICTURES")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		h.t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, h.win.Canvas().Capture()), f.Close()); err != nil {
		h.t.Fatal(err)
	}
}

// dialogFits says where the uppermost dialog is larger than the window.
func (h *stage) dialogFits() {
	h.t.Helper()
	found := false
	seen(h.t, h.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		over, ok := o.(*widget.PopUp)
		if !ok {
			return
		}
		found = true
		if has, window := over.Content.MinSize(), h.win.Canvas().Size(); has.Width > window.Width || has.Height > window.Height {
			h.t.Errorf("%s: a dialog of %v in a window of %v", h.app.Preferences().String(prefLanguage), has, window)
		}
	})
	if !found {
		h.t.Error("there is no dialog")
	}
}
