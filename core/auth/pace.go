package auth

import (
	"time"
)

// quiet is the least time between the starts of two token requests.
const quiet = 10 * time.Second

// pace limits the token requests. Whatever the reason for one, a token's age, a server
// that rejected it or the failure of the last request, at most one begins in 10 s.
// Otherwise tokens that live for a second, or that no server accepts, would cause a
// request for every upload.
type pace struct {
	// until is the monotonic time before which no request begins.
	until time.Duration
	// refusal is the error with which the last request was refused. Until then
	// every caller gets it.
	refusal error
}

// begin notes that a request is sent now.
func (p *pace) begin(now time.Duration) { *p = pace{until: now + quiet} }

// refused notes that the server refused. The time counts from now on, so that a server
// that takes long to answer isn't asked again by the next caller at once.
func (p *pace) refused(now time.Duration, refusal error) {
	*p = pace{until: now + quiet, refusal: refusal}
}

// wait returns how long it takes until a request may begin, 0 or less for now.
func (p *pace) wait(now time.Duration) time.Duration { return p.until - now }
