// Package ui is the window of Ingester: Fyne widgets over a Controller.
//
// Package app wires it like this, and needs nothing else:
//
//	a := fyneapp.NewWithID(id)             // the only import of fyne.io/fyne/v2/app
//	buffer := logs.NewBuffer(level)        // a slog.Handler: what the log page shows
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
	"sync"
	"time"

	"fyne.io/fyne/v2"

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
	post   func(func())     // fyne.Do, or what a test puts in its place
	now    func() time.Time // time.Now, or what a test puts in its place
	wg     sync.WaitGroup   // the pump and the guard
	stop   context.CancelFunc

	quitting <-chan struct{} // closed once the event loop is to end
	rescue   func()          // may be nil

	// What follows belongs to the UI goroutine.
	host      *view.Host
	model     *queue.Model
	recorder  *metrics.Recorder
	permanent *transfers.Finaliser
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

// ending remembers what a notification has been sent for.
type ending struct {
	background bool
	busy       bool
	before     queue.Totals
	halted     bool
}

// DropListener takes the drops on an X11 window in place of the toolkit, which
// does not read every list that is dropped. It calls dropped with each list, or
// with why it did not arrive, and returns when ctx ends or where it can't.
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
	page      *fyne.Container   // banner, warning and the page that is shown
	holder    *fyne.Container   // of the page
	first     fyne.CanvasObject // nil once there is a profile
	saved     []string          // profiles that first offers
	remind    func()            // that a first run comes before files
	shown     int
	ticked    time.Time
}
