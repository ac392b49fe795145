package ui

import (
	"path"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
)

// action is something that a row's buttons, its menu and the keys can do.
type action int

// The actions.
const (
	actNone action = iota
	actPause
	actResume
	actRetry
	actCancel
	actRemove
	actFirst     // to the head of the queue
	actLast      // to its end
	actPermanent // keep the stored file for good
	actMore      // opens the menu
	actDetails   // opens the details
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
func (t *text) present(r *row, rate float64, left time.Duration, now time.Time) rowWords {
	w := rowWords{size: t.size(r.size), tone: colorMuted, secondary: actMore}
	w.folder, w.name = splitName(r.name)
	reason, _ := t.explain(r.err())
	switch r.state() {
	case core.StateQueued:
		w.icon, w.status = "queued", t.s("state.queued")
		if r.doubtful() {
			w.status = t.asking(r, now)
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
		w.icon, w.tone, w.status = "waiting", theme.ColorNameWarning, t.waiting(r, reason, now)
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
		w.icon, w.tone, w.status = "unknown", theme.ColorNameWarning, t.unknown(r, now)
	case core.StateCancelled:
		w.icon, w.status = "cancelled", t.s("state.cancelled")
		w.primary = actRetry
	}
	return w
}

// unknown says that nobody knows whether a file arrived, what hints at it, and
// when the server is asked again.
func (t *text) unknown(r *row, now time.Time) string {
	e, again := r.err(), t.until(r, now)
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
func (t *text) asking(r *row, now time.Time) string {
	if again := t.until(r, now); again != "" {
		return t.s("state.asked_again", args{"Time": again})
	}
	return t.s("state.asking")
}

// until is how long a row waits, "" for no longer. It is rounded up, so that it
// ends with 1 s and not with 0 s.
func (t *text) until(r *row, now time.Time) string {
	if wait := r.late().notBefore.Sub(now); wait > 0 {
		return t.duration(wait.Truncate(time.Second) + time.Second)
	}
	return ""
}

// waiting says when the next attempt is and why there must be one.
func (t *text) waiting(r *row, reason string, now time.Time) string {
	if reason == "" {
		reason = t.s("error.server_failure")
	}
	if r.held() || r.err() != nil && r.err().Code.OfComputer() {
		return t.s("state.held", args{"Why": reason})
	}
	if r.doubtful() {
		return t.asking(r, now)
	}
	if again := t.until(r, now); again != "" {
		return t.s("state.waiting", args{"Time": again, "Why": reason})
	}
	return t.s("state.retrying", args{"Why": reason})
}

// heldBack says of a queued row what it waits for.
func (t *text) heldBack(w rowWords, wait *core.Wait) rowWords {
	why, _ := t.explain(wait.Reason)
	w.icon, w.tone, w.status = "waiting", theme.ColorNameWarning, t.s("state.held", args{"Why": why})
	return w
}

// splitName parts a shown name into its folders and the file's own name, both
// without characters that could disturb a line or turn its direction round.
func splitName(name string) (folder, file string) {
	folder, file = path.Split(name)
	folder = strings.Join(strings.Split(strings.Trim(folder, "/"), "/"), " / ")
	return plain(folder), plain(file)
}

// plain makes characters visible that a file name may hold and nobody sees.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if core.Unseen(r) {
			return '␣'
		}
		return r
	}, s)
}

// allowed says which actions make sense for a state, in the order of a menu.
func allowed(s core.State) []action {
	switch s {
	case core.StateQueued, core.StateSending:
		if s == core.StateQueued {
			return []action{actPause, actFirst, actLast, actCancel}
		}
		return []action{actPause, actCancel}
	case core.StateSent:
		return []action{actCancel}
	case core.StateWaiting:
		return []action{actRetry, actPause, actFirst, actLast, actCancel}
	case core.StatePaused:
		return []action{actResume, actFirst, actLast, actCancel}
	case core.StateFailed, core.StateUnknown, core.StateCancelled:
		return []action{actRetry, actRemove}
	case core.StateStored:
		return []action{actPermanent, actRemove}
	}
	return nil
}

// can reports whether an action makes sense for a state.
func can(a action, s core.State) bool {
	for _, b := range allowed(s) {
		if a == b {
			return true
		}
	}
	return false
}

// can reports whether an action makes sense for a row.
func (r *row) can(a action) bool {
	return can(a, r.state()) && (a != actPermanent || r.temporary && r.receipt() != nil)
}
