// Package control lets other processes of the same user work with the queue of the
// process that owns it.
//
// The owner listens on a local socket: a Unix socket in a folder that only its user can
// enter, or on Windows a named pipe that only its user can open and that accepts no
// connections from the network. Each side checks the user of the other's process before
// it sends anything. The protocol is HTTP with JSON, one value on each line. No TCP port
// is opened, so no browser can reach it.
//
// A caller attaches with its terms: a profile as changed by its command line, and the
// secrets that it was given. The owner keeps them in memory only, and only while the
// caller is there. The answer to that request lasts as long as the call: when it breaks
// off, one of the two is gone.
package control

import (
	"context"

	"github.com/artstore/ingester/core"
)

// Version is the version of the protocol. Any other is refused with a message.
const Version = 1

// Queue is the queue as a whole.
type Queue interface {
	// Transfers returns what is listed now.
	Transfers(ctx context.Context) (core.Snapshot, error)
	Retry(ctx context.Context, ids ...core.TransferID) error
	Cancel(ctx context.Context, ids ...core.TransferID) error
	Remove(ctx context.Context, ids ...core.TransferID) error
	Take(ctx context.Context, ids ...core.TransferID) error
	PauseAll(ctx context.Context) error
	PauseAllAfter(ctx context.Context) error
	ResumeAll(ctx context.Context) error
}

// Call is the queue as one caller uses it: see engine.Call.
type Call interface {
	Subscribe() (core.Snapshot, core.Feed)
	Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error)
	Adopt(ctx context.Context, ids []core.TransferID) ([]core.Transfer, error)
	Continue(ctx context.Context, profile string) ([]core.TransferID, error)
	Left(ctx context.Context, profile string) (here, elsewhere int, err error)
	Resume(ctx context.Context, ids ...core.TransferID) error
	Retry(ctx context.Context, ids ...core.TransferID) error
	Ask(ctx context.Context, ids ...core.TransferID) error
	Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error
	// Stop ends the call and what only it wanted sent.
	Stop(ctx context.Context) error
	// Leave ends the call.
	Leave(ctx context.Context) error
}

// Terms holds the settings and secrets by which a caller's transfers are sent.
type Terms struct {
	Profile    core.Profile
	Secret     core.Secret // client secret, zero for the one in the keychain
	Passphrase core.Secret // the key's passphrase, zero for the one in the keychain
	Proxy      Proxy
}

// Proxy holds the proxy settings of a caller's environment, as in HTTP_PROXY,
// HTTPS_PROXY and NO_PROXY. An address may contain a password.
type Proxy struct {
	HTTP, HTTPS, No string
	CGI             bool // runs under CGI, where HTTP_PROXY may come from a client's header
}

// Owner is the process that owns the queue.
type Owner interface {
	Queue
	// Attach admits a caller.
	Attach(ctx context.Context, terms Terms) (Attached, error)
	// Transfer finds a transfer by its ID, in the list or in the history.
	Transfer(ctx context.Context, id core.TransferID) (core.Transfer, error)
	// Open takes the files that a second start of the window was given, and raises
	// the window.
	Open(paths []string) error
	// HandOver gives the queue to a window that starts. It returns at once.
	HandOver() error
}

// Attached is a caller's call on the owner's side.
type Attached interface {
	Call
	// Idle reports whether none of its transfers will go on by itself.
	Idle() bool
}

// Kind is what kind of process owns the queue.
type Kind string

// The kinds.
const (
	Window  Kind = "window"
	Command Kind = "command"
)

// Hello is an owner's description of itself.
type Hello struct {
	Protocol int    `json:"protocol"`
	Program  string `json:"program"` // its version
	Kind     Kind   `json:"kind"`
	Process  int    `json:"process"`
	Busy     bool   `json:"busy"` // it is starting or ending and takes no callers now
}
