package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// trayEvery is how often the menu's progress is drawn anew: a menu that lies
// open is built again by it on some desktops.
const trayEvery = 5 * time.Second

// tray is the program's icon in the desktop's tray: a menu that says how far
// the uploads are, and an icon that says whether someone is needed.
type tray struct {
	desk            desktop.App
	menu            *fyne.Menu
	progress, pause *fyne.MenuItem
	open, quit      *fyne.MenuItem
	drawn           trayFace
	at              time.Time // when it was drawn
}

// trayFace is what the tray shows.
type trayFace struct {
	progress, pause, open, quit string
	attention                   bool
}

// newTray puts the icon into the tray. It begins to be shown with the
// application's event loop.
func newTray(desk desktop.App, face trayFace, pause, open, quit func()) *tray {
	y := &tray{desk: desk}
	y.progress = fyne.NewMenuItem("", nil)
	y.progress.Disabled = true
	y.pause, y.open, y.quit = fyne.NewMenuItem("", pause), fyne.NewMenuItem("", open), fyne.NewMenuItem("", quit)
	y.quit.IsQuit = true // else Fyne adds one of its own
	y.menu = fyne.NewMenu("", y.progress, fyne.NewMenuItemSeparator(), y.open, y.pause, fyne.NewMenuItemSeparator(), y.quit)
	y.draw(face)
	return y
}

// show takes over what is to be shown. Progress alone may wait.
func (y *tray) show(face trayFace, now time.Time) {
	urgent := face
	urgent.progress = y.drawn.progress
	if face == y.drawn || urgent == y.drawn && now.Sub(y.at) < trayEvery {
		return
	}
	if face.attention != y.drawn.attention {
		y.desk.SetSystemTrayIcon(trayIcon(face.attention))
	}
	y.at = now
	y.draw(face)
}

func (y *tray) draw(face trayFace) {
	y.drawn = face
	y.progress.Label, y.pause.Label, y.open.Label, y.quit.Label = face.progress, face.pause, face.open, face.quit
	y.desk.SetSystemTrayMenu(y.menu)
}

// trayIcon is the program's icon, with a mark where someone is needed.
func trayIcon(attention bool) fyne.Resource {
	if attention {
		return asset("ingester-attention.png")
	}
	return AppIcon()
}

// faceOf says the state of the uploads as the tray does.
func faceOf(t *text, m *model) trayFace {
	f := trayFace{progress: progressText(t, m), pause: t.s("header.pause"), open: t.s("tray.open"), quit: t.s("tray.quit"),
		attention: m.halt != nil || m.sum.Failed+m.sum.Unknown+m.sum.Held > 0}
	if m.paused {
		f.pause = t.s("header.resume")
	}
	return f
}

// progressText says in one line how far the uploads are.
func progressText(t *text, m *model) string {
	sum := m.sum
	if sum.Files == 0 {
		return t.s("status.none")
	}
	words := filesText(t, sum)
	switch {
	case m.halt != nil:
		words += " · " + t.s("tray.halted")
	case m.paused && sum.Unfinished():
		words += " · " + t.s("tray.paused")
	case m.waiting() != nil:
		words += " · " + waitText(t, m.waiting())
	case sum.Left > 0:
		words += " · " + t.s("status.left", args{"Time": t.duration(sum.Left)})
	case sum.Stored == sum.Files:
		words += " · " + doneText(t, sum)
	}
	if trouble := troubleText(t, sum); trouble != "" {
		words += " · " + trouble
	}
	return words
}

// UseTray gives the program an icon in the desktop's tray, where the
// application can do that. Call it before ShowAndRun or RunInTray.
func (w *Window) UseTray() { w.wantsTray = true }

// RunInTray is ShowAndRun without showing the window: until the tray or a
// second start of the program opens it.
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
	w.tray = newTray(desk, faceOf(w.sh.text, w.model), func() { w.header.togglePause() }, w.raise, w.end)
	desk.SetSystemTrayWindow(w.win)
}
