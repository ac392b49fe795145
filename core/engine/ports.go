package engine

import (
	"context"
	"time"

	"github.com/artstore/ingester/core"
)

// Store keeps the queue and the history. Every method returns only when what
// it did is durable.
type Store interface {
	// Unfinished returns every transfer that is listed and not in the history, in
	// queue order.
	Unfinished(ctx context.Context) ([]core.Transfer, error)
	// Commit applies a batch in one transaction: all of it or nothing.
	Commit(ctx context.Context, batch core.Batch) error
	// Known returns the transfers, of every destination, that have the path
	// of one of the sources and also its size and modification time, or were
	// sent from a copy. Cancelled ones are left out, and those that were taken as
	// arrived; the newest come first.
	Known(ctx context.Context, sources []core.Source) ([]core.Transfer, error)
	// Claimed returns the transfer of the history, of any profile, to which a
	// server's file ID belongs.
	Claimed(ctx context.Context, server, fileID string) (owner core.TransferID, claimed bool, err error)
	// Transfers returns transfers by their IDs, stored ones too; missing ones
	// are left out.
	Transfers(ctx context.Context, ids []core.TransferID) ([]core.Transfer, error)
	// Attempts returns the attempts of one transfer, oldest first.
	Attempts(ctx context.Context, id core.TransferID) ([]core.Attempt, error)
}

// Uploader sends files to one server. Each Upload is one attempt of one transfer;
// many run at once.
type Uploader interface {
	// Upload sends the file, compares the server's checksum with its own
	// and returns the receipt. Errors are *core.Error.
	Upload(ctx context.Context, t core.Transfer, p core.Progress) (core.Receipt, error)
	// HonoursKey reports whether the server that takes t refuses duplicates by
	// Idempotency-Key, so that a file of unknown outcome may be sent again.
	HonoursKey(ctx context.Context, t core.Transfer) (bool, error)
	// Terminate deletes from the server what it has, by t's Resume note, of a
	// transfer that is not wanted any more. Errors are *core.Error.
	Terminate(ctx context.Context, t core.Transfer) error
	// RoundTrip is the round-trip time to the server, 0 while it is unknown.
	// The number of small files in flight depends on it.
	RoundTrip() time.Duration
}

// Finder is an Uploader whose server may list its files.
type Finder interface {
	// Find reads the list once for all questions. An error is a *core.Error
	// and means that no server could be asked.
	Find(ctx context.Context, questions []core.Question) (core.Listing, error)
}

// Spooler keeps copies of files whose length is known only by reading them.
type Spooler interface {
	// Spool makes a durable copy of src's file and returns src with the copy
	// and its size. Errors are *core.Error.
	Spool(ctx context.Context, src core.Source) (core.Source, error)
	// Folder is where the copies are.
	Folder() string
	// Room returns a *core.Error with CodeDiskFull if there is no room for
	// copies.
	Room() error
	// Drop deletes a copy that is not needed any more.
	Drop(path string)
	// Sweep deletes all copies but those to keep. It is called while nothing
	// is being copied.
	Sweep(keep []string)
}

// Endpoint is what the engine needs to know of a profile before it sends.
type Endpoint struct {
	core.Destination
	// Moves says that the server may have another address after each start.
	// It is recognised by its account, which no other server has.
	Moves   bool
	Streams int // files in flight, 0 where the engine chooses
	// Budget returns how many bytes, in files of that size, may be in flight so
	// that each file arrives before its token expires; nil for any number. It
	// must return at once.
	Budget func(size int64) int64
}

// Leads reports whether the endpoint is the destination d.
func (e Endpoint) Leads(d core.Destination) bool {
	return e.Takes(d) || e.Moves && d.Account != "" && d.Account == e.Account
}

// Route names the settings by which transfers reach their server.
type Route struct {
	Profile string
	Terms   string // terms of the caller that wants them sent, "" for the program's own
}

// Uploaders finds the endpoint and the uploader of a route without using the
// network: an uploader connects and signs in when it is used. Errors are
// *core.Error, CodeProfileNotFound for a profile that is gone.
type Uploaders interface {
	Endpoint(ctx context.Context, by Route) (Endpoint, error)
	// Uploader returns an uploader that sends to this destination only, even
	// if the profile is changed later. The error is CodeOtherServer if the
	// profile leads elsewhere.
	Uploader(ctx context.Context, by Route, to core.Destination) (Uploader, error)
}

// Observer counts what happens, for the metrics.
type Observer interface {
	UploadStarted()
	// UploadFinished reports one attempt: the file's retention, how long it
	// took, the file's size in bytes, and the error (nil on success).
	UploadFinished(r core.Retention, took time.Duration, size int64, err error)
	BytesSent(n int64)
	// FileEnded reports that a transfer came to an end: a state for which
	// core.State.Done is true.
	FileEnded(as core.State)
}
