package transfers

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// rowWords are what a row shows. They can be compared, so that a row is drawn only
// if they have changed.
type rowWords struct {
	icon                string // a name in widgets.Icons
	tone                fyne.ThemeColorName
	name, folder        string
	size, status        string
	profile             string
	speed, left         string
	short               string // instead of status if speed and left have no columns
	bar                 bool
	share               float32
	barTone             fyne.ThemeColorName
	primary, secondary  queue.Action
	selected, highlight bool
}

// presented is what a row shows.
func presented(t *wording.Text, r *queue.Row, rate float64, left time.Duration, now time.Time) rowWords {
	w := rowWords{size: t.Size(r.Size), profile: wording.Plain(r.Profile()), tone: widgets.ColorMuted, secondary: queue.ActMore}
	w.folder, w.name = wording.SplitName(r.Name)
	reason, _ := t.Explain(r.Err())
	switch r.State() {
	case core.StateQueued:
		w.icon, w.status = "queued", t.S("state.queued")
		if r.Doubtful() {
			w.status = asking(t, r, now)
		}
		w.primary, w.secondary = queue.ActPause, queue.ActCancel
	case core.StateSending:
		w.icon, w.tone, w.status = "sending", theme.ColorNameForeground, t.S("state.sending")
		if r.Sent() > 0 {
			w.status = t.Percent(r.Share()) + " · " + w.status
		}
		w.bar, w.share, w.barTone = true, float32(r.Share()), theme.ColorNamePrimary
		w.speed = t.Rate(rate)
		if left > 0 {
			w.left = t.Clock(left)
		}
		if w.speed != "" {
			w.short = strings.TrimSuffix(t.Percent(r.Share())+" · "+w.speed+" · "+w.left, " · ")
		}
		w.primary, w.secondary = queue.ActPause, queue.ActCancel
	case core.StateSent:
		w.icon, w.tone, w.status = "checking", theme.ColorNameForeground, t.S("state.checking")
		w.bar, w.share, w.barTone = true, 1, widgets.ColorCheck
		w.secondary = queue.ActCancel
	case core.StateWaiting:
		w.icon, w.tone, w.status = "waiting", theme.ColorNameWarning, waiting(t, r, reason, now)
		w.bar, w.share, w.barTone = r.Sent() > 0, float32(r.Share()), theme.ColorNameWarning
		w.primary, w.secondary = queue.ActRetry, queue.ActCancel
	case core.StatePaused:
		w.icon, w.status = "paused", t.S("state.paused")
		w.primary, w.secondary = queue.ActResume, queue.ActCancel
	case core.StateStored:
		w.icon, w.tone, w.status = "stored", widgets.ColorGood, t.S("state.stored")
		if differs := t.Differs(r.Receipt()); differs != "" {
			w.icon, w.tone, w.status = "warning", theme.ColorNameWarning, t.S("state.differs", wording.Args{"What": differs})
		}
	case core.StateFailed:
		w.icon, w.tone, w.status = "failed", theme.ColorNameError, reason
		w.primary = queue.ActRetry
		if reason == "" {
			w.status = t.S("state.failed")
		}
	case core.StateUnknown:
		w.icon, w.tone, w.status = "unknown", theme.ColorNameWarning, unknown(t, r, now)
		if r.Can(queue.ActDecide) {
			w.primary = queue.ActDecide
		}
	case core.StateTaken:
		w.icon, w.status = "unknown", t.S("state.taken")
	case core.StateCancelled:
		w.icon, w.status = "cancelled", t.S("state.cancelled")
		w.primary = queue.ActRetry
	}
	return w
}

// unknown says that it is not known whether a file arrived, what hints at it, and
// when the server is asked again.
func unknown(t *wording.Text, r *queue.Row, now time.Time) string {
	e, again := r.Err(), until(t, r, now)
	switch {
	case e != nil && e.Code == core.CodeNotListed:
		if e.Fact != nil {
			if n, _ := e.Fact.With["N"].(int); n > 0 {
				return t.N("state.not_listed", n)
			}
		}
		return t.S("state.not_listed_any")
	case again != "":
		return t.S("state.unknown_asked", wording.Args{"Time": again})
	}
	return t.S("state.unknown")
}

// asking says that the server is asked whether it has a file, or when it will be.
func asking(t *wording.Text, r *queue.Row, now time.Time) string {
	if again := until(t, r, now); again != "" {
		return t.S("state.asked_again", wording.Args{"Time": again})
	}
	return t.S("state.asking")
}

// until is how long a row still waits, "" if it doesn't. It is rounded up, so that
// the last one is 1 s.
func until(t *wording.Text, r *queue.Row, now time.Time) string {
	if wait := r.NotBefore().Sub(now); wait > 0 {
		return t.Duration(wait.Truncate(time.Second) + time.Second)
	}
	return ""
}

// waiting says when the next attempt is, and why there is one.
func waiting(t *wording.Text, r *queue.Row, reason string, now time.Time) string {
	if reason == "" {
		reason = t.S("error.server_failure")
	}
	if r.Held() || r.Err() != nil && r.Err().Code.OfComputer() {
		return t.S("state.held", wording.Args{"Why": reason})
	}
	if r.Doubtful() {
		return asking(t, r, now)
	}
	if again := until(t, r, now); again != "" {
		return t.S("state.waiting", wording.Args{"Time": again, "Why": reason})
	}
	return t.S("state.retrying", wording.Args{"Why": reason})
}
