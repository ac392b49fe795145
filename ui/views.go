package ui

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// view is one page of the navigation. Its methods run on the UI goroutine.
type view interface {
	// Content is the page; the same object every time.
	Content() fyne.CanvasObject
	// Shown and Hidden say that the page has come to the front or left it.
	// A hidden page draws nothing.
	Shown()
	Hidden()
}

// The views and dialogs, each built once by window.go:
//
//	newTransfersView(s *shell) *transfersView
//	newHistoryView(s *shell, stored func() int) *historyView
//	newMetricsView(s *shell, r *recorder) *metricsView
//	newLogView(s *shell, buffer *LogBuffer) *logView
//	showSettings(s *shell, tab settingsTab)
//	newFirstRun(s *shell, c firstChoices) (page fyne.CanvasObject, remind func())
//
// ticker is a view that wants to be woken about once a second while it is
// shown. Tick runs on the UI goroutine.
type ticker interface{ Tick(now time.Time) }

// shell is what the window lends to its views and dialogs.
type shell struct {
	app  fyne.App
	win  fyne.Window
	ctl  Controller
	log  *slog.Logger
	text *text
	now  func() time.Time
	// tasks runs what may block and comes back to the UI goroutine.
	tasks *tasks
	// failed shows an error of an action that the user asked for: the
	// sentence, the advice, and the raw cause one click away.
	failed func(err error)
	// profileChanged makes the window read the current profile again.
	profileChanged func()
	// appearanceChanged makes the window take over the preferences
	// prefTheme, prefLanguage and prefScale.
	appearanceChanged func()
	// scales says that the size can be chosen.
	scales bool
	// openSettings shows the settings of the current profile, at a tab.
	openSettings func(tab settingsTab)
	// unpick closes the file dialog that is open; nil before the first.
	unpick context.CancelFunc
	// dialogs are those that are open, by the overlay that they are.
	dialogs map[fyne.CanvasObject]dialog.Dialog
	// scrolls are the parts of them that scroll.
	scrolls map[fyne.CanvasObject]*container.Scroll
	// testConnection opens the settings at a tab and begins the connection test.
	testConnection func(tab settingsTab)
	// settings is the open settings dialog, nil while it is closed.
	settings settingsForm
	// shortcut does what a key combination does in the whole window.
	shortcut func(fyne.Shortcut)
}

// settingsForm is what the window asks of the open settings dialog.
type settingsForm interface {
	// dropped takes files that were dropped on the window.
	dropped(paths []string)
	// typedShortcut does what a key combination does in the dialog.
	typedShortcut(fyne.Shortcut)
	// say shows words at the foot of the dialog.
	say(words string, importance widget.Importance)
	// close closes the dialog; saved says whether its profile was saved.
	close(saved bool)
}

// Keys of the application's preferences.
const (
	prefTheme    = "appearance.theme"    // "" follows the system, "light", "dark"
	prefLanguage = "appearance.language" // "" follows the system, "en", "ru"
	prefScale    = "appearance.scale"    // "" follows the system, "1", "1.25", "1.5", "1.75", "2"
)

// async runs work on a goroutine that the window owns and waits for, and then
// done with its result on the UI goroutine. ctx ends with the window; when it
// has ended, done is not called.
func async[T any](s *shell, work func(ctx context.Context) (T, error), done func(T, error)) {
	s.tasks.run(func(ctx context.Context) func() {
		result, err := work(ctx)
		return func() { done(result, err) }
	})
}

// act is async for an action without a result; a failure is shown.
func (s *shell) act(work func(ctx context.Context) error) {
	s.tasks.run(func(ctx context.Context) func() {
		err := work(ctx)
		return func() {
			if err != nil && core.CodeOf(err) != core.CodeCancelled {
				s.failed(err)
			}
		}
	})
}
