package engine

import (
	"slices"

	"github.com/artstore/ingester/core"
)

// wake stages that what waits because the server was away goes on: it is back.
func (e *Engine) wake(x *tx, l *lane) {
	for _, d := range slices.Concat(e.waiting, e.asks) {
		if d.it.leaves || x.crew(d.it) == nil || x.state(d.it) != core.StateWaiting || !isOutage(d.it.late().err) {
			continue
		}
		if t := x.get(d.it); x.wayOf(d.it) == l.way && t.NotBefore.Equal(d.at) {
			t.State = core.StateQueued
			_ = x.put(d.it, t) // logged
		}
	}
}

// isOutage reports whether a failure is for want of a server rather than of
// what was sent to it.
func isOutage(err *core.Error) bool {
	return err != nil && (err.Kind == core.KindNetwork || err.Code == core.CodeServerFailure || err.Code == core.CodeServerBusy && err.RetryAfter == 0)
}
