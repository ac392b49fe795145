package auth

import (
	"time"

	"github.com/artstore/ingester/core"
)

// refreshBefore is how long before its end a token is replaced, so that none
// ends while a request that carries it is on its way.
const refreshBefore = 5 * time.Minute

// leastOutlived is the least age at which a refused token of untold life is taken
// to have expired.
const leastOutlived = 30 * time.Second

// lease is a token and how long it is good for, measured by two clocks: the
// wall clock jumps when someone sets it, the monotonic one stands still while
// the computer sleeps. A lease is over when either says so.
type lease struct {
	token    core.Token
	lifetime time.Duration
	wall     time.Time     // when it was received
	mono     time.Duration // when it was received
	untold   bool          // nobody has said how long it lives
}

func newLease(token core.Token, lifetime time.Duration, wall time.Time, mono time.Duration) *lease {
	wall = wall.Round(0) // without its monotonic reading
	token.Expiry, token.Life = wall.Add(lifetime), lifetime
	return &lease{token: token, lifetime: lifetime, wall: wall, mono: mono}
}

// left is how long the token is still good, 0 or less once it is not.
func (l *lease) left(wall time.Time, mono time.Duration) time.Duration {
	return l.lifetime - max(wall.Round(0).Sub(l.wall), mono-l.mono)
}

// due reports whether it is time for another token: five minutes before the
// end, or for short lives (Keycloak's default is five minutes) at half of it.
func (l *lease) due(wall time.Time, mono time.Duration) bool {
	return l.left(wall, mono) <= min(refreshBefore, l.lifetime/2)
}
