package ui

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
)

// fakeDesktop is what the tests say of the desktop.
type fakeDesktop struct {
	tray         bool
	autostart    bool
	autostartErr error
}

func (f *fakeController) Tray(context.Context) bool {
	_ = f.ask("tray")
	return f.desktop.tray
}
func (f *fakeController) Autostart(context.Context) (bool, error) {
	return f.desktop.autostart, f.desktop.autostartErr
}
func (f *fakeController) SetAutostart(_ context.Context, on bool) error {
	f.desktop.autostart = on
	return errors.Join(f.desktop.autostartErr, f.ask("autostart %v", on))
}
func (f *fakeController) About() About {
	return About{Version: "1.2.3", Commit: "0123456789ab", Go: "go1.26",
		Profiles: "/home/a/.config/ingester/profiles", Queue: "/home/a/.local/state/ingester/queue.db",
		Log: "/home/a/.local/state/ingester/ingester.log", Sandbox: "/home/a/.local/share/ingester/sandbox"}
}

// fakeTray is an application whose desktop has a tray.
type fakeTray struct {
	fyne.App
	menu  *fyne.Menu
	icon  fyne.Resource
	shown int // how often the menu was drawn
}

func (f *fakeTray) SetSystemTrayMenu(m *fyne.Menu)       { f.menu = m; f.shown++ }
func (f *fakeTray) SetSystemTrayIcon(icon fyne.Resource) { f.icon = icon }
func (f *fakeTray) SetSystemTrayWindow(fyne.Window)      {}
