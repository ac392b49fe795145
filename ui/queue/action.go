package queue

import "github.com/artstore/ingester/core"

// Action is something that the buttons, the menu and the keys do with a row.
type Action int

// The actions.
const (
	ActNone Action = iota
	ActPause
	ActResume
	ActRetry
	ActCancel
	ActRemove
	ActFirst     // move to the head of the queue
	ActLast      // move to its end
	ActPermanent // keep the stored file for good
	ActDecide    // decide about a file of unknown outcome
	ActMore      // opens the menu
	actDetails   // opens the details
)

// allowed says which actions make sense for a state, in the order of a menu.
func allowed(s core.State) []Action {
	switch s {
	case core.StateQueued, core.StateSending:
		if s == core.StateQueued {
			return []Action{ActPause, ActFirst, ActLast, ActCancel}
		}
		return []Action{ActPause, ActCancel}
	case core.StateSent:
		return []Action{ActCancel}
	case core.StateWaiting:
		return []Action{ActRetry, ActPause, ActFirst, ActLast, ActCancel}
	case core.StatePaused:
		return []Action{ActResume, ActFirst, ActLast, ActCancel}
	case core.StateUnknown:
		return []Action{ActDecide, ActRetry, ActRemove}
	case core.StateFailed, core.StateCancelled:
		return []Action{ActRetry, ActRemove}
	case core.StateTaken:
		return []Action{ActRemove}
	case core.StateStored:
		return []Action{ActPermanent, ActRemove}
	}
	return nil
}

// Can reports whether an action makes sense for a state.
func Can(a Action, s core.State) bool {
	for _, b := range allowed(s) {
		if a == b {
			return true
		}
	}
	return false
}

// Can reports whether an action makes sense for a row.
func (r *Row) Can(a Action) bool {
	switch a {
	case ActPermanent:
		return Can(a, r.State()) && r.temporary && r.Receipt() != nil
	case ActDecide: // nothing in a damaged entry can be trusted
		return Can(a, r.State()) && r.Doubtful()
	}
	return Can(a, r.State())
}
