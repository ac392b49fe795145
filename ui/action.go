package ui

import "github.com/artstore/ingester/core"

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
