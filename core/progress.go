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
	// the next attempt finds it as Transfer.Resume and resumes from there, even
	// after a crash. Only the uploader understands it; "" means that there is
	// nothing to resume.
	Resumable(ctx context.Context, note string) error
	// Resumed tells, before the first Sent, how many content bytes the server
	// says that it has from earlier attempts. Sent counts on from there. Only
	// Resumed shows that bytes which were sent have arrived.
	Resumed(bytes int64)
}

// FinishThreshold is the size in bytes above which an uploader calls
// Progress.Finishing. A smaller attempt that a crash interrupts counts as
// possibly complete.
const FinishThreshold = 1 << 20

// LongRoundTrip is the round-trip time above which uploads wait for the network
// more than for the processor. More of them are then under way at once, and large
// files are sent in parts.
const LongRoundTrip = 5 * time.Millisecond

// Token is an access token as the upload needs it.
type Token struct {
	Value    Secret
	Type     string        // "Bearer"
	Expiry   time.Time     // wall clock
	Life     time.Duration // its lifetime when it was received
	Admin    bool          // its role has all permissions
	Verified bool          // signature checked against the server's keys
	Keyless  bool          // it can't be verified: the server publishes no keys
	Opaque   bool          // not a JWT: nothing could be verified
	Subject  string
	Scopes   []string
}
