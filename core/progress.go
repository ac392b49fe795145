package core

import (
	"context"
	"time"
)

// Progress takes what an upload reports while it runs. Implementations must
// return quickly and be safe for one caller at a time.
type Progress interface {
	// Sent says how many content bytes of this attempt have been handed to
	// the connection. It grows from 0 to the size and never falls.
	Sent(bytes int64)
	// Finishing is called once, before the last bytes of a body are
	// released to the connection, for files over FinishThreshold. The
	// upload goes on when it returns nil: until then the server can't
	// have the whole file.
	Finishing(ctx context.Context) error
	// Resumable keeps note with the transfer and returns once it is durable:
	// the next attempt finds it as Transfer.Resume and goes on from there,
	// also after a crash. Only its uploader understands it; "" means that
	// nothing is left to go on from.
	Resumable(ctx context.Context, note string) error
	// Resumed says, before the first Sent, how many content bytes the
	// server says that it has from earlier attempts. Sent counts on from
	// there; what was sent has arrived only once this says so.
	Resumed(bytes int64)
}

// FinishThreshold is the size in bytes above which an uploader calls
// Progress.Finishing. A smaller attempt that a crash interrupts counts as
// possibly complete.
const FinishThreshold = 1 << 20

// LongLine is the round-trip time above which uploads wait for the line more
// than for the processor: then more of them are under way at once, and large
// ones in parts.
const LongLine = 5 * time.Millisecond

// Token is an access token as the upload needs it.
type Token struct {
	Value    Secret
	Type     string        // "Bearer"
	Expiry   time.Time     // wall clock
	Life     time.Duration // how long it was good when it was received
	Admin    bool          // its role may do everything
	Verified bool          // signature checked against the server's keys
	Keyless  bool          // nothing to verify it by: the server publishes no keys
	Opaque   bool          // not a JWT: nothing could be verified
	Subject  string
	Scopes   []string
}
