// Package ui is the window of Ingester: Fyne widgets over a Controller.
//
// Package app wires it like this, and needs nothing else:
//
//	a := fyneapp.NewWithID(id)             // the only import of fyne.io/fyne/v2/app
//	buffer := ui.NewLogBuffer(level)       // a slog.Handler: what the log page shows
//	w := ui.New(a, controller, log, buffer) // shows nothing, starts nothing
//	w.Open(paths...)                       // files named on the command line; any goroutine, any time
//	w.UseTray()                            // where the desktop may have one
//	err := w.ShowAndRun(ctx)               // on the main goroutine; blocks until the program is quit or ctx ends
//
// RunInTray begins without showing the window. Both start the window's
// goroutines and return only when all of them have ended. Open and Raise serve
// a second start of the program; both may be called from any goroutine, before
// and after ShowAndRun. The window sets the application's theme, icon and
// foreground hooks.
package ui

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/settings"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// title is the program's name, in every language.
const title = "Ingester"

// Window is the program's one window.
type Window struct {
	app    fyne.App
	win    fyne.Window
	ctl    view.Controller
	log    *slog.Logger
	buffer *LogBuffer
	post   func(func())     // fyne.Do, or what a test puts in its place
	now    func() time.Time // time.Now, or what a test puts in its place
	wg     sync.WaitGroup   // the pump and the guard
	stop   context.CancelFunc

	quitting <-chan struct{} // closed once the event loop is to end
	rescue   func()          // may be nil

	// What follows belongs to the UI goroutine.
	sh        *view.Host
	model     *queue.Model
	recorder  *recorder
	permanent *permanents
	icons     *widgets.Icons
	pieces    // of the window in the present language
	status    ending
	tray      *tray // nil where there is none
	closing   bool  // the question about that is open
	inTray    bool  // began in the tray: closed, the window goes back there

	wantsTray bool
	listen    DropListener // nil where there is none, or once it listens
	setScale  func(string) // nil where the size can't be chosen
	scale     string       // that setScale was last told

	mu      sync.Mutex
	waiting []string // paths opened before the window was up
	up      bool
}

// New makes the window. Nothing is shown and nothing runs yet. The window logs
// to log; its log page shows what buffer holds.
func New(a fyne.App, c view.Controller, log *slog.Logger, buffer *LogBuffer) *Window {
	return &Window{
		app: a, ctl: c, log: log, buffer: buffer, post: fyne.Do, now: time.Now,
		model: queue.NewModel(), recorder: &recorder{}, icons: widgets.NewIcons(),
	}
}

// ShowAndRun shows the window and blocks until it is closed or ctx ends, and
// until every goroutine of the window has ended. It runs the application's
// event loop, so it must be called on the main goroutine.
func (w *Window) ShowAndRun(ctx context.Context) error {
	return w.run(ctx, func() { w.win.ShowAndRun() })
}

// run starts the window's goroutines, runs the event loop, and waits for them.
func (w *Window) run(ctx context.Context, loop func()) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := w.start(ctx); err != nil {
		return err
	}
	quit := context.AfterFunc(ctx, func() { w.post(w.app.Quit) })
	ended := make(chan struct{})
	w.wg.Go(func() { w.guard(ended) })
	loop()
	close(ended)
	quit()
	w.close()
	return nil
}

// loopPatience is how long the event loop may take to end.
const loopPatience = 5 * time.Second

// guard sees to it that the program ends when it is told to. Fyne's event loop
// may not: while it shuts down it can put a last function into a queue that
// nobody reads any more, and wait for it.
func (w *Window) guard(ended <-chan struct{}) {
	select {
	case <-w.quitting:
	case <-ended:
		return
	}
	timer := time.NewTimer(loopPatience)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ended:
		return
	}
	w.log.Error("the window's event loop does not end")
	if w.rescue != nil {
		w.rescue()
	}
}

// UseRescue has rescue called should the event loop not end when it is told to:
// then rescue must end the program. Call it before ShowAndRun or RunInTray.
func (w *Window) UseRescue(rescue func()) { w.rescue = rescue }

// start builds the window and starts its goroutines.
func (w *Window) start(ctx context.Context) error {
	ctx, w.stop = context.WithCancel(ctx)
	w.quitting = ctx.Done()
	w.win = w.app.NewWindow(title)
	w.app.SetIcon(widgets.AppIcon())
	w.win.SetIcon(widgets.AppIcon())
	w.sh = &view.Host{
		App: w.app, Win: w.win, Ctl: w.ctl, Log: w.log, Now: w.now, Tasks: view.NewTasks(ctx, w.post), Scales: w.setScale != nil,
		ProfileChanged: w.profileChanged, AppearanceChanged: w.appearanceChanged,
		OpenSettings:   func(tab view.Tab) { settings.Show(w.sh, tab) }, //nolint:contextcheck // tasks have the window's
		TestConnection: func(tab view.Tab) { settings.Test(w.sh, tab) },
		Shortcut:       w.typedShortcut,
	}
	w.sh.Failed = func(err error) { //nolint:contextcheck // tasks have the window's
		w.log.Error("action failed", "error", err)
		view.ShowError(w.sh, err)
	}
	larger := w.rescale()
	if err := w.build(); err != nil { //nolint:contextcheck // tasks have the window's
		return err
	}
	w.win.Resize(view.Fitting(fyne.NewSize(view.FirstWidth, view.FirstHeight), larger))
	w.win.CenterOnScreen()
	w.win.SetMaster()
	w.win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { //nolint:contextcheck // tasks have the window's
		paths, left := view.DroppedPaths(uris)
		w.dropped(paths, left...)
	})
	w.startTray()
	w.win.SetCloseIntercept(w.askClose)
	w.win.SetOnClosed(w.stop)
	w.watchForeground() //nolint:contextcheck // tasks have the window's

	p := &pump{ctl: w.ctl, log: w.log, post: w.post, apply: w.apply}
	w.wg.Go(func() { p.run(ctx) })
	w.takeWaiting() //nolint:contextcheck // tasks have the window's
	return nil
}

// close ends the window's goroutines and waits for them.
func (w *Window) close() {
	w.stop()
	w.wg.Wait()
	w.sh.Tasks.Close()
}

// build makes everything in the language and the theme that are chosen now.
func (w *Window) build() error {
	t, err := appearance(w.app)
	if err != nil {
		return err
	}
	w.sh.Text = t
	w.assemble()
	w.bindKeys()
	w.profileChanged()
	return nil
}

// appearanceChanged takes over the preferences.
func (w *Window) appearanceChanged() {
	size, larger := w.win.Canvas().Size(), w.rescale()
	if err := w.build(); err != nil {
		w.sh.Failed(err)
	}
	if larger != 1 {
		w.win.Resize(view.Fitting(size, larger))
	}
}

// apply takes what the pump brought.
func (w *Window) apply(c change) {
	now := w.now()
	switch {
	case c.snapshot != nil:
		w.model.Reset(*c.snapshot, now)
	case c.update != nil:
		w.model.Apply(*c.update, now)
	default:
		w.model.Tick(now)
	}
	w.recorder.measure(w.sh, now)
	w.header.showLink(c.link)
	w.header.showProfile(c.profile)
	if w.first != nil && c.profile != "" {
		w.profileChanged() // one was saved from outside the window
	}
	if w.expiry.show(c.profile, c.link.CertificateEnd, now) {
		w.page.Refresh()
	}
	w.show(now)
	w.tell()
	w.listenForDrops()
}

// show draws what has changed.
func (w *Window) show(now time.Time) {
	m := w.model
	w.header.showPaused(m.Paused)
	w.nav.Items[0].SetCount(countText(w.sh.Text, len(m.Rows)))
	w.bar.show(m)
	if w.tray != nil {
		w.tray.show(faceOf(w.sh.Text, m), now)
	}
	if w.banner.show(m.Halt) {
		w.page.Refresh()
	}
	if w.shown == 0 {
		w.transfers.Refresh()
	}
	if t, ok := w.pages[w.shown].(view.Ticker); ok && now.Sub(w.ticked) >= tickEvery-drawEvery {
		w.ticked = now
		t.Tick(now)
	}
}

func countText(t *wording.Text, n int) string {
	if n == 0 {
		return ""
	}
	return t.Number(int64(n))
}

// profileChanged reads the current profile again, and where there is none what
// could be one.
func (w *Window) profileChanged() {
	type answer struct {
		current string
		saved   []string
	}
	view.Async(w.sh, func(ctx context.Context) (answer, error) {
		if name := w.ctl.Current(); name != "" {
			return answer{current: name}, nil
		}
		saved, err := w.ctl.Profiles(ctx)
		slices.Sort(saved)
		return answer{saved: saved}, err
	}, func(a answer, err error) {
		if err != nil {
			w.sh.Failed(err)
		}
		w.header.showProfile(a.current)
		w.transfers.options.load(a.current)
		w.showFirstRun(a.current == "", a.saved)
	})
}

// Open takes files and folders as if they had been dropped on the window.
func (w *Window) Open(paths ...string) {
	if len(paths) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.up {
		w.waiting = append(w.waiting, paths...)
		return
	}
	w.sh.Tasks.Show(func() { w.intake.add(paths) })
}

func (w *Window) takeWaiting() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.up = true
	if paths := w.waiting; len(paths) > 0 {
		w.waiting = nil
		w.sh.Tasks.Show(func() { w.intake.add(paths) })
	}
}

// Raise brings the window to the front.
func (w *Window) Raise() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.up {
		w.sh.Tasks.Show(w.raise)
	}
}

func (w *Window) raise() {
	w.win.Show()
	w.win.RequestFocus()
}
