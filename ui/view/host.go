package view

import (
	"context"
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/wording"
)

// Page is one page of the navigation. Its methods run on the UI goroutine.
type Page interface {
	// Content is the page; the same object every time.
	Content() fyne.CanvasObject
	// Shown and Hidden say that the page has come to the front or left it.
	// A hidden page draws nothing.
	Shown()
	Hidden()
}

// Ticker is a page that wants to be woken about once a second while it is
// shown. Tick runs on the UI goroutine.
type Ticker interface{ Tick(now time.Time) }

// Host is what the window lends to its views and dialogs.
type Host struct {
	App        fyne.App
	Win        fyne.Window
	Controller Controller
	Log        *slog.Logger
	Text       *wording.Text
	Now        func() time.Time
	// Tasks runs what may block.
	Tasks *Tasks
	// Failed shows why an action of the user failed; see ShowError.
	Failed func(err error)
	// ProfileChanged makes the window read the current profile again.
	ProfileChanged func()
	// AppearanceChanged makes the window take over the preferences
	// PrefTheme, PrefLanguage and PrefScale.
	AppearanceChanged func()
	// CanScale says whether the size of text and symbols can be chosen.
	CanScale bool
	// OpenSettings shows the settings of the current profile, at a tab.
	OpenSettings func(tab Tab)
	// closePicker closes the open file dialog; nil before the first.
	closePicker context.CancelFunc
	// Dialogs are the open dialogs, by the overlay that shows them.
	Dialogs map[fyne.CanvasObject]dialog.Dialog
	// Scrolls are what the keys scroll in an overlay.
	Scrolls map[fyne.CanvasObject]*container.Scroll
	// TestConnection opens the settings at a tab and begins the connection test.
	TestConnection func(tab Tab)
	// Settings is the open settings dialog, nil while it is closed.
	Settings Settings
	// Shortcut does what a key combination does on every page.
	Shortcut func(fyne.Shortcut)
}

// Settings is what the window asks of the open settings dialog.
type Settings interface {
	// Dropped takes files that were dropped on the window.
	Dropped(paths []string)
	// TypedShortcut does what a key combination does in the dialog.
	TypedShortcut(fyne.Shortcut)
	// Say shows words at the foot of the dialog.
	Say(words string, importance widget.Importance)
	// Leave closes the dialog without saving; it asks first if changes would be lost.
	Leave()
	// Close closes the dialog; saved says whether its profile was saved.
	Close(saved bool)
}

// Keys of the application's preferences.
const (
	PrefTheme    = "appearance.theme"    // "" follows the system, "light", "dark"
	PrefLanguage = "appearance.language" // "" follows the system, "en", "ru"
	PrefScale    = "appearance.scale"    // "" follows the system, "1", "1.25", "1.5", "1.75", "2"
)

// Async runs work on a goroutine that the window waits for when it closes, and then
// done with the result on the UI goroutine. Closing the window cancels ctx; done is
// not called after that.
func Async[T any](host *Host, work func(ctx context.Context) (T, error), done func(T, error)) {
	host.Tasks.Run(func(ctx context.Context) func() {
		result, err := work(ctx)
		return func() { done(result, err) }
	})
}

// Act is Async for an action without a result. It shows an error.
func (host *Host) Act(work func(ctx context.Context) error) {
	host.Tasks.Run(func(ctx context.Context) func() {
		err := work(ctx)
		return func() {
			if err != nil && core.CodeOf(err) != core.CodeCancelled {
				host.Failed(err)
			}
		}
	})
}
