package main

import (
	"time"

	"github.com/artstore/ingester/core"
)

// reporter says what happens to the transfers of a command. It is used by one
// goroutine at a time.
type reporter interface {
	scanned(core.ScanProgress)
	begin(files int, bytes int64)
	progress(core.Transfer)
	// ended: differs is what of a stored file is kept otherwise than asked.
	ended(t core.Transfer, differs []core.Difference, took time.Duration)
	// kept: still in the queue although the command ends; halt says why,
	// nil when it was interrupted.
	kept(t core.Transfer, halt *core.Error)
	// skipped: stored before. Its error is why it could not be made permanent,
	// where that was tried.
	skipped(t core.Transfer, differs []core.Difference)
	madePermanent(core.Transfer) // stored before, as a temporary file
	// left: left out; fails says that the command fails because of it.
	left(s core.Skipped, fails bool)
	waiting(news) // for what no file of the command can go on
	summary(summary, *core.Error)
	recovered(core.Recovery) // the queue was damaged
	close()
}

func (u *uploadCommand) reporter(paths []string) reporter {
	u.show = newPaths(paths)
	switch {
	case u.asJSON:
		return newJSONReporter(u.streams.out, u.show, u.bar())
	default:
		return &textReporter{out: u.streams.out, err: u.streams.err, quiet: u.quiet, show: u.show, bar: u.bar(), all: u.target.uploadAll(), servers: &u.servers}
	}
}

// bar is a progress bar where somebody can see it.
func (u *uploadCommand) bar() *bar {
	f := u.streams.err.terminal()
	if u.quiet || f == nil {
		return nil
	}
	return newBar(f)
}

func cause(e *core.Error) string {
	if e == nil {
		return "cancelled"
	}
	return printable(e.Error())
}

func fileID(t core.Transfer) string {
	if t.Receipt == nil {
		return "unknown"
	}
	return t.Receipt.FileID
}
