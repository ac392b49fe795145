package viewtest

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Desktop is what tests set of the desktop.
type Desktop struct {
	Tray         bool
	AutostartOn  bool
	AutostartErr error
}

// Tray implements view.Controller.
func (f *Fake) Tray(context.Context) bool {
	_ = f.ask("tray")
	return f.Desktop.Tray
}

// Autostart implements view.Controller.
func (f *Fake) Autostart(context.Context) (bool, error) {
	return f.Desktop.AutostartOn, f.Desktop.AutostartErr
}

// SetAutostart implements view.Controller.
func (f *Fake) SetAutostart(_ context.Context, on bool) error {
	if err := errors.Join(f.Desktop.AutostartErr, f.ask("autostart %v", on)); err != nil {
		return err
	}
	f.Desktop.AutostartOn = on
	return nil
}

// About implements view.Controller.
func (f *Fake) About() view.About {
	return view.About{Version: "1.2.3", Commit: "0123456789ab", Go: "go1.26",
		Profiles: "/home/a/.config/ingester/profiles", Queue: "/home/a/.local/state/ingester/queue.db",
		Log: "/home/a/.local/state/ingester/ingester.log", Sandbox: "/home/a/.local/share/ingester/sandbox"}
}

// Dialogs answers file dialogs, and says what became of files that are to
// be made permanent.
type Dialogs struct {
	// Pick answers; nil is a desktop without a dialog.
	Pick func(ctx context.Context, q view.FileQuestion) ([]string, error)
	// Scan is told how far a scan is; nil scans at once.
	Scan chan core.ScanProgress
	// Finalise makes a file permanent; nil does at once.
	Finalise func(ctx context.Context, t core.Transfer, step func(core.Finalisation)) error
}

// Pick implements view.Controller.
func (f *Fake) Pick(ctx context.Context, q view.FileQuestion) ([]string, error) {
	_ = f.ask("pick %q save=%v folders=%v many=%v", q.Title, q.Save, q.Folders, q.Many)
	switch {
	case ctx.Err() != nil:
		return nil, stopped("open file dialog")
	case f.Dialogs.Pick == nil:
		return nil, errors.ErrUnsupported
	}
	return f.Dialogs.Pick(ctx, q)
}

// Tray is an application whose desktop has a tray.
type Tray struct {
	fyne.App
	Menu   *fyne.Menu
	Symbol fyne.Resource
	Shown  int // how often the menu was drawn
}

// SetSystemTrayMenu implements Fyne's desktop.App.
func (f *Tray) SetSystemTrayMenu(m *fyne.Menu) { f.Menu = m; f.Shown++ }

// SetSystemTrayIcon implements Fyne's desktop.App.
func (f *Tray) SetSystemTrayIcon(icon fyne.Resource) { f.Symbol = icon }

// SetSystemTrayWindow implements Fyne's desktop.App.
func (f *Tray) SetSystemTrayWindow(fyne.Window) {}
