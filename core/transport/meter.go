package transport

import (
	"sync"
	"time"
)

const (
	// meterAge is how long a measurement counts.
	meterAge = 10 * time.Minute
	// buffered is how much of a body may be in this computer's buffers.
	buffered = 8 << 20
)

// Meter measures how many bytes a second a server takes, of all bodies under way
// together. It counts from their beginnings to their answers, as bytes that were
// handed to the network may stay in buffers for long. It assumes that the bodies
// share the network evenly.
type Meter struct {
	now func() time.Time

	mu       sync.Mutex
	rate     float64   // bytes a second, 0 if not known
	measured time.Time // when rate was measured
	running  map[*Passage]struct{}
	share    float64   // seconds for which each body would have had the network to itself
	at       time.Time // when share was last brought up to date
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

// Begin notes a body. sent returns how much of it was handed out.
func (m *Meter) Begin(sent func() int64) *Passage {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance()
	p := &Passage{meter: m, sent: sent, share: m.share}
	m.running[p] = struct{}{}
	return p
}

// End notes that a body is no longer sent. bytes is how much of it the server got, 0
// if that is not known. It may be called again.
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

// advance brings share up to date. The caller holds mu.
func (m *Meter) advance() {
	now := m.now()
	if n := len(m.running); n > 0 {
		m.share += max(now.Sub(m.at).Seconds(), 0) / float64(n)
	}
	m.at = now
}

// known returns the rate, 0 if none was measured recently. The caller holds mu.
func (m *Meter) known() float64 {
	if m.at.Sub(m.measured).Abs() > meterAge {
		return 0
	}
	return m.rate
}

// Rate returns how many bytes a second the server takes in total, 0 if that is not
// known. Of bodies that have been under way for long, the part that has certainly
// been sent counts.
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

// Takes returns how long a body of size bytes takes beside those under way, and
// alone; 0 if that is not known.
func (m *Meter) Takes(size int64) (beside, alone time.Duration) {
	rate, n := m.look()
	if rate == 0 {
		return 0, 0
	}
	seconds := float64(size) / rate
	return toDuration(seconds * float64(n+1)), toDuration(seconds)
}

// longest caps the result of Takes.
const longest = 1000 * time.Hour

func toDuration(seconds float64) time.Duration {
	return time.Duration(min(seconds, longest.Seconds()) * float64(time.Second))
}
