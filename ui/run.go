package ui

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/ui/logs"
	"github.com/artstore/ingester/ui/metrics"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/settings"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// UseTray gives the program an icon in the desktop's tray, if there is one. Call it before
// ShowAndRun or RunInTray.
func (w *Window) UseTray() { w.wantsTray = true }

// RunInTray is ShowAndRun with a hidden window, which the tray or a second start of the
// program opens.
func (w *Window) RunInTray(ctx context.Context) error {
	w.inTray = true
	return w.run(ctx, w.app.Run)
}

// startTray puts the icon into the tray.
func (w *Window) startTray() {
	desk, ok := w.app.(desktop.App)
	if !ok || !w.wantsTray {
		return
	}
	w.tray = newTray(desk, faceOf(w.host.Text, w.model, w.now()), w.pauseFromTray, w.raise, w.end)
	desk.SetSystemTrayWindow(w.win)
}

// New returns the window. It shows nothing and runs nothing yet. It logs to log, and its
// log page shows what is in buffer.
func New(a fyne.App, c view.Controller, log *slog.Logger, buffer *logs.Buffer) *Window {
	return &Window{
		app: a, ctl: c, log: log, buffer: buffer, post: fyne.Do, now: time.Now,
		model: queue.NewModel(), recorder: &metrics.Recorder{}, icons: widgets.NewIcons(),
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

// guard ends the program if Fyne's event loop doesn't end when it is told to: while it
// shuts down it may wait for a function in a queue that nobody reads any more.
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

// UseRescue sets what ends the program if the event loop doesn't end when it is told to.
// Call it before ShowAndRun or RunInTray.
func (w *Window) UseRescue(rescue func()) { w.rescue = rescue }

// start builds the window and starts its goroutines.
func (w *Window) start(ctx context.Context) error {
	ctx, w.stop = context.WithCancel(ctx)
	w.quitting = ctx.Done()
	w.win = w.app.NewWindow(title)
	w.title = titleBar{set: w.win.SetTitle, shown: title}
	w.app.SetIcon(widgets.AppIcon())
	w.win.SetIcon(widgets.AppIcon())
	w.host = w.newHost(view.NewTasks(ctx, w.post)) //nolint:contextcheck // tasks have the window's
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

// newHost is what the window lends to its pages and dialogs.
func (w *Window) newHost(tasks *view.Tasks) *view.Host {
	h := &view.Host{
		App: w.app, Win: w.win, Controller: w.ctl, Log: w.log, Now: w.now, Tasks: tasks, CanScale: w.setScale != nil,
		ProfileChanged: w.profileChanged, AppearanceChanged: w.appearanceChanged, Shortcut: w.typedShortcut,
	}
	h.OpenSettings = func(tab view.Tab) { settings.Show(h, tab) }
	h.TestConnection = func(tab view.Tab) { settings.Test(h, tab) }
	h.Failed = func(err error) {
		w.log.Error("action failed", "error", err)
		view.ShowError(h, err)
	}
	return h
}

// close ends the window's goroutines and waits for them.
func (w *Window) close() {
	w.stop()
	w.wg.Wait()
	w.host.Tasks.Close()
}

// build makes everything in the chosen language and theme.
func (w *Window) build() error {
	t, err := appearance(w.app)
	if err != nil {
		return err
	}
	w.host.Text = t
	w.assemble()
	w.bindKeys()
	w.profileChanged()
	return nil
}

// appearanceChanged builds everything again after a change of the preferences.
func (w *Window) appearanceChanged() {
	size, larger := w.win.Canvas().Size(), w.rescale()
	if err := w.build(); err != nil {
		w.host.Failed(err)
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
		w.intake.receipts.updated(c.update)
	default:
		w.model.Tick(now)
	}
	w.recorder.Measure(w.host, now)
	w.profile, w.link = c.profile, c.link
	w.header.showLink(w.model.Link(c.link, c.profile))
	w.header.showProfile(c.profile)
	if w.first != nil && c.profile != "" {
		w.profileChanged() // the command line has saved one
	}
	if w.expiry.show(c.profile, c.link.CertificateExpiry, now) {
		w.page.Refresh()
	}
	w.show(now)
	w.tell()
	w.listenForDrops()
}
