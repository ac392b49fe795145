package queue

import "time"

// gaugeWindow is how far back a speed looks: long enough not to dance, short
// enough to follow a change.
const gaugeWindow = 4 * time.Second

// gaugeSettled is how long a speed must have been measured before a time left
// is said: what moves in the first moments is no measure.
const gaugeSettled = 3 * time.Second

type counted struct {
	at    time.Time
	bytes int64
}

// gauge is a sliding window over a growing number of bytes.
type gauge struct{ samples []counted }

// add says that bytes had been counted at a moment. A smaller number than
// before is a new count: the window starts anew.
func (m *gauge) add(at time.Time, bytes int64) {
	if n := len(m.samples); n > 0 && bytes < m.samples[n-1].bytes {
		m.samples = m.samples[:0]
	}
	// One sample beyond the window stays, so that the rate covers all of it.
	drop := 0
	for drop+1 < len(m.samples) && at.Sub(m.samples[drop+1].at) >= gaugeWindow {
		drop++
	}
	m.samples = append(m.samples[:0], m.samples[drop:]...)
	m.samples = append(m.samples, counted{at, bytes})
}

// rate is bytes a second over the window, and whether it has been measured
// long enough to reckon with.
func (m *gauge) rate(now time.Time) (bytesPerSecond float64, settled bool) {
	if len(m.samples) == 0 {
		return 0, false
	}
	first, last := m.samples[0], m.samples[len(m.samples)-1]
	took := max(now.Sub(first.at), last.at.Sub(first.at))
	if took < 200*time.Millisecond {
		return 0, false
	}
	return float64(last.bytes-first.bytes) / took.Seconds(), took >= gaugeSettled
}

// left is the time for the remaining bytes at the present rate, 0 where that
// can't be said.
func (m *gauge) left(now time.Time, remaining int64) time.Duration {
	rate, settled := m.rate(now)
	if !settled || rate < 1 {
		return 0
	}
	seconds := float64(remaining) / rate
	if seconds > (365 * 24 * time.Hour).Seconds() {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
