package viewtest

import (
	"errors"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"go.uber.org/goleak"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// Start is the time at which every test begins.
func Start() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// Stage is a window on Fyne's software canvas whose UI goroutine is the test's
// own.
type Stage struct {
	T     testing.TB
	App   fyne.App
	Win   fyne.Window
	Ctl   *Fake
	Queue chan func()
	Clock time.Time
	// closed says that the test has closed the window, which Fyne's test driver
	// allows only once.
	closed bool
}

// NewStage returns a stage with an application, and no window yet.
func NewStage(t testing.TB, ctl *Fake, language, theme string) *Stage {
	t.Helper()
	h := &Stage{T: t, App: NewTestApp(t), Ctl: ctl, Queue: make(chan func(), 1024), Clock: Start()}
	h.App.Preferences().SetString(view.PrefLanguage, language)
	h.App.Preferences().SetString(view.PrefTheme, theme)
	return h
}

// Post puts a function on the UI goroutine.
func (h *Stage) Post(f func()) { h.Queue <- f }

// NewHost shows an empty window and returns what it lends to its pages and dialogs.
func (h *Stage) NewHost() *view.Host {
	h.T.Helper()
	texts, err := wording.NewText(h.App.Preferences().String(view.PrefLanguage))
	if err != nil {
		h.T.Fatal(err)
	}
	h.App.Settings().SetTheme(widgets.NewTheme(h.App.Preferences().String(view.PrefTheme)))
	h.Win = h.App.NewWindow("")
	h.Win.SetPadded(false)
	h.Win.Resize(fyne.NewSize(1100, 720))
	host := &view.Host{
		App: h.App, Win: h.Win, Controller: h.Ctl, Log: slog.New(slog.DiscardHandler), Text: texts,
		Now: func() time.Time { return h.Clock }, Tasks: view.NewTasks(h.T.Context(), h.Post),
		ProfileChanged: func() {}, AppearanceChanged: func() {}, Shortcut: func(fyne.Shortcut) {},
	}
	host.Failed = func(err error) { view.ShowError(host, err) }
	h.Win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			host.Back()
		}
	})
	h.Win.Show()
	h.T.Cleanup(func() { h.End(host.Tasks.Close) })
	return host
}

// End runs the UI goroutine until stop has returned, and then closes the window.
func (h *Stage) End(stop func()) {
	ended := make(chan struct{})
	go func() { stop(); close(ended) }()
	for {
		select {
		case f := <-h.Queue:
			f()
		case <-ended:
			if !h.closed {
				h.Win.Close()
			}
			return
		}
	}
}

// Looks are the languages and themes that pictures are taken in.
func Looks() []Look {
	return []Look{{"light-en", "en", "light"}, {"dark-en", "en", "dark"}, {"light-ru", "ru", "light"}, {"dark-ru", "ru", "dark"}}
}

// Look is a language and a theme, and how files of its pictures are called.
type Look struct{ Name, Language, Theme string }

// NewTestApp is an application for one test. It takes a picture, which sets the
// clock of Fyne's cache: if the last picture was over a minute ago, what the test
// builds would count as expired when it is drawn.
func NewTestApp(t testing.TB) fyne.App {
	t.Helper()
	app := test.NewTempApp(t)
	software.NewCanvas().Capture()
	return app
}

// Until runs the UI goroutine until a condition is true.
func (h *Stage) Until(what string, true func() bool) {
	h.T.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for !true() {
		select {
		case f := <-h.Queue:
			f()
		case <-h.Ctl.changed:
		case <-late.C:
			h.T.Fatalf("still waiting for %s; asked: %q", what, h.Ctl.Calls())
		}
	}
}

// Called waits for a call of the controller.
func (h *Stage) Called(call string) {
	h.T.Helper()
	h.Until(call, func() bool {
		for _, c := range h.Ctl.Calls() {
			if c == call {
				return true
			}
		}
		return false
	})
}

// Picture writes a picture of the window to the folder $INGESTER_PICTURES, if that
// is set.
func (h *Stage) Picture(name string) {
	h.T.Helper()
	dir := os.Getenv("INGESTER_PICTURES")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		h.T.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, h.Win.Canvas().Capture()), f.Close()); err != nil {
		h.T.Fatal(err)
	}
}

// DialogFits checks that the top dialog is not larger than the window.
func (h *Stage) DialogFits() {
	h.T.Helper()
	found := false
	Seen(h.T, h.Win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		over, ok := o.(*widget.PopUp)
		if !ok {
			return
		}
		found = true
		if has, window := over.Content.MinSize(), h.Win.Canvas().Size(); has.Width > window.Width || has.Height > window.Height {
			h.T.Errorf("%s: a dialog of %v in a window of %v", h.App.Preferences().String(view.PrefLanguage), has, window)
		}
	})
	if !found {
		h.T.Error("there is no dialog")
	}
}

// Lasting are the goroutines of Fyne that live as long as the process: its
// caches and the watcher of its settings.
func Lasting() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("fyne.io/fyne/v2/internal/async.(*UnboundedChan[...]).processing"),
		goleak.IgnoreAnyFunction("fyne.io/fyne/v2/test.(*testSettings).AddChangeListener"),
	}
}
