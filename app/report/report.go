// Package report says on the terminal what becomes of a command's files: as text
// for people, or as JSON with one object a line.
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
	// Ended: differs is what of a stored file is kept otherwise than asked.
	Ended(t core.Transfer, differs []core.Difference, took time.Duration)
	// Kept: still in the queue although the command ends; halt says why,
	// nil when it was interrupted.
	Kept(t core.Transfer, halt *core.Error)
	// Skipped: stored before. Its error is why it could not be made permanent,
	// where that was tried.
	Skipped(t core.Transfer, differs []core.Difference)
	MadePermanent(core.Transfer) // stored before, as a temporary file
	// Left: left out; fails says that the command fails because of it.
	Left(s core.Skipped, fails bool)
	Waiting(Wait) // for what no file of the command can go on
	Summary(Summary, *core.Error)
	Recovered(core.Recovery) // the queue was damaged
	Close()
}

// Config says how a command reports, and where.
type Config struct {
	JSON     bool
	Quiet    bool // errors only
	Out, Err *Output
	Show     *Paths       // as the user wrote them
	All      string       // the command that sends what earlier calls left
	Profile  core.Profile // whose servers are waited for
}

// New returns the reporter of one command. Where standard error is a terminal it
// shows a progress bar there.
func New(c Config) Reporter {
	var progress *bar // nil: nobody can see it
	if f := c.Err.Terminal(); f != nil && !c.Quiet {
		progress = newBar(f)
	}
	if c.JSON {
		return newJSONReporter(c.Out, c.Show, progress)
	}
	return &textReporter{out: c.Out, err: c.Err, quiet: c.Quiet, show: c.Show, bar: progress, all: c.All, servers: serversOf(c.Profile)}
}
