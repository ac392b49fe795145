package auth

import (
	"context"
	"time"
)

// quiet is the least time between the beginnings of two token requests.
const quiet = 10 * time.Second

// pace is the rhythm of the token requests. Whatever asks for one, a token's
// age, a server that rejected it or the failure of the last request, at most
// one begins in 10 s: tokens that live for a second or that no server takes
// must not make a request for every upload.
type pace struct {
	// until is the monotonic time before which no request begins.
	until time.Duration
	// refusal is what the last request was refused with. Until then it is
	// the answer to everyone.
	refusal error
}

// begin notes that a request goes out now.
func (p *pace) begin(now time.Duration) { *p = pace{until: now + quiet} }

// refused notes that the server said no. That counts from now on, so that a
// server that thinks for long isn't asked again by whoever comes next.
func (p *pace) refused(now time.Duration, refusal error) {
	*p = pace{until: now + quiet, refusal: refusal}
}

// wait is how long it is until a request may begin, 0 or less for at once.
func (p *pace) wait(now time.Duration) time.Duration { return p.until - now }

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
