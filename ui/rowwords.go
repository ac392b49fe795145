package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
)

// rowWords are what a row of the list shows, ready to be drawn. They are
// comparable, so that a row is drawn only when they change.
type rowWords struct {
	icon                string // of rowIcons
	tone                fyne.ThemeColorName
	name, folder        string
	size, status        string
	speed, left         string
	short               string // in place of status where speed and left have no column
	bar                 bool
	share               float32
	barTone             fyne.ThemeColorName
	primary, secondary  action
	selected, highlight bool
}

// present says a row in words.
func presented(t *text, r *row, rate float64, left time.Duration, now time.Time) rowWords {
	w := rowWords{size: t.size(r.size), tone: colorMuted, secondary: actMore}
	w.folder, w.name = splitName(r.name)
	reason, _ := t.explain(r.err())
	switch r.state() {
	case core.StateQueued:
		w.icon, w.status = "queued", t.s("state.queued")
		if r.doubtful() {
			w.status = asking(t, r, now)
		}
		w.primary, w.secondary = actPause, actCancel
	case core.StateSending:
		w.icon, w.tone, w.status = "sending", theme.ColorNameForeground, t.s("state.sending")
		if r.sent() > 0 {
			w.status = t.percent(r.share()) + " · " + w.status
		}
		w.bar, w.share, w.barTone = true, float32(r.share()), theme.ColorNamePrimary
		w.speed = t.rate(rate)
		if left > 0 {
			w.left = t.clock(left)
		}
		if w.speed != "" {
			w.short = strings.TrimSuffix(t.percent(r.share())+" · "+w.speed+" · "+w.left, " · ")
		}
		w.primary, w.secondary = actPause, actCancel
	case core.StateSent:
		w.icon, w.tone, w.status = "checking", theme.ColorNameForeground, t.s("state.checking")
		w.bar, w.share, w.barTone = true, 1, colorCheck
		w.secondary = actCancel
	case core.StateWaiting:
		w.icon, w.tone, w.status = "waiting", theme.ColorNameWarning, waiting(t, r, reason, now)
		w.bar, w.share, w.barTone = r.sent() > 0, float32(r.share()), theme.ColorNameWarning
		w.primary, w.secondary = actRetry, actCancel
	case core.StatePaused:
		w.icon, w.status = "paused", t.s("state.paused")
		w.primary, w.secondary = actResume, actCancel
	case core.StateStored:
		w.icon, w.tone, w.status = "stored", colorGood, t.s("state.stored")
		if differs := t.differs(r.receipt()); differs != "" {
			w.icon, w.tone, w.status = "warning", theme.ColorNameWarning, t.s("state.differs", args{"What": differs})
		}
	case core.StateFailed:
		w.icon, w.tone, w.status = "failed", theme.ColorNameError, reason
		w.primary = actRetry
		if reason == "" {
			w.status = t.s("state.failed")
		}
	case core.StateUnknown:
		w.icon, w.tone, w.status = "unknown", theme.ColorNameWarning, unknown(t, r, now)
	case core.StateCancelled:
		w.icon, w.status = "cancelled", t.s("state.cancelled")
		w.primary = actRetry
	}
	return w
}

// unknown says that nobody knows whether a file arrived, what hints at it, and
// when the server is asked again.
func unknown(t *text, r *row, now time.Time) string {
	e, again := r.err(), until(t, r, now)
	switch {
	case e != nil && e.Code == core.CodeNotListed:
		if e.Fact != nil {
			if n, _ := e.Fact.With["N"].(int); n > 0 {
				return t.n("state.not_listed", n)
			}
		}
		return t.s("state.not_listed_any")
	case again != "":
		return t.s("state.unknown_asked", args{"Time": again})
	}
	return t.s("state.unknown")
}

// asking says that the server is, or will be, asked whether it has a file.
func asking(t *text, r *row, now time.Time) string {
	if again := until(t, r, now); again != "" {
		return t.s("state.asked_again", args{"Time": again})
	}
	return t.s("state.asking")
}

// until is how long a row waits, "" for no longer. It is rounded up, so that it
// ends with 1 s and not with 0 s.
func until(t *text, r *row, now time.Time) string {
	if wait := r.late().notBefore.Sub(now); wait > 0 {
		return t.duration(wait.Truncate(time.Second) + time.Second)
	}
	return ""
}

// waiting says when the next attempt is and why there must be one.
func waiting(t *text, r *row, reason string, now time.Time) string {
	if reason == "" {
		reason = t.s("error.server_failure")
	}
	if r.held() || r.err() != nil && r.err().Code.OfComputer() {
		return t.s("state.held", args{"Why": reason})
	}
	if r.doubtful() {
		return asking(t, r, now)
	}
	if again := until(t, r, now); again != "" {
		return t.s("state.waiting", args{"Time": again, "Why": reason})
	}
	return t.s("state.retrying", args{"Why": reason})
}

// heldBack says of a queued row what it waits for.
func heldBack(t *text, w rowWords, wait *core.Wait) rowWords {
	why, _ := t.explain(wait.Reason)
	w.icon, w.tone, w.status = "waiting", theme.ColorNameWarning, t.s("state.held", args{"Why": why})
	return w
}
