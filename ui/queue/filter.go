package queue

import (
	"strings"

	"github.com/artstore/ingester/core"
)

// Group is a choice of the state filter.
type Group string

// The groups.
const (
	GroupAll       Group = "all"
	GroupUnderWay  Group = "underway"  // queued, active, waiting
	GroupAttention Group = "attention" // failed, outcome unknown, held
	GroupPaused    Group = "paused"
	GroupStored    Group = "stored"
	GroupCancelled Group = "cancelled"
	GroupTaken     Group = "taken" // taken as arrived, not verified
)

// Groups are all groups in the order of the menu.
func Groups() []Group {
	return []Group{GroupAll, GroupUnderWay, GroupAttention, GroupPaused, GroupStored, GroupTaken, GroupCancelled}
}

// groupOf says to which group a row belongs.
func groupOf(r *Row) Group {
	switch r.State() {
	case core.StateWaiting:
		if r.Held() {
			return GroupAttention
		}
	case core.StateFailed, core.StateUnknown:
		return GroupAttention
	case core.StatePaused:
		return GroupPaused
	case core.StateStored:
		return GroupStored
	case core.StateTaken:
		return GroupTaken
	case core.StateCancelled:
		return GroupCancelled
	}
	return GroupUnderWay
}

// Order is what the rows are sorted by.
type Order string

// The orders.
const (
	OrderQueue   Order = ""
	OrderName    Order = "name"
	OrderSize    Order = "size"
	OrderProfile Order = "profile"
	OrderState   Order = "state" // first what moves, then what needs someone
)

// urgency is the place of a state in OrderState, 0…7.
func urgency(s core.State) int {
	switch s {
	case core.StateSending, core.StateSent:
		return 0
	case core.StateWaiting:
		return 1
	case core.StateUnknown:
		return 2
	case core.StateFailed:
		return 3
	case core.StatePaused:
		return 4
	case core.StateQueued:
		return 5
	case core.StateStored, core.StateTaken:
		return 6
	}
	return 7
}

// Orders are all orders in the order of the menu.
func Orders() []Order { return []Order{OrderQueue, OrderName, OrderProfile, OrderSize, OrderState} }

// Filter says which rows are visible, in which order.
type Filter struct {
	Group   Group  // "" is all
	Text    string // in lower case; part of the name
	Order   Order
	Reverse bool
}

func (f Filter) matches(r *Row) bool {
	return f.Text == "" || strings.Contains(strings.ToLower(r.Name), f.Text)
}

func (f Filter) takes(r *Row) bool { return r.matches && f.Shows(groupOf(r)) }

// Shows reports whether rows of a group are visible.
func (f Filter) Shows(g Group) bool {
	return f.Group == "" || f.Group == GroupAll || g == f.Group
}

// moves reports whether a change adds a row to the visible ones, removes it, or
// changes its place.
func (f Filter) moves(old, next *Row) bool {
	if f.takes(old) != f.takes(next) {
		return true
	}
	switch f.Order {
	case OrderState:
		return urgency(old.State()) != urgency(next.State())
	case OrderName:
		return old.Name != next.Name
	case OrderSize:
		return old.Size != next.Size
	case OrderProfile:
		return old.to != next.to
	}
	return false
}
