package queue

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"
	"unique"

	"github.com/artstore/ingester/core"
)

// Model is the state of the transfers page: the rows in the order of the queue,
// the visible ones as indexes into them, and totals that each change adjusts. It
// belongs to the UI goroutine.
type Model struct {
	Rows    []Row
	visible []int32
	Filter  Filter
	Totals  Totals
	Paused  bool
	Halt    *core.Error
	halts   []core.Halt
	waits   []core.Wait
	at      time.Time // of the last tick
	hold    *Hold     // of the queue
	unheld  bool      // hold must be found again

	meters    map[core.TransferID]*gauge // of active rows
	total     gauge
	carried   int64   // bytes of content sent since the model began, of all transfers
	Sparkline []int64 // bytes in each of the last SparkLength steps, newest last
	sparkAt   time.Time
	sparkOf   int64 // carried at sparkAt

	// index is the place of each row, by ID. It takes a third of the memory of the
	// rows and is seldom needed, so it is made when a row is new or is looked up by
	// ID alone, and dropped with the next tick.
	index map[core.TransferID]int

	goals map[unique.Handle[destination]]int // how many rows go to each

	unsorted bool // Rows are not in the order of the queue
	reorder  bool // visible must be computed again
	Version  int  // how often visible was computed, so that the view sees a change
}

// The number of bars in the sparkline, and the time that each stands for.
const (
	SparkLength = 20
	sparkStep   = time.Second
)

// NewModel returns a model without rows or a filter, in the order of the queue.
func NewModel() *Model {
	return &Model{meters: map[core.TransferID]*gauge{}, goals: map[unique.Handle[destination]]int{}}
}

// Reset replaces all rows by those of a snapshot. The filter stays.
func (m *Model) Reset(s core.Snapshot, now time.Time) {
	keep := m.Filter
	*m = *NewModel()
	m.Filter = keep
	m.Rows = make([]Row, 0, len(s.Transfers))
	for i := range s.Transfers {
		m.put(&s.Transfers[i], now)
	}
	m.stop(s.Paused, s.Halt, s.Halts, s.Waits)
	m.reorder = true
	m.Tick(now)
}

// Apply takes over what has changed.
func (m *Model) Apply(u core.Update, now time.Time) {
	if more := len(u.Changed) - len(m.Rows); more > 0 { // a queue that has just been read
		m.Rows = slices.Grow(m.Rows, more)
	}
	for i := range u.Changed {
		m.put(&u.Changed[i], now)
	}
	m.remove(u.Removed)
	m.stop(u.Paused, u.Halt, u.Halts, u.Waits)
	m.Tick(now)
}

// stop takes over what stops files from being sent.
func (m *Model) stop(paused bool, halt *core.Error, halts []core.Halt, waits []core.Wait) {
	if halt != nil && len(halts) == 0 {
		halts = []core.Halt{{Reason: halt}}
	}
	m.Paused, m.Halt, m.halts, m.waits, m.unheld = paused, halt, halts, waits, true
}

// Halted is why files are not sent until someone acts, those of the profile first; nil
// if nobody has to.
func (m *Model) Halted(profile string) *core.Halt {
	if h := m.haltOf(profile); h != nil || len(m.halts) == 0 {
		return h
	}
	return &m.halts[0]
}

// Tick takes the time into account and, after changes, computes the visible rows.
func (m *Model) Tick(now time.Time) {
	m.at = now
	if !m.Totals.Unfinished() {
		m.total = gauge{} // idle time is no part of the next speed
	}
	m.total.add(now, m.carried)
	rate, settled := m.total.rate(now)
	m.Totals.Rate, m.Totals.Left = rate, 0
	if m.Totals.Unfinished() && !m.Paused {
		m.Totals.Left = m.total.left(now, m.Totals.Remaining)
	}
	m.Totals.Estimating = m.Totals.Active > 0 && m.Totals.Remaining > 0 && !m.Paused && !settled
	m.tickSpark(now)
	m.index = nil
	if m.unsorted {
		m.unsorted, m.reorder = false, true
		slices.SortFunc(m.Rows, func(a, b Row) int { return cmp.Compare(a.seq, b.seq) })
	}
	if m.reorder {
		m.arrange()
	}
}

func (m *Model) tickSpark(now time.Time) {
	if m.sparkAt.IsZero() {
		m.sparkAt, m.sparkOf = now, m.carried
	}
	steps := int(now.Sub(m.sparkAt) / sparkStep)
	if steps <= 0 {
		return
	}
	moved := (m.carried - m.sparkOf) / int64(steps)
	for range min(steps, SparkLength) {
		m.Sparkline = append(m.Sparkline, moved)
	}
	if extra := len(m.Sparkline) - SparkLength; extra > 0 {
		m.Sparkline = append(m.Sparkline[:0], m.Sparkline[extra:]...)
	}
	m.sparkAt, m.sparkOf = m.sparkAt.Add(time.Duration(steps)*sparkStep), m.carried
}

// put inserts a transfer or replaces it.
func (m *Model) put(t *core.Transfer, now time.Time) {
	next := NewRow(t)
	at, known := m.locate(t)
	if known {
		old := &m.Rows[at]
		next.matches = old.matches
		if old.Name != next.Name {
			next.matches = m.Filter.matches(&next)
		}
		m.measure(old, &next, now)
		m.count(old, -1)
		m.reorder = m.reorder || m.Filter.moves(old, &next)
		m.unsorted = m.unsorted || old.seq != next.seq
		*old = next
	} else {
		next.matches = m.Filter.matches(&next)
		m.measure(nil, &next, now)
		n := len(m.Rows)
		m.unsorted = m.unsorted || n > 0 && next.seq < m.Rows[n-1].seq
		if m.index != nil {
			m.index[next.ID] = n
		}
		m.Rows = append(m.Rows, next)
		m.reorder = true
	}
	m.count(&next, +1)
}

// count adds a row to what is counted, or takes it away.
func (m *Model) count(r *Row, by int) {
	m.Totals.count(r, by)
	if m.goals[r.to] += by; m.goals[r.to] == 0 {
		delete(m.goals, r.to)
	}
}

// Profiles reports whether the rows are of several profiles.
func (m *Model) Profiles() bool {
	first, found := "", false
	for to := range m.goals {
		if p := to.Value().profile; !found {
			first, found = p, true
		} else if p != first {
			return true
		}
	}
	return false
}

// measure counts the bytes that were sent between two states of a transfer. It
// compares within one attempt only: a second attempt sends them again.
func (m *Model) measure(old, next *Row, now time.Time) {
	from := int64(0)
	if old != nil && old.Attempts() == next.Attempts() {
		from = min(old.Sent(), next.Sent())
		if old.State() == core.StateStored || old.State() == core.StateSent {
			from = old.Size
		}
	}
	reached := next.Sent()
	if next.State() == core.StateStored || next.State() == core.StateSent {
		reached = next.Size
	}
	// A file that is stored in the first snapshot was sent before.
	if old != nil || next.State().Active() {
		m.carried += max(0, reached-from)
	}
	if !next.State().Active() {
		delete(m.meters, next.ID)
		return
	}
	g := m.meters[next.ID]
	if g == nil || (old != nil && old.Attempts() != next.Attempts()) {
		g = &gauge{profile: next.to.Value().profile}
		m.meters[next.ID] = g
	}
	g.add(now, reached)
}

func (m *Model) remove(ids []core.TransferID) {
	gone := make(map[core.TransferID]bool, len(ids))
	for _, id := range ids {
		if at, ok := m.lookup(id); ok {
			gone[id] = true
			m.count(&m.Rows[at], -1)
			delete(m.index, id)
			delete(m.meters, id)
		}
	}
	if len(gone) == 0 {
		return
	}
	m.Rows = slices.DeleteFunc(m.Rows, func(r Row) bool { return gone[r.ID] })
	m.index, m.reorder = nil, true
}

// locate finds the row of a transfer by its place in the queue, or by its ID if
// that place has changed or the transfer is new.
func (m *Model) locate(t *core.Transfer) (int, bool) {
	if !m.unsorted {
		at, found := sort.Find(len(m.Rows), func(i int) int { return cmp.Compare(t.Seq, m.Rows[i].seq) })
		if found && m.Rows[at].ID == t.ID {
			return at, true
		}
	}
	return m.lookup(t.ID)
}

// lookup finds a row by its ID alone.
func (m *Model) lookup(id core.TransferID) (int, bool) {
	if m.index == nil {
		m.index = make(map[core.TransferID]int, len(m.Rows))
		for i := range m.Rows {
			m.index[m.Rows[i].ID] = i
		}
	}
	at, ok := m.index[id]
	return at, ok
}

// Len is the number of visible rows.
func (m *Model) Len() int { return len(m.visible) }

// At returns the i-th visible row, nil if there is none.
func (m *Model) At(i int) *Row {
	if i < 0 || i >= len(m.visible) {
		return nil
	}
	return &m.Rows[m.visible[i]]
}

// Find returns the row of a transfer, nil if there is none.
func (m *Model) Find(id core.TransferID) *Row {
	if at, ok := m.lookup(id); ok {
		return &m.Rows[at]
	}
	return nil
}

// Visible reports whether the filter shows a row.
func (m *Model) Visible(r *Row) bool { return m.Filter.takes(r) }

// Speed is an active row's bytes a second and its time left, 0 if unknown.
func (m *Model) Speed(r *Row, now time.Time) (float64, time.Duration) {
	g := m.meters[r.ID]
	if g == nil || r.State() != core.StateSending {
		return 0, 0
	}
	rate, _ := g.rate(now)
	return rate, g.left(now, r.Size-r.Sent())
}

// SetFilter changes the filter and computes the visible rows.
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
	m.Version++
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
	case OrderProfile:
		slices.SortStableFunc(m.visible, func(a, b int32) int { return cmp.Compare(m.Rows[a].Profile(), m.Rows[b].Profile()) })
	case OrderState:
		m.visible = m.byUrgency(m.visible)
	}
	if m.Filter.Reverse {
		slices.Reverse(m.visible)
	}
}

// byUrgency sorts by counting, since every change of a state sorts again, perhaps
// a hundred thousand rows.
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
