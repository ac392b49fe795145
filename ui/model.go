package ui

import (
	"cmp"
	"slices"
	"sort"
	"time"
	"unique"

	"github.com/artstore/ingester/core"
)

// row is what the list keeps of a transfer: a hundred thousand of them are
// held at once, so no more than it shows.
type row struct {
	id        core.TransferID
	seq       int64
	name      string // as shown, with the folders below the dropped one
	path      string
	size      int64
	way       unique.Handle[way]
	begun     *begun // nil: all zero
	small     core.SmallState
	temporary bool // the server keeps it for a time only
	matches   bool // the name filter takes it
}

// way is where a transfer goes, the same for many.
type way struct{ profile, server string }

// begun is what only a row has whose transfer was begun or has ended.
type begun struct {
	sent      int64 // of this attempt
	attempts  int
	notBefore time.Time
	err       *core.Error
	receipt   *core.Receipt
}

func newRow(t *core.Transfer) row {
	r := row{
		id: t.ID, seq: t.Seq, name: t.Source.Name, path: t.Source.Path, size: t.Source.Size,
		way: unique.Make(way{t.Options.Profile, t.Server}), small: t.State.Small(), temporary: t.Kept().Retention != core.RetentionPermanent,
	}
	b := begun{min(max(t.Sent, 0), t.Source.Size), t.Attempts, t.NotBefore, t.Error, t.Receipt}
	if b != (begun{}) {
		r.begun = new(b)
	}
	return r
}

func (r *row) state() core.State { return r.small.State() }

// late is what the row has of begun.
func (r *row) late() begun {
	if r.begun == nil {
		return begun{}
	}
	return *r.begun
}

func (r *row) sent() int64 { return r.late().sent }

func (r *row) attempts() int { return r.late().attempts }

func (r *row) err() *core.Error { return r.late().err }

// doubtful reports whether the server may have the file, and is asked first.
func (r *row) doubtful() bool { e := r.err(); return e != nil && e.Outcome == core.OutcomeUnknown }

func (r *row) receipt() *core.Receipt { return r.late().receipt }

// held reports whether the file waits until its profile leads to the server and
// account that it was queued for.
func (r *row) held() bool {
	e := r.err()
	return r.state() == core.StateWaiting && e != nil && e.Code == core.CodeOtherServer
}

// differs reports whether the server keeps the file otherwise than it was asked.
func (r *row) differs() bool {
	receipt := r.receipt()
	return r.state() == core.StateStored && receipt != nil && len(receipt.Differs) > 0
}

// share is how much of the file has been sent, 0…1.
func (r *row) share() float64 {
	switch {
	case r.state() == core.StateStored || r.state() == core.StateSent:
		return 1
	case r.size <= 0:
		return 0
	}
	return float64(r.sent()) / float64(r.size)
}

// totals are the figures of the status bar.
type totals struct {
	Files, Stored, Failed, Unknown, Active, Waiting, Queued, Paused int
	Held                                                            int   // wait for their profile to lead to their server
	Differing                                                       int   // of Stored, kept otherwise than asked
	Bytes, Done                                                     int64 // of all that is not cancelled
	Remaining                                                       int64 // of all that is still under way
	Rate                                                            float64
	Left                                                            time.Duration // 0 where it can't be said
	Estimating                                                      bool          // it can be said soon
}

// Unfinished reports whether anything goes on without the user.
func (t totals) Unfinished() bool { return t.Active+t.Waiting+t.Queued > 0 }

// model is the state of the transfers view, without a widget: rows in queue
// order in a flat slice, the visible ones as indexes into it, and totals kept
// up to date by difference. It belongs to the UI goroutine.
type model struct {
	rows    []row
	visible []int32
	filter  filter
	sum     totals
	paused  bool
	halt    *core.Error
	waits   []core.Wait

	meters  map[core.TransferID]*gauge // of active rows
	total   gauge
	carried int64   // content bytes seen to be sent, of all transfers
	spark   []int64 // bytes in each of the last sparkLength steps, newest last
	sparkAt time.Time
	sparkOf int64 // carried at sparkAt

	// index says where rows are. It takes a third as much memory as they do and
	// is seldom needed: it is made where something new comes, or something is
	// looked for by its ID alone, and dropped soon after.
	index map[core.TransferID]int

	unsorted bool // rows are not in the order of the queue
	reorder  bool // visible must be computed again
	counter  int  // of computations of visible, so that the view sees a change
}

// The sparkline: bars, and the time that one stands for.
const (
	sparkLength = 20
	sparkStep   = time.Second
)

func newModel() *model {
	return &model{meters: map[core.TransferID]*gauge{}}
}

// Reset takes a snapshot in place of everything.
func (m *model) Reset(s core.Snapshot, now time.Time) {
	keep := m.filter
	*m = *newModel()
	m.filter = keep
	m.rows = make([]row, 0, len(s.Transfers))
	for i := range s.Transfers {
		m.put(&s.Transfers[i], now)
	}
	m.paused, m.halt, m.waits, m.reorder = s.Paused, s.Halt, s.Waits, true
	m.Tick(now)
}

// Apply takes what changed.
func (m *model) Apply(u core.Update, now time.Time) {
	if more := len(u.Changed) - len(m.rows); more > 0 { // a queue that has just been read
		m.rows = slices.Grow(m.rows, more)
	}
	for i := range u.Changed {
		m.put(&u.Changed[i], now)
	}
	m.remove(u.Removed)
	m.paused, m.halt, m.waits = u.Paused, u.Halt, u.Waits
	m.Tick(now)
}

// Tick moves the windows on and settles what is visible.
func (m *model) Tick(now time.Time) {
	if !m.sum.Unfinished() {
		m.total = gauge{} // an idle time is no part of what comes next
	}
	m.total.add(now, m.carried)
	rate, settled := m.total.rate(now)
	m.sum.Rate, m.sum.Left = rate, 0
	if m.sum.Unfinished() && !m.paused {
		m.sum.Left = m.total.left(now, m.sum.Remaining)
	}
	m.sum.Estimating = m.sum.Active > 0 && m.sum.Remaining > 0 && !m.paused && !settled
	m.tickSpark(now)
	m.index = nil
	if m.unsorted {
		m.unsorted, m.reorder = false, true
		slices.SortFunc(m.rows, func(a, b row) int { return cmp.Compare(a.seq, b.seq) })
	}
	if m.reorder {
		m.arrange()
	}
}

func (m *model) tickSpark(now time.Time) {
	if m.sparkAt.IsZero() {
		m.sparkAt, m.sparkOf = now, m.carried
	}
	steps := int(now.Sub(m.sparkAt) / sparkStep)
	if steps <= 0 {
		return
	}
	moved := (m.carried - m.sparkOf) / int64(steps)
	for range min(steps, sparkLength) {
		m.spark = append(m.spark, moved)
	}
	if extra := len(m.spark) - sparkLength; extra > 0 {
		m.spark = append(m.spark[:0], m.spark[extra:]...)
	}
	m.sparkAt, m.sparkOf = m.sparkAt.Add(time.Duration(steps)*sparkStep), m.carried
}

// put inserts a transfer or replaces it.
func (m *model) put(t *core.Transfer, now time.Time) {
	next := newRow(t)
	at, known := m.locate(t)
	if known {
		old := &m.rows[at]
		next.matches = old.matches
		if old.name != next.name {
			next.matches = m.filter.matches(&next)
		}
		m.measure(old, &next, now)
		m.account(old, -1)
		m.reorder = m.reorder || m.filter.moves(old, &next)
		m.unsorted = m.unsorted || old.seq != next.seq
		*old = next
	} else {
		next.matches = m.filter.matches(&next)
		m.measure(nil, &next, now)
		n := len(m.rows)
		m.unsorted = m.unsorted || n > 0 && next.seq < m.rows[n-1].seq
		if m.index != nil {
			m.index[next.id] = n
		}
		m.rows = append(m.rows, next)
		m.reorder = true
	}
	m.account(&next, +1)
}

// measure counts the bytes that moved between two values of a transfer. Only
// steps within one attempt count, so that a second try is no progress.
func (m *model) measure(old, next *row, now time.Time) {
	from := int64(0)
	if old != nil && old.attempts() == next.attempts() {
		from = min(old.sent(), next.sent())
		if old.state() == core.StateStored || old.state() == core.StateSent {
			from = old.size
		}
	}
	reached := next.sent()
	if next.state() == core.StateStored || next.state() == core.StateSent {
		reached = next.size
	}
	// A stored file in the first snapshot had been sent before.
	if old != nil || next.state().Active() {
		m.carried += max(0, reached-from)
	}
	if !next.state().Active() {
		delete(m.meters, next.id)
		return
	}
	gauge := m.meters[next.id]
	if gauge == nil || (old != nil && old.attempts() != next.attempts()) {
		gauge = newGauge()
		m.meters[next.id] = gauge
	}
	gauge.add(now, reached)
}

func newGauge() *gauge { return &gauge{} }

// account adds a row to the totals or takes it away.
func (m *model) account(r *row, sign int) {
	if r.state() == core.StateCancelled {
		return
	}
	s, n := &m.sum, int64(sign)
	s.Files += sign
	s.Bytes += n * r.size
	remaining := false
	switch r.state() {
	case core.StateStored:
		s.Stored += sign
		if r.differs() {
			s.Differing += sign
		}
		s.Done += n * r.size
	case core.StateFailed:
		s.Failed += sign
	case core.StateUnknown:
		s.Unknown += sign
	case core.StatePaused:
		s.Paused += sign
	case core.StateQueued:
		s.Queued += sign
		remaining = true
	case core.StateWaiting:
		if r.held() {
			s.Held += sign
			break
		}
		s.Waiting += sign
		remaining = true
	case core.StateSending, core.StateSent:
		s.Active += sign
		sent := r.sent()
		if r.state() == core.StateSent {
			sent = r.size
		}
		s.Done += n * sent
		s.Remaining += n * (r.size - sent)
	}
	if remaining {
		s.Remaining += n * r.size
	}
}

func (m *model) remove(ids []core.TransferID) {
	gone := make(map[core.TransferID]bool, len(ids))
	for _, id := range ids {
		if at, ok := m.lookup(id); ok {
			gone[id] = true
			m.account(&m.rows[at], -1)
			delete(m.index, id)
			delete(m.meters, id)
		}
	}
	if len(gone) == 0 {
		return
	}
	m.rows = slices.DeleteFunc(m.rows, func(r row) bool { return gone[r.id] })
	m.index, m.reorder = nil, true
}

// locate finds the row of a transfer: by its place in the queue, unless that
// has changed or the transfer is new.
func (m *model) locate(t *core.Transfer) (int, bool) {
	if !m.unsorted {
		at, found := sort.Find(len(m.rows), func(i int) int { return cmp.Compare(t.Seq, m.rows[i].seq) })
		if found && m.rows[at].id == t.ID {
			return at, true
		}
	}
	return m.lookup(t.ID)
}

// lookup finds a row by its ID alone.
func (m *model) lookup(id core.TransferID) (int, bool) {
	if m.index == nil {
		m.index = make(map[core.TransferID]int, len(m.rows))
		for i := range m.rows {
			m.index[m.rows[i].id] = i
		}
	}
	at, ok := m.index[id]
	return at, ok
}

// Len is the number of visible rows, and At the i-th of them; nil out of range.
func (m *model) Len() int { return len(m.visible) }

// At returns the i-th visible row, nil where there is none.
func (m *model) At(i int) *row {
	if i < 0 || i >= len(m.visible) {
		return nil
	}
	return &m.rows[m.visible[i]]
}

// Find returns the row of a transfer, nil where there is none.
func (m *model) Find(id core.TransferID) *row {
	if at, ok := m.lookup(id); ok {
		return &m.rows[at]
	}
	return nil
}

// speed is an active row's bytes a second and its time left; zero where they
// can't be said.
func (m *model) speed(r *row, now time.Time) (float64, time.Duration) {
	gauge := m.meters[r.id]
	if gauge == nil || r.state() != core.StateSending {
		return 0, 0
	}
	rate, _ := gauge.rate(now)
	return rate, gauge.left(now, r.size-r.sent())
}
