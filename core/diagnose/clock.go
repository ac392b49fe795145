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
	skew := r.at.Sub(theirs)
	if skew > 0 { // the header's fraction of a second is cut off
		skew = max(0, skew-time.Second)
	}
	skew = skew.Round(time.Second)
	switch {
	case skew > maxSkew:
		return verdict{detail: "this computer's clock is " + skew.String() + " ahead of the server's", advice: clockAdvice}
	case skew < -maxSkew:
		return verdict{detail: "this computer's clock is " + (-skew).String() + " behind the server's", advice: clockAdvice}
	case skew == 0:
		return verdict{detail: "this computer's clock and the server's agree"}
	}
	return verdict{detail: "this computer's clock and the server's differ by " + skew.Abs().String()}
}

const clockAdvice = "Set the clock of this computer by a time server; if it is right, tell the server's administrator. Tokens and certificates are taken for expired, or not yet valid, by a wrong clock."
