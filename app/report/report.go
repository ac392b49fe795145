// Package report prints what happens to a command's files: as text for people, or as
// JSON with one object a line.
package report

import (
	"time"

	"github.com/artstore/ingester/core"
)

// Reporter says what happens to the transfers of a command. It is used by one
// goroutine at a time.
type Reporter interface {
	Scanned(core.ScanProgress)
	Begin(files int, bytes int64)
	Progress(core.Transfer)
	// Ended: differs is what the server keeps otherwise than asked of a stored file.
	Ended(t core.Transfer, differs []core.Difference, took time.Duration)
	// Kept: still in the queue when the command ends; halt says why, nil if it was
	// interrupted.
	Kept(t core.Transfer, halt *core.Error)
	// Skipped: stored by an earlier call. If it has an error, it could not be made
	// permanent.
	Skipped(t core.Transfer, differs []core.Difference)
	MadePermanent(core.Transfer) // stored by an earlier call, as a temporary file
	// Left: left out; fails: the command fails because of it.
	Left(s core.Skipped, fails bool)
	Waiting(Wait) // no file of the command can be sent until then
	Summary(Summary, *core.Error)
	Recovered(core.Recovery) // the queue was damaged
	Close()
}

// Config says how a command reports, and where.
type Config struct {
	JSON     bool
	Quiet    bool // errors only
	Out, Err *Output
	Show     *Paths       // how the user wrote the paths
	All      string       // the command that sends the files that earlier calls left in the queue
	Profile  core.Profile // whose servers are waited for
}

// New returns the reporter of one command. If standard error is a terminal, it shows a
// progress bar there.
func New(c Config) Reporter {
	var progress *bar // nil: none is shown
	if f := c.Err.Terminal(); f != nil && !c.Quiet {
		progress = newBar(f)
	}
	if c.JSON {
		return newJSONReporter(c.Out, c.Show, progress)
	}
	return &textReporter{out: c.Out, err: c.Err, quiet: c.Quiet, show: c.Show, bar: progress, all: c.All, servers: serversOf(c.Profile)}
}
