package engine

import (
	"slices"

	"github.com/artstore/ingester/core"
)

// wake stages that transfers which waited for the server go on, as it is back.
func (e *Engine) wake(x *tx, l *lane) {
	for _, d := range slices.Concat(e.waiting, e.asks) {
		if d.it.removing || x.callers(d.it) == nil || x.state(d.it) != core.StateWaiting || !isOutage(d.it.details().err) {
			continue
		}
		if t := x.get(d.it); x.laneKeyOf(d.it) == l.laneKey && t.NotBefore.Equal(d.at) {
			t.State = core.StateQueued
			_ = x.put(d.it, t) // logged
		}
	}
}

// isOutage reports whether an attempt failed because the server was unavailable,
// and not because of what was sent.
func isOutage(err *core.Error) bool {
	return err != nil && (err.Kind == core.KindNetwork || err.Code == core.CodeServerFailure || err.Code == core.CodeServerBusy && err.RetryAfter == 0)
}
