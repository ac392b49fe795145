package diagnose

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// maxSkew is how far the server's clock and ours may differ before tokens and
// certificates are misjudged. The header has whole seconds.
const maxSkew = 60 * time.Second

// checkClock compares the server's Date header with our clock.
func (s *server) checkClock(ctx context.Context) verdict {
	r := s.request(ctx)
	theirs, err := http.ParseTime(r.header.Get("Date"))
	if err != nil {
		return verdict{found: say("clock.untold", nil)}
	}
	// The header lacks the fraction of a second, half a second on average.
	skew := (r.at.Sub(theirs) - time.Second/2).Round(time.Second)
	v := verdict{found: say("clock.agree", nil)}
	switch {
	case skew > time.Second:
		v.found = say("clock.ahead", with{"Skew": skew})
	case skew < -time.Second:
		v.found = say("clock.behind", with{"Skew": -skew})
	}
	s.test.clocks = append(s.test.clocks, skew)
	if skew.Abs() > maxSkew {
		v.todo = say("clock.set", nil)
		s.test.advised(v.todo)
	}
	return v
}

// clocks is by how much this computer's clock is ahead of each server's.
type clocks []time.Duration

// wrong reports whether this computer's clock differs from a server's.
func (c clocks) wrong() bool {
	return slices.ContainsFunc(c, func(d time.Duration) bool { return d.Abs() > maxSkew })
}

// apart returns by how much the servers' clocks differ from each other.
func (c clocks) apart() time.Duration {
	if len(c) == 0 {
		return 0
	}
	return slices.Max(c) - slices.Min(c)
}
