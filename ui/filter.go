package ui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// group is a choice of the state filter.
type group string

// The groups.
const (
	groupAll       group = "all"
	groupUnderWay  group = "underway"  // queued, active, waiting
	groupAttention group = "attention" // failed, unknown, held
	groupPaused    group = "paused"
	groupStored    group = "stored"
	groupCancelled group = "cancelled"
)

// groups are all groups in the order of the menu.
func groups() []group {
	return []group{groupAll, groupUnderWay, groupAttention, groupPaused, groupStored, groupCancelled}
}

// groupOf says to which group a row belongs.
func groupOf(r *row) group {
	switch r.state() {
	case core.StateWaiting:
		if r.held() {
			return groupAttention
		}
	case core.StateFailed, core.StateUnknown:
		return groupAttention
	case core.StatePaused:
		return groupPaused
	case core.StateStored:
		return groupStored
	case core.StateCancelled:
		return groupCancelled
	}
	return groupUnderWay
}

// order is what the rows are sorted by.
type order string

// The orders.
const (
	orderQueue order = ""
	orderName  order = "name"
	orderSize  order = "size"
	orderState order = "state" // what moves and what needs someone first
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

// filter says which rows are visible, in which order.
type filter struct {
	group   group  // "" is all
	text    string // lower case, in the name
	order   order
	reverse bool
}

func (f filter) matches(r *row) bool {
	return f.text == "" || strings.Contains(strings.ToLower(r.name), f.text)
}

func (f filter) takes(r *row) bool { return r.matches && f.shows(groupOf(r)) }

// shows reports whether rows of a group are visible.
func (f filter) shows(g group) bool {
	return f.group == "" || f.group == groupAll || g == f.group
}

// moves reports whether a row that changes enters, leaves or changes place.
func (f filter) moves(old, next *row) bool {
	if f.takes(old) != f.takes(next) {
		return true
	}
	switch f.order {
	case orderState:
		return urgency(old.state()) != urgency(next.state())
	case orderName:
		return old.name != next.name
	case orderSize:
		return old.size != next.size
	}
	return false
}

// SetFilter changes what is visible, at once.
func (m *model) SetFilter(f filter) {
	f.text = strings.ToLower(strings.TrimSpace(f.text))
	if f.text != m.filter.text {
		for i := range m.rows {
			m.rows[i].matches = f.matches(&m.rows[i])
		}
	}
	m.filter = f
	m.arrange()
}

// arrange computes the visible rows again.
func (m *model) arrange() {
	m.reorder = false
	m.counter++
	m.visible = slices.Grow(m.visible[:0], len(m.rows))
	for i := range m.rows {
		if m.filter.takes(&m.rows[i]) {
			m.visible = append(m.visible, int32(i))
		}
	}
	switch m.filter.order {
	case orderName:
		slices.SortStableFunc(m.visible, func(a, b int32) int { return cmp.Compare(m.rows[a].name, m.rows[b].name) })
	case orderSize:
		slices.SortStableFunc(m.visible, func(a, b int32) int { return cmp.Compare(m.rows[a].size, m.rows[b].size) })
	case orderState:
		m.visible = m.byUrgency(m.visible)
	}
	if m.filter.reverse {
		slices.Reverse(m.visible)
	}
}

// byUrgency sorts by counting: it happens at every change of a state, of a
// hundred thousand rows perhaps.
func (m *model) byUrgency(visible []int32) []int32 {
	var end [8]int
	for _, i := range visible {
		end[urgency(m.rows[i].state())]++
	}
	for u := 1; u < len(end); u++ {
		end[u] += end[u-1]
	}
	sorted := make([]int32, len(visible))
	for _, i := range slices.Backward(visible) {
		u := urgency(m.rows[i].state())
		end[u]--
		sorted[end[u]] = i
	}
	return sorted
}
