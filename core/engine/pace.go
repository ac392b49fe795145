package engine

import "time"

// How a server that has too much to do is spared.
const (
	doubling  = 5 * time.Second // without a refusal, until twice as much is sent
	pause     = time.Second     // nothing begins after a refusal, at most
	slowest   = 1.0 / 30        // files a second, least
	unlimited = 100             // files a second: from here on they go as they come
)

// level is a limit that is halved, and grows again in equal steps, greater ones
// each time that it has doubled. 0 is no limit.
type level struct{ now, base float64 }

func (l *level) set(to float64) { l.now, l.base = to, to }

// grow adds what a part of the time makes in which it doubles.
func (l *level) grow(part float64) {
	l.now += l.base * part
	if l.now >= 2*l.base {
		l.base = l.now
	}
}

// pace is how quickly a lane may go after its server said that it has too much
// to do. Every such answer halves how many files are in flight, and, where even
// one at a time is too many, how many begin in a second. What was sent less is
// added again in equal steps, so that it takes five seconds to double, as long as
// files are stored and nothing is refused. It belongs to the journal.
type pace struct {
	most level // files in flight
	rate level // files begun in a second

	slowed time.Time // when it was last halved
	grown  time.Time
	next   time.Time // no file begins before

	peak          int       // files in flight at once since it was halved
	second        time.Time // when it began,
	begun, before int       // files begun in it and in the one before
}

// inFlight is how many files may be in flight of as many as the lane likes.
func (p *pace) inFlight(liked int) int {
	if p.most.now == 0 {
		return liked
	}
	return min(liked, int(p.most.now))
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

// slow halves after a refusal of a file that began at start, as one of streams
// at most. It reports whether it did: what began before it was last halved says
// nothing new.
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
	default: // one at a time is too many: as many as were not refused
		p.most.set(1)
		p.rate.set(max(float64(max(p.begun, p.before)-1), 1))
	}
	p.slowed, p.grown = now, now
	p.peak, p.begun, p.before, p.second = 0, 0, 0, now
	return true
}

// grow adds a step after a file was stored, of a lane that likes to have
// streams in flight.
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

// lift forgets all refusals.
func (p *pace) lift() { *p = pace{} }
