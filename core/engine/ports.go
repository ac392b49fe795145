package engine

import (
	"context"
	"time"

	"github.com/artstore/ingester/core"
)

// Store keeps the queue and the history. Every method returns only when what
// it did is durable.
type Store interface {
	// Unfinished returns every transfer that is still listed and not
	// stored, in queue order.
	Unfinished(ctx context.Context) ([]core.Transfer, error)
	// Commit applies a batch in one transaction: all of it or nothing.
	Commit(ctx context.Context, batch core.Batch) error
	// Known returns the transfers, of every destination, that have one of
	// the sources' paths with the same size and modification time, or
	// were sent from a copy, and that are not cancelled, newest first.
	Known(ctx context.Context, sources []core.Source) ([]core.Transfer, error)
	// Claimed returns which transfer of the history, of any profile, a
	// server's file ID belongs to.
	Claimed(ctx context.Context, server, fileID string) (owner core.TransferID, claimed bool, err error)
	// Transfers returns transfers by their IDs, stored ones too; those that
	// are not there are left out.
	Transfers(ctx context.Context, ids []core.TransferID) ([]core.Transfer, error)
	// Attempts returns the attempts of one transfer, oldest first.
	Attempts(ctx context.Context, id core.TransferID) ([]core.Attempt, error)
}

// Uploader makes one attempt of one transfer at a time; many attempts run at
// once.
type Uploader interface {
	// Upload sends the file, compares the server's checksum with its own
	// and returns the receipt. Errors are *core.Error.
	Upload(ctx context.Context, t core.Transfer, p core.Progress) (core.Receipt, error)
	// HonoursKey reports whether the server that takes t refuses duplicates
	// by Idempotency-Key, so that an unknown outcome may be sent again.
	HonoursKey(ctx context.Context, t core.Transfer) (bool, error)
	// Terminate takes back what the server has of a transfer that is not
	// wanted any more, by its Resume note. Errors are *core.Error.
	Terminate(ctx context.Context, t core.Transfer) error
	// RoundTrip is the round-trip time to the server, 0 while it is not
	// known: how many small files are in flight depends on it.
	RoundTrip() time.Duration
}

// Finder is an Uploader whose server may list its files.
type Finder interface {
	// Find reads the list once for all questions. An error, a *core.Error,
	// means that no server could be reached.
	Find(ctx context.Context, questions []core.Question) (core.Listing, error)
}

// Spooler keeps copies of files whose length only reading tells.
type Spooler interface {
	// Spool copies the file of src and returns src with the copy and its
	// size, durable. Errors are *core.Error.
	Spool(ctx context.Context, src core.Source) (core.Source, error)
	// Folder is where the copies are.
	Folder() string
	// Room reports, as a *core.Error with CodeDiskFull, that there is no room
	// for copies.
	Room() error
	// Drop deletes a copy that is not needed any more.
	Drop(snapshot string)
	// Sweep deletes all copies but those to keep: nothing is being copied.
	Sweep(keep []string)
}

// Endpoint is what the engine needs to know of a profile before it sends.
type Endpoint struct {
	core.Destination
	// Moves says that the server's address may be another one after each
	// start: its account, which no other server has, tells it from others.
	Moves   bool
	Streams int // files in flight, 0 where the engine chooses
	// Budget is how many bytes, of files of that size, may be in flight so that
	// each is sent before its token expires; nil for any number. It must
	// return at once.
	Budget func(size int64) int64
}

// Leads reports whether what was accepted for d goes to the endpoint.
func (e Endpoint) Leads(d core.Destination) bool {
	return e.Takes(d) || e.Moves && d.Account != "" && d.Account == e.Account
}

// Route is how transfers are led to their server.
type Route struct {
	Profile string
	Terms   string // of the caller that wants them sent, "" for the program's own
}

// Uploaders finds the endpoint and the uploader of a route. Neither goes to
// the network: an uploader connects and signs in when it is used. Errors are
// *core.Error, CodeProfileNotFound for a profile that is gone.
type Uploaders interface {
	Endpoint(ctx context.Context, by Route) (Endpoint, error)
	// Uploader returns an uploader that goes to the destination and nowhere
	// else, whatever becomes of the profile meanwhile: CodeOtherServer where
	// the profile leads elsewhere.
	Uploader(ctx context.Context, by Route, to core.Destination) (Uploader, error)
}

// Observer counts what happens, for the metrics.
type Observer interface {
	UploadStarted()
	// UploadFinished reports one attempt: its retention, its time, the
	// file's size in bytes, and its error (nil on success).
	UploadFinished(r core.Retention, took time.Duration, size int64, err error)
	BytesSent(n int64)
}
