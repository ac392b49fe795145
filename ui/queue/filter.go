package queue

import (
	"cmp"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// Group is a choice of the state filter.
type Group string

// The groups.
const (
	GroupAll       Group = "all"
	GroupUnderWay  Group = "underway"  // queued, active, waiting
	GroupAttention Group = "attention" // failed, unknown, held
	GroupPaused    Group = "paused"
	GroupStored    Group = "stored"
	GroupCancelled Group = "cancelled"
)

// Groups are all groups in the order of the menu.
func Groups() []Group {
	return []Group{GroupAll, GroupUnderWay, GroupAttention, GroupPaused, GroupStored, GroupCancelled}
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
	case core.StateCancelled:
		return GroupCancelled
	}
	return GroupUnderWay
}

// Order is what the rows are sorted by.
type Order string

// The orders.
const (
	OrderQueue Order = ""
	OrderName  Order = "name"
	OrderSize  Order = "size"
	OrderState Order = "state" // what moves and what needs someone first
)

// urgency places a state in orderState, 0…7.
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
	case core.StateStored:
		return 6
	}
	return 7
}

// Filter says which rows are visible, in which order.
type Filter struct {
	Group   Group  // "" is all
	Text    string // lower case, in the name
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

// moves reports whether a row that changes enters, leaves or changes place.
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
	}
	return false
}

// SetFilter changes what is visible, at once.
func (m *Model) SetFilter(f Filter) {
	f.Text = strings.ToLower(strings.TrimSpace(f.Text))
	if f.Text != m.Filter.Text {
		for i := range m.Rows {
			m.Rows[i].matches = f.matches(&m.Rows[i])
		}
	}
	m.Filter = f
	m.arrange()
}

// arrange computes the visible rows again.
func (m *Model) arrange() {
	m.reorder = false
	m.Counter++
	m.visible = slices.Grow(m.visible[:0], len(m.Rows))
	for i := range m.Rows {
		if m.Filter.takes(&m.Rows[i]) {
			m.visible = append(m.visible, int32(i))
		}
	}
	switch m.Filter.Order {
	case OrderName:
		slices.SortStableFunc(m.visible, func(a, b int32) int { return cmp.Compare(m.Rows[a].Name, m.Rows[b].Name) })
	case OrderSize:
		slices.SortStableFunc(m.visible, func(a, b int32) int { return cmp.Compare(m.Rows[a].Size, m.Rows[b].Size) })
	case OrderState:
		m.visible = m.byUrgency(m.visible)
	}
	if m.Filter.Reverse {
		slices.Reverse(m.visible)
	}
}

// byUrgency sorts by counting: it happens at every change of a state, of a
// hundred thousand rows perhaps.
func (m *Model) byUrgency(visible []int32) []int32 {
	var end [8]int
	for _, i := range visible {
		end[urgency(m.Rows[i].State())]++
	}
	for u := 1; u < len(end); u++ {
		end[u] += end[u-1]
	}
	sorted := make([]int32, len(visible))
	for _, i := range slices.Backward(visible) {
		u := urgency(m.Rows[i].State())
		end[u]--
		sorted[end[u]] = i
	}
	return sorted
}
