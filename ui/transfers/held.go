package transfers

import (
	"time"

	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/wording"
)

// Held says what holds the queue and until when.
func Held(t *wording.Text, h *queue.Hold, now time.Time) string {
	if h.By == queue.HeldByPause {
		return t.S("tray.paused")
	}
	words := t.Waits(h.Path, h.Reason, h.Until, now)
	if h.By == queue.HeldByHalt {
		words = t.S("status.halted", wording.Args{"Why": words})
	}
	if h.Others > 0 {
		if h.Profile != "" {
			words = wording.Plain(h.Profile) + ": " + words
		}
		words += " · " + t.N("status.others", h.Others)
	}
	return words
}

// heldBack says in a row what holds it. What is tried again by itself says so, and of a
// file that may have arrived that is more important.
func heldBack(t *wording.Text, w rowWords, r *queue.Row, h *queue.Hold, now time.Time) rowWords {
	switch {
	case r.Doubtful():
	case h.By == queue.HeldByPause:
		w.status = t.S("state.all_paused")
	case h.By == queue.HeldByHalt, r.State() == core.StateQueued:
		w.icon, w.tone, w.status = "waiting", theme.ColorNameWarning, t.Held(h.Reason, h.Until, now)
	}
	return w
}
