package diagnose

import (
	"context"
	"net/http"
	"time"
)

// maxSkew is how far the server's clock and ours may differ before tokens
// and certificates are misjudged. The header counts whole seconds.
const maxSkew = 60 * time.Second

// checkClock compares the server's Date header with our clock.
func (s *server) checkClock(ctx context.Context) verdict {
	r := s.request(ctx)
	theirs, err := http.ParseTime(r.header.Get("Date"))
	if err != nil {
		return verdict{detail: "the server does not tell its time"}
	}
	// The header has lost its fraction of a second: half of one on average.
	skew := (r.at.Sub(theirs) - time.Second/2).Round(time.Second)
	v := verdict{detail: "this computer's clock and the server's agree"}
	switch {
	case skew > time.Second:
		v.detail = "this computer's clock is " + skew.String() + " ahead of the server's"
	case skew < -time.Second:
		v.detail = "this computer's clock is " + (-skew).String() + " behind the server's"
	}
	if skew.Abs() > maxSkew {
		v.advice = clockAdvice
	}
	return v
}

const clockAdvice = "Set the clock of this computer by a time server; if it is right, tell the server's administrator. Tokens and certificates are taken for expired, or not yet valid, by a wrong clock."
