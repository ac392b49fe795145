package engine

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var midnight = time.Unix(1_700_000_000, 0)

// drive makes n files begin at the same moment.
func drive(p *pace, at time.Time, n int) {
	for i := range n {
		p.begin(at, i+1)
	}
}

// Every refusal that is news halves a limit; one of an attempt that began before
// the last halving is not.
func TestPaceHalves(t *testing.T) {
	p, now := &pace{}, midnight
	if got := p.inFlight(32); got != 32 {
		t.Fatalf("%d in flight before anything was refused", got)
	}
	for _, want := range []int{16, 8, 4, 2, 1} {
		start := now.Add(time.Millisecond)
		drive(p, start, p.inFlight(32))
		now = now.Add(time.Second)
		if !p.slow(start, now, 32) || p.slow(start, now, 32) {
			t.Errorf("the first of a burst counts, and no other")
		}
		if got := p.inFlight(32); got != want {
			t.Errorf("%d in flight, want %d", got, want)
		}
	}
	for range 4 { // four begin, and one of them is refused
		p.begin(now.Add(time.Millisecond), 1)
	}
	p.slow(now.Add(time.Millisecond), now.Add(2*time.Millisecond), 32)
	if p.rate.now != 3 || p.inFlight(32) != 1 {
		t.Errorf("%v a second, %d in flight; want the 3 of 4 that were not refused", p.rate.now, p.inFlight(32))
	}
	for range 100 {
		now = now.Add(time.Minute)
		p.slow(now, now.Add(time.Second), 32)
	}
	if p.rate.now != slowest {
		t.Errorf("%v a second", p.rate.now)
	}
}

// What was actually in flight is halved, not the limit.
func TestPaceHalvesWhatWasInFlight(t *testing.T) {
	p := &pace{}
	drive(p, midnight, 6)
	p.slow(midnight, midnight.Add(time.Second), 32)
	if got := p.inFlight(32); got != 3 {
		t.Errorf("%d", got)
	}
}

// A limit doubles in five seconds, and a minute or two after many refusals there
// is none any more.
func TestPaceGrows(t *testing.T) {
	p := &pace{}
	drive(p, midnight, 32)
	p.slow(midnight, midnight.Add(1), 32)
	now := midnight.Add(1)
	for _, want := range []int{19, 22, 25, 28, 31, 32, 32} {
		now = now.Add(time.Second)
		p.grow(now, 32)
		if got := p.inFlight(32); got != want {
			t.Errorf("%d in flight after %v, want %d", got, now.Sub(midnight), want)
		}
	}
	if p.most.now != 0 {
		t.Error("a limit that has grown to what the lane wants is not removed")
	}
	for range 40 {
		now = now.Add(time.Minute)
		p.slow(now, now.Add(time.Second), 32)
	}
	from := now
	for ; p.most.now > 0; now = now.Add(time.Second) {
		p.grow(now, 32)
		if now.Sub(from) > 5*time.Minute {
			t.Fatalf("%v a second, %v in flight after five minutes without a refusal", p.rate.now, p.most.now)
		}
	}
}

// Whatever a server answers, and whenever: at least one file may be in flight, at
// most as many as the lane wants; the rate has a least value; limits grow no
// faster than doubling in five seconds; and time without refusals removes them.
func TestPaceHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, now := &pace{}, midnight
		streams := rapid.IntRange(1, 100).Draw(t, "streams")
		for range rapid.IntRange(0, 200).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "ms")) * time.Millisecond)
			most, rate := p.most.now, p.rate.now
			switch rapid.IntRange(0, 2).Draw(t, "event") {
			case 0:
				p.begin(now, rapid.IntRange(1, p.inFlight(streams)).Draw(t, "in flight"))
			case 1:
				p.slow(now.Add(-time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms ago"))*time.Millisecond), now, streams)
				if most > 0 && p.most.now > most || rate > 0 && p.rate.now > rate {
					t.Fatalf("a refusal made it quicker: %+v", p)
				}
			default:
				p.grow(now, streams)
				if p.most.now > 2*max(most, 1) || rate > 0 && p.rate.now > 2*rate {
					t.Fatalf("it more than doubled at once: %+v", p)
				}
			}
			if n := p.inFlight(streams); n < 1 || n > streams {
				t.Fatalf("%d in flight of %d", n, streams)
			}
			if p.rate.now != 0 && (p.rate.now < slowest || p.most.now == 0) {
				t.Fatalf("%+v", p)
			}
		}
		for range 300 {
			now = now.Add(time.Second)
			p.grow(now, streams)
		}
		if p.most.now != 0 || !p.ready(now) {
			t.Fatalf("five minutes without a refusal leave %+v", p)
		}
	})
}
