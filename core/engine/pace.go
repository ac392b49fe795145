package engine

import "time"

// How the engine slows down for a server that is too busy.
const (
	doubling  = 5 * time.Second // how long it takes, without a refusal, until twice as much is sent
	pause     = time.Second     // how long nothing begins after a refusal, at most
	slowest   = 1.0 / 30        // files a second, at least
	unlimited = 100             // files a second from which on the rate has no limit
)

// level is a limit that is halved and then grows in equal steps, which are
// larger each time it has doubled. 0 means no limit.
type level struct{ now, base float64 }

func (l *level) set(to float64) { l.now, l.base = to, to }

// grow adds one step: the given part of what the limit grows while it doubles.
func (l *level) grow(part float64) {
	l.now += l.base * part
	if l.now >= 2*l.base {
		l.base = l.now
	}
}

// pace limits a lane after its server said that it is too busy. Each such answer
// halves how many files are in flight and, once that is one, how many begin in a
// second. While files are stored and nothing is refused, the limits grow again
// in equal steps and double in five seconds. It belongs to the journal.
type pace struct {
	most level // files in flight
	rate level // files begun in a second

	slowed time.Time // when a limit was last halved
	grown  time.Time
	next   time.Time // no file begins before this time

	peak          int       // most files in flight since a limit was halved
	second        time.Time // when the present second began
	begun, before int       // files begun in this second and in the one before
}

// inFlight is how many files may be in flight where the lane wants so many.
func (p *pace) inFlight(wanted int) int {
	if p.most.now == 0 {
		return wanted
	}
	return min(wanted, int(p.most.now))
}

// ready reports whether another file may begin now.
func (p *pace) ready(now time.Time) bool { return p.rate.now == 0 || !p.next.After(now) }

// begin counts a file that begins as one of n in flight.
func (p *pace) begin(now time.Time, n int) {
	if past := now.Sub(p.second).Abs(); past >= time.Second {
		p.before = p.begun
		if past >= 2*time.Second {
			p.before = 0
		}
		p.second, p.begun = now, 0
	}
	p.begun++
	p.peak = max(p.peak, n)
	if p.rate.now > 0 {
		p.next = now.Add(time.Duration(float64(time.Second) / p.rate.now))
	}
}

// slow halves a limit after the server refused a file that began at start, with
// streams in flight at most. It reports whether it did so: an attempt from
// before the last halving says nothing new.
func (p *pace) slow(start, now time.Time, streams int) bool {
	if !start.After(p.slowed) {
		return false
	}
	switch most := p.most.now; {
	case p.rate.now > 0:
		p.rate.set(max(p.rate.now/2, slowest))
		p.most.set(max(most/2, 1))
	case most == 0:
		p.most.set(max(float64(min(p.peak, streams))/2, 1))
	case most >= 2:
		p.most.set(max(min(float64(p.peak), most)/2, 1))
	default: // one at a time is too many: begin as many in a second as were not refused
		p.most.set(1)
		p.rate.set(max(float64(max(p.begun, p.before)-1), 1))
	}
	p.slowed, p.grown = now, now
	p.peak, p.begun, p.before, p.second = 0, 0, 0, now
	return true
}

// grow adds a step after a file was stored. The lane wants streams in flight.
func (p *pace) grow(now time.Time, streams int) {
	if p.most.now == 0 {
		return
	}
	part := float64(min(now.Sub(p.grown).Abs(), doubling)) / float64(doubling)
	p.grown = now
	p.most.grow(part)
	if p.rate.grow(part); p.rate.now >= unlimited {
		p.rate.set(0)
	}
	if p.rate.now == 0 && p.most.now >= float64(streams) && now.Sub(p.slowed) >= doubling {
		p.most.set(0)
	}
}

// lift removes all limits.
func (p *pace) lift() { *p = pace{} }
