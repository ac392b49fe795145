package wording

import (
	"time"

	"github.com/artstore/ingester/core"
)

// Waits says what is waited for and until when. A time that is over means that it is
// tried now; the zero time, that it isn't by itself.
func (t *Text) Waits(path string, reason *core.Error, until, now time.Time) string {
	why, _ := t.Explain(reason)
	if path != "" {
		why = Plain(path) + ": " + why
	}
	switch {
	case until.IsZero():
		return why
	case until.After(now):
		return t.S("status.waits", Args{"Why": why, "Time": t.At(until, now, time.TimeOnly)})
	}
	return t.S("status.trying", Args{"Why": why})
}

// Held says in a row what it waits for. The time comes first: the end may be cut.
func (t *Text) Held(reason *core.Error, until, now time.Time) string {
	why, _ := t.Explain(reason)
	if until.After(now) {
		return t.S("state.held_until", Args{"Why": why, "Time": t.At(until, now, time.TimeOnly)})
	}
	return t.S("state.held", Args{"Why": why})
}

// Limited says how many bytes a second a timetable allows, and until when.
func (t *Text) Limited(rate int64, until, now time.Time) string {
	words := t.S("status.limited", Args{"Rate": t.Rate(float64(rate))})
	if !until.IsZero() {
		words = t.S("status.until", Args{"What": words, "Time": t.At(until, now, "15:04")})
	}
	return words
}
