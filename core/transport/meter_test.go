package transport

import (
	"testing"
	"time"
)

// clock is a clock that the test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time             { return c.at }
func (c *clock) pass(seconds time.Duration) { c.at = c.at.Add(seconds * time.Second) }

func none() int64 { return 0 }

// The rate is that of all bodies together.
func TestMeterSharesTheNetwork(t *testing.T) {
	c := &clock{time.Unix(1_000_000, 0)}
	m := NewMeter(c.now)
	if beside, alone := m.Takes(100); m.Rate() != 0 || beside != 0 || alone != 0 {
		t.Errorf("%v, %v, %v before anything was measured", m.Rate(), beside, alone)
	}
	first, second := m.Begin(none), m.Begin(none)
	c.pass(4) // 100 bytes a second, 200 each
	first.End(200)
	if m.Rate() != 100 {
		t.Errorf("%v", m.Rate())
	}
	c.pass(3) // 300 more, alone
	if beside, alone := m.Takes(300); beside != 6*time.Second || alone != 3*time.Second {
		t.Errorf("%v beside another, %v alone", beside, alone)
	}
	second.End(500)
	if m.Rate() != 100 {
		t.Errorf("%v", m.Rate())
	}
	c.pass(100)
	third := m.Begin(none) // nothing is sent meanwhile, which does not count as slow
	c.pass(1)
	third.End(300)
	if m.Rate() != 200 {
		t.Errorf("%v after one that was quicker", m.Rate())
	}
}

// Bodies without information don't count, and old measurements are forgotten.
func TestMeterForgets(t *testing.T) {
	c := &clock{time.Unix(1_000_000, 0)}
	m := NewMeter(c.now)
	cut := m.Begin(none)
	c.pass(10)
	cut.End(0)
	cut.End(1000)
	if m.Rate() != 0 {
		t.Errorf("%v after a body that was cut off", m.Rate())
	}
	p := m.Begin(none)
	c.pass(10)
	p.End(1000)
	if c.pass(599); m.Rate() != 100 {
		t.Errorf("%v", m.Rate())
	}
	if c.pass(2); m.Rate() != 0 {
		t.Errorf("%v after ten minutes", m.Rate())
	}
	if beside, alone := m.Takes(1 << 62); beside != 0 || alone != 0 {
		t.Errorf("%v, %v", beside, alone)
	}
}

// While the first body is under way, the part that can't be in this computer's buffers
// counts.
func TestMeterOfALongBody(t *testing.T) {
	c := &clock{time.Unix(1_000_000, 0)}
	m := NewMeter(c.now)
	sent := int64(buffered)
	p := m.Begin(func() int64 { return sent })
	if c.pass(10); m.Rate() != 0 {
		t.Errorf("%v of what may not have left", m.Rate())
	}
	sent += 40
	if c.pass(10); m.Rate() != 2 {
		t.Errorf("%v", m.Rate())
	}
	c.pass(10)
	p.End(30)
	if _, alone := m.Takes(1 << 60); m.Rate() != 1 || alone != longest {
		t.Errorf("%v, %v", m.Rate(), alone)
	}
}
