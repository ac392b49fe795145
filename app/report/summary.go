package report

import (
	"time"

	"github.com/artstore/ingester/core"
)

// Summary counts how the files of a call ended.
type Summary struct {
	Files, Stored, Failed, Skipped int
	Behind, Elsewhere              int // files that earlier calls left: for this server; for another one
	Bytes                          int64
	Seconds                        float64
	ByReason                       map[string]int // what was not sent: stored by earlier calls, or left out
	GaveUp                         *core.Error    // why the call gave up, nil if it did not
	Idle                           time.Duration  // how long there had been no progress then
	Left                           int            // left out, and not counted as failed
	Waiting                        int            // of failed: still in the queue, after the call gave up
	Differ                         int            // of all that are stored: kept otherwise than asked
}

// Skip counts something that is not sent.
func (s *Summary) Skip(reason string) {
	if s.ByReason == nil {
		s.ByReason = map[string]int{}
	}
	s.ByReason[reason]++
}

// Wait is what the files of a call wait for. Asked is about how many of them the server
// is asked then, whether it has stored them.
type Wait struct {
	core.Wait
	Asked int
}
