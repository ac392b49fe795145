package engine

import "time"

// How a server that has too much to do is spared.
const (
	doubling  = 5 * time.Second // without a refusal, until twice as much is sent
	pause     = time.Second     // nothing begins after a refusal, at most
	slowest   = 1.0 / 30        // files a second, least
	unlimited = 100             // files a second: from here on they go as they come
)

// pace is how quickly a lane may go after its server said that it has too much
// to do. Every such answer halves how many files are in flight, and, where even
// one at a time is too many, how many begin in a second. What was sent less is
// added again in equal steps, so that it takes five seconds to double, as long as
// files are stored and nothing is refused. It belongs to the journal.
type pace struct {
	most float64 // files in flight, 0: as many as the lane likes
	rate float64 // files begun in a second, 0: as they come
	base float64 // what most or rate was when it was halved, or had last doubled

	slowed time.Time // when it was last halved
	grown  time.Time
	next   time.Time // no file begins before

	peak          int       // files in flight at once since it was halved
	second        time.Time // when it began,
	begun, before int       // files begun in it and in the one before
}

// inFlight is how many files may be in flight of as many as the lane likes.
func (p *pace) inFlight(liked int) int {
	if p.most == 0 {
		return liked
	}
	return min(liked, int(p.most))
}

// ready reports whether another file may begin now.
func (p *pace) ready(now time.Time) bool { return p.rate == 0 || !p.next.After(now) }

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
	if p.rate > 0 {
		p.next = now.Add(time.Duration(float64(time.Second) / p.rate))
	}
}

// slow halves after a refusal of a file that began at start, as one of streams
// at most. It reports whether it did: what began before it was last halved says
// nothing new.
func (p *pace) slow(start, now time.Time, streams int) bool {
	if !start.After(p.slowed) {
		return false
	}
	switch {
	case p.rate > 0:
		p.rate = max(p.rate/2, slowest)
		p.base = p.rate
	case p.most == 0 || p.most >= 2:
		among := float64(min(p.peak, streams))
		if p.most > 0 {
			among = min(among, p.most)
		}
		p.most = max(among/2, 1)
		p.base = p.most
	default: // one at a time is too many: as many as were not refused
		p.most, p.rate = 1, max(float64(max(p.begun, p.before)-1), 1)
		p.base = p.rate
	}
	p.slowed, p.grown = now, now
	p.peak, p.begun, p.before, p.second = 0, 0, 0, now
	return true
}

// grow adds a step after a file was stored, of a lane that likes to have
// streams in flight.
func (p *pace) grow(now time.Time, streams int) {
	if p.most == 0 {
		return
	}
	step := p.base * float64(min(now.Sub(p.grown).Abs(), doubling)) / float64(doubling)
	p.grown = now
	growing := &p.most
	if p.rate > 0 {
		growing = &p.rate
	}
	*growing += step
	if *growing >= 2*p.base {
		p.base = *growing
	}
	switch {
	case p.rate >= unlimited:
		p.rate, p.base = 0, p.most
	case p.rate == 0 && p.most >= float64(streams) && now.Sub(p.slowed) >= doubling:
		p.most = 0
	}
}

// lift forgets all refusals.
func (p *pace) lift() { *p = pace{} }
