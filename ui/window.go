// Package ui is the window of Ingester: Fyne widgets over a Controller.
//
// Package app wires it like this, and needs nothing else:
//
//	a := fyneapp.NewWithID(id)             // the only import of fyne.io/fyne/v2/app
//	buffer := logs.NewBuffer(level)        // a slog.Handler: what the log page shows
//	w := ui.New(a, controller, log, buffer) // shows nothing, starts nothing
//	w.Open(paths...)                       // files named on the command line; any goroutine, any time
//	w.UseTray()                            // if the desktop may have one
//	err := w.ShowAndRun(ctx)               // on the main goroutine; blocks until the program is quit or ctx ends
//
// RunInTray begins with a hidden window. Both start the goroutines of the window and
// return when all of them have ended. Open and Raise are for a second start of the
// program; any goroutine may call them, before and after ShowAndRun. The window sets the
// application's theme, icon and foreground hooks.
package ui

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/history"
	"github.com/artstore/ingester/ui/logs"
	"github.com/artstore/ingester/ui/metrics"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// title is the program's name, in every language.
const title = "Ingester"

// Window is the program's one window.
type Window struct {
	app    fyne.App
	win    fyne.Window
	ctl    view.Controller
	log    *slog.Logger
	buffer *logs.Buffer
	post   func(func())     // fyne.Do, except in tests
	now    func() time.Time // time.Now, except in tests
	wg     sync.WaitGroup   // the pump and the guard
	stop   context.CancelFunc

	quitting <-chan struct{} // closed when the event loop is to end
	rescue   func()          // may be nil

	// What follows belongs to the UI goroutine.
	host      *view.Host
	model     *queue.Model
	recorder  *metrics.Recorder
	permanent *transfers.Finaliser
	icons     *widgets.Icons
	pieces
	profile string    // the current one
	link    core.Link // its connection
	status  ending
	title   titleBar
	tray    *tray // nil if there is none
	closing bool  // the question of askClose is open
	inTray  bool  // the program began in the tray; closing hides the window

	wantsTray bool
	listen    DropListener // nil if there is none, or if it listens already
	setScale  func(string) // nil if the size can't be chosen
	scale     string       // the last one that setScale got

	mu      sync.Mutex
	waiting []string // paths that were opened before the window was up
	up      bool
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
	w.host.Tasks.Post(func() { w.intake.add(paths) })
}

func (w *Window) takeWaiting() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.up = true
	if paths := w.waiting; len(paths) > 0 {
		w.waiting = nil
		w.host.Tasks.Post(func() { w.intake.add(paths) })
	}
}

// Raise brings the window to the front.
func (w *Window) Raise() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.up {
		w.host.Tasks.Post(w.raise)
	}
}

func (w *Window) raise() {
	w.win.Show()
	w.win.RequestFocus()
}

// ending is what decides whether a notification is due.
type ending struct {
	background bool
	busy       bool
	before     queue.Totals
	halted     bool
}

// DropListener takes the drops on an X11 window instead of Fyne, which can't read every
// list that is dropped. It calls dropped with each list, or with why there is none, and
// returns when ctx ends or if it can't listen.
type DropListener func(ctx context.Context, window uintptr, dropped func(list string, err error))

// pieces are the parts of the window in one language.
type pieces struct {
	header    *header
	nav       *widgets.Navigation
	bar       *statusBar
	banner    *banner
	expiry    *expiryBar
	recovered *recoveredBar
	transfers *transfers.View
	history   *history.View
	intake    *intake
	pages     []view.Page
	page      *fyne.Container   // the bars above the page, and holder
	holder    *fyne.Container   // has the page that is shown
	first     fyne.CanvasObject // the first run; nil if there is a profile
	saved     []string          // profiles that the first run offers
	remind    func(kept bool)   // says that a profile comes before files
	shown     int
	ticked    time.Time
}
