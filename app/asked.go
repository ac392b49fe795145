package main

import (
	"strings"

	"github.com/artstore/ingester/core"
)

// askedNext is when a server is asked again, in JSON, for a file whose outcome a
// command could not find out.
const askedNext = "next run"

// outcome is why a file is not known to be stored, and that the server will be
// asked again for what it may have.
func outcome(t core.Transfer) string {
	if !t.Doubtful() {
		return cause(t.Error)
	}
	return strings.TrimSuffix(cause(t.Error), ".") + "; the next run asks the server again"
}

// inQueue is why a file that is in the queue is not stored, as far as is known.
func inQueue(t core.Transfer) string {
	if t.Doubtful() && t.State != core.StateUnknown {
		return "the server may have it, and is asked: " + cause(t.Error)
	}
	return cause(t.Error)
}
