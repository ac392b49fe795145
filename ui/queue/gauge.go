package queue

import "time"

// gaugeWindow is the time over which a speed is measured: long enough to be
// steady, short enough to follow a change.
const gaugeWindow = 4 * time.Second

// gaugeSettled is how long a speed must have been measured before it gives a time
// left. The first moments say little.
const gaugeSettled = 3 * time.Second

type counted struct {
	at    time.Time
	bytes int64
}

// gauge is a sliding window over a growing number of bytes.
type gauge struct {
	samples []counted
	profile string // of the row
}

// add records the number of bytes at a time. A smaller number than before is a
// new count, so the window is emptied.
func (g *gauge) add(at time.Time, bytes int64) {
	if n := len(g.samples); n > 0 && bytes < g.samples[n-1].bytes {
		g.samples = g.samples[:0]
	}
	// One sample before the window stays, so that the rate covers all of it.
	drop := 0
	for drop+1 < len(g.samples) && at.Sub(g.samples[drop+1].at) >= gaugeWindow {
		drop++
	}
	g.samples = append(g.samples[:0], g.samples[drop:]...)
	g.samples = append(g.samples, counted{at, bytes})
}

// rate is the bytes a second over the window. settled says that it has been
// measured for long enough to give a time left.
func (g *gauge) rate(now time.Time) (bytesPerSecond float64, settled bool) {
	if len(g.samples) == 0 {
		return 0, false
	}
	first, last := g.samples[0], g.samples[len(g.samples)-1]
	took := max(now.Sub(first.at), last.at.Sub(first.at))
	if took < 200*time.Millisecond {
		return 0, false
	}
	return float64(last.bytes-first.bytes) / took.Seconds(), took >= gaugeSettled
}

// left is the time for the remaining bytes at the present rate, 0 if unknown.
func (g *gauge) left(now time.Time, remaining int64) time.Duration {
	rate, settled := g.rate(now)
	if !settled || rate < 1 {
		return 0
	}
	seconds := float64(remaining) / rate
	if seconds > (365 * 24 * time.Hour).Seconds() {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
