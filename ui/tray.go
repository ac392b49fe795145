package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// trayEvery is how often the progress in the menu is updated. Some desktops build an open
// menu again each time.
const trayEvery = 5 * time.Second

// tray is the program's icon in the desktop's tray. Its menu says how far the uploads are,
// and the icon says whether something needs attention.
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

// newTray puts the icon into the tray. It is shown when the event loop runs.
func newTray(desk desktop.App, face trayFace, pause, open, quit func()) *tray {
	y := &tray{desk: desk}
	y.progress = fyne.NewMenuItem("", nil)
	y.progress.Disabled = true
	y.pause, y.open, y.quit = fyne.NewMenuItem("", pause), fyne.NewMenuItem("", open), fyne.NewMenuItem("", quit)
	y.quit.IsQuit = true // or Fyne adds its own
	y.menu = fyne.NewMenu("", y.progress, fyne.NewMenuItemSeparator(), y.open, y.pause, fyne.NewMenuItemSeparator(), y.quit)
	y.draw(face)
	return y
}

// show updates the tray. If only the progress has changed, it may wait.
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

// trayIcon is the program's icon, with a mark if something needs attention.
func trayIcon(attention bool) fyne.Resource {
	if attention {
		return widgets.Asset("ingester-attention.png")
	}
	return widgets.AppIcon()
}

// faceOf is what the tray shows of the model.
func faceOf(t *wording.Text, m *queue.Model, now time.Time) trayFace {
	f := trayFace{progress: progressText(t, m, now), pause: t.S("header.pause"), open: t.S("tray.open"), quit: t.S("tray.quit"),
		attention: m.Halt != nil || m.Totals.Failed+m.Totals.Unknown+m.Totals.Held > 0}
	switch {
	case m.Paused:
		f.pause = t.S("header.resume")
	case m.Totals.Stopping.Matters():
		f.pause = t.S("tray.pause_after")
	}
	return f
}

// progressText says in one line how far the uploads are.
func progressText(t *wording.Text, m *queue.Model, now time.Time) string {
	sum, hold := m.Totals, m.Hold()
	if sum.Files == 0 {
		return t.S("status.none")
	}
	words := filesText(t, sum)
	switch {
	case m.Paused && sum.Active > 0:
		words += " · " + t.N("status.pausing", sum.Active)
	case hold != nil:
		words += " · " + transfers.Held(t, hold, now)
	case sum.Left > 0:
		words += " · " + t.S("status.left", wording.Args{"Time": t.Duration(sum.Left)})
	case sum.Stored == sum.Files:
		words += " · " + doneText(t, sum)
	}
	if trouble := troubleText(t, sum); trouble != "" {
		words += " · " + trouble
	}
	return words
}
