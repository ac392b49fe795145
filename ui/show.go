package ui

import (
	"time"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// show draws what has changed.
func (w *Window) show(now time.Time) {
	m := w.model
	w.header.showPaused(m.Paused)
	w.nav.Items[0].SetCount(countText(w.host.Text, len(m.Rows)))
	w.bar.show(m, w.profile, w.link, now)
	w.title.show(titleText(w.host.Text, m), now)
	if w.tray != nil {
		w.tray.show(faceOf(w.host.Text, m, now), now)
	}
	if w.banner.show(m.Halted(w.profile), w.profile) {
		w.page.Refresh()
	}
	if w.shown == 0 {
		w.transfers.Refresh()
	}
	if t, ok := w.pages[w.shown].(view.Ticker); ok && now.Sub(w.ticked) >= tickEvery-drawEvery {
		w.ticked = now
		t.Tick(now)
	}
}

func countText(t *wording.Text, n int) string {
	if n == 0 {
		return ""
	}
	return t.Number(int64(n))
}
