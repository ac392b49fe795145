package core

import (
	"context"
	"time"
)

// Snapshot is the whole visible state at one moment.
type Snapshot struct {
	Transfers []Transfer // in queue order
	Paused    bool       // the user paused everything
	Halt      *Error     // why nothing is sent until someone acts; nil while all is well
	Halts     []Halt     // the same for each profile, Halt's first; other processes are not told
	Waits     []Wait     // what the engine waits for, oldest first
}

// Update is what changed since the last one: the newest full value of every
// transfer that changed, never a difference.
type Update struct {
	Changed []Transfer
	Removed []TransferID // no longer in the list (history keeps what was stored)
	Paused  bool
	Halt    *Error
	Halts   []Halt
	Waits   []Wait
}

// Halt is why the transfers of a profile are not sent until someone acts.
type Halt struct {
	Profile string    // "" for those of all profiles
	Until   time.Time // when it ends by itself, zero for never
	Reason  *Error
}

// Wait is why some transfers are not sent for a while, although nobody has to act:
// a server can't be reached, or a share is away.
type Wait struct {
	Profile string    // the transfers' profile, "" for those of all profiles
	Path    string    // the folder below which files can't be read, "" if the wait is for the server
	Since   time.Time // when it began
	Until   time.Time // when the next attempt is made; in the past while it is being made
	Reason  *Error
}

// Feed hands out what changed. It never blocks a worker, never loses a final
// state, and holds at most one value for each transfer.
type Feed interface {
	// Next waits until something has changed and returns it. It returns
	// ctx's error when that ends first, and io.EOF once the engine has
	// ended and everything has been handed out.
	Next(ctx context.Context) (Update, error)
	// Close ends the subscription.
	Close()
}
