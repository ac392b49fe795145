package ui

import (
	"time"

	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/wording"
)

// titleEvery is how often the progress in the title is updated.
const titleEvery = time.Second

// titleBar is the title of the window, as the desktop's list of windows shows it.
type titleBar struct {
	set   func(string)
	shown string
	at    time.Time // when it was set
}

// show updates the title, at most once a second.
func (b *titleBar) show(words string, now time.Time) {
	if words == b.shown || now.Sub(b.at) < titleEvery {
		return
	}
	b.shown, b.at = words, now
	b.set(words)
}

// titleText says how far the uploads are and what needs attention, before the program's
// name. If nothing is under way, it is the name alone.
func titleText(t *wording.Text, m *queue.Model) string {
	sum, words := m.Totals, ""
	if sum.Unfinished() && m.Paused {
		words = t.S("tray.paused") + " · "
	}
	if sum.Unfinished() {
		share := 0.0
		if sum.Bytes > 0 {
			share = float64(sum.Done) / float64(sum.Bytes)
		}
		words += t.Percent(share) + " · " + t.S("total.of", wording.Args{"Done": t.Number(int64(sum.Stored)), "All": t.Number(int64(sum.Files))}) + " · "
	}
	if trouble := troubleText(t, sum); trouble != "" {
		words += trouble + " · "
	}
	return words + title
}
