package transport

import (
	"sync"
	"time"
)

const (
	// meterAge is how long what was measured is believed.
	meterAge = 10 * time.Minute
	// buffered is how much of a body may lie in this computer's buffers.
	buffered = 8 << 20
)

// Meter measures how much a server takes in a second from all bodies under way
// together, from their beginnings to their answers: what was handed to the
// network may lie in buffers for long. It takes them to share the network
// evenly.
type Meter struct {
	now func() time.Time

	mu       sync.Mutex
	rate     float64   // bytes a second, 0 where it is not known
	measured time.Time // when it was
	running  map[*Passage]struct{}
	share    float64   // seconds that each body would have had the network for itself
	at       time.Time // when share was counted
}

// Passage is one body that is being sent.
type Passage struct {
	meter *Meter
	sent  func() int64
	share float64 // the meter's, when it began
}

// NewMeter returns a meter that has measured nothing.
func NewMeter(now func() time.Time) *Meter {
	return &Meter{now: now, running: map[*Passage]struct{}{}}
}

// Begin notes a body of which sent says how much was handed out.
func (m *Meter) Begin(sent func() int64) *Passage {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	p := &Passage{meter: m, sent: sent, share: m.share}
	m.running[p] = struct{}{}
	return p
}

// End notes that a body is no longer sent. bytes is how much of it the server
// has had, 0 where that is not known. It may be called again.
func (p *Passage) End(bytes int64) {
	m := p.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, running := m.running[p]; !running {
		return
	}
	m.advance()
	delete(m.running, p)
	alone := m.share - p.share
	if bytes <= 0 || alone <= 0 {
		return
	}
	found := float64(bytes) / alone
	if m.known() > 0 {
		found = (m.rate + found) / 2
	}
	m.rate, m.measured = found, m.at
}

// advance counts the time that has passed. The caller holds mu.
func (m *Meter) advance() {
	now := m.now()
	if n := len(m.running); n > 0 {
		m.share += max(now.Sub(m.at).Seconds(), 0) / float64(n)
	}
	m.at = now
}

// known is the rate, 0 where none was measured of late. The caller holds mu.
func (m *Meter) known() float64 {
	if m.at.Sub(m.measured).Abs() > meterAge {
		return 0
	}
	return m.rate
}

// Rate is how many bytes a second the server takes in all, 0 where that is not
// known. Of bodies that are under way for long, what has certainly left counts.
func (m *Meter) Rate() float64 {
	rate, _ := m.look()
	return rate
}

// look returns the rate and how many bodies are under way.
func (m *Meter) look() (rate float64, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	rate = m.known()
	if rate > 0 {
		return rate, len(m.running)
	}
	for p := range m.running {
		if alone := m.share - p.share; alone > 1 {
			rate = max(rate, float64(p.sent()-buffered)/alone)
		}
	}
	return max(rate, 0), len(m.running)
}

// Takes is how long a body of size bytes takes beside those that are under way,
// and alone; 0 where that is not known.
func (m *Meter) Takes(size int64) (beside, alone time.Duration) {
	rate, n := m.look()
	if rate == 0 {
		return 0, 0
	}
	seconds := float64(size) / rate
	return toDuration(seconds * float64(n+1)), toDuration(seconds)
}

// longest is as long as anything takes: more is of no interest.
const longest = 1000 * time.Hour

func toDuration(seconds float64) time.Duration {
	return time.Duration(min(seconds, longest.Seconds()) * float64(time.Second))
}
