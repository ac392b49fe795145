package auth

import (
	"time"

	"github.com/artstore/ingester/core"
)

// refreshBefore is how long before its expiry a token is replaced, so that none
// expires while a request with it is on its way.
const refreshBefore = 5 * time.Minute

// leastOutlived is the least age at which a refused token of unknown lifetime is
// assumed to have expired.
const leastOutlived = 30 * time.Second

// lease is a token and its lifetime, measured by two clocks: the wall clock jumps when
// someone sets it, and the monotonic clock stands still while the computer sleeps. A
// lease is over when either clock says so.
type lease struct {
	token    core.Token
	lifetime time.Duration
	wall     time.Time     // when it was received
	mono     time.Duration // when it was received
	untold   bool          // its lifetime is not known
}

func newLease(token core.Token, lifetime time.Duration, wall time.Time, mono time.Duration) *lease {
	wall = wall.Round(0) // without its monotonic reading
	token.Expiry, token.Life = wall.Add(lifetime), lifetime
	return &lease{token: token, lifetime: lifetime, wall: wall, mono: mono}
}

// left returns how long the token is still valid, 0 or less if it is not.
func (l *lease) left(wall time.Time, mono time.Duration) time.Duration {
	return l.lifetime - max(wall.Round(0).Sub(l.wall), mono-l.mono)
}

// due reports whether it is time for another token: five minutes before the expiry,
// or, if the lifetime is short (Keycloak's default is five minutes), after half of it.
func (l *lease) due(wall time.Time, mono time.Duration) bool {
	return l.left(wall, mono) <= min(refreshBefore, l.lifetime/2)
}
