package retry

import "time"

// The times of the policy.
const (
	backoffBase = time.Second      // largest wait before the first repetition, doubled for each further one
	backoffCap  = 30 * time.Second // largest wait within a round

	hourly      = time.Hour // wait between rounds, from the fifth on
	roundSpread = 0.2       // ± of the waits between rounds

	retryAfterSpread = 0.1            // + of what the server asks for
	maxRetryAfter    = 24 * time.Hour // more counts as this much
)

// backoff returns the wait before repetition n (1…) of a round: uniform between 0 and a
// bound that doubles ("full jitter"), so that clients that failed together don't come back
// together.
func backoff(n int, random func() float64) time.Duration {
	bound := backoffCap
	if shift := max(n, 1) - 1; shift < 6 { // 1 s << 5 is over the cap already
		bound = min(backoffBase<<shift, backoffCap)
	}
	return time.Duration(random() * float64(bound))
}

// between returns the wait between round n (0…) and the next one.
func between(n int, random func() float64) time.Duration {
	delays := [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, hourly}
	return spread(delays[min(n, len(delays)-1)], random)
}

// spread changes d by up to ±20 %.
func spread(d time.Duration, random func() float64) time.Duration {
	return time.Duration(float64(d) * (1 + roundSpread*(2*random()-1)))
}

// asked returns the wait that a server's Retry-After asks for, a little longer so that not
// all clients come back in the same second; 0 without one.
func asked(after time.Duration, random func() float64) time.Duration {
	if after <= 0 {
		return 0
	}
	return time.Duration(float64(min(after, maxRetryAfter)) * (1 + retryAfterSpread*random()))
}

// atLeast returns the wait that the server asks for, or fallback if it doesn't say.
func atLeast(after, fallback time.Duration, random func() float64) time.Duration {
	if d := asked(after, random); d > 0 {
		return d
	}
	return asked(fallback, random)
}
