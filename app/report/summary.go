package report

import (
	"time"

	"github.com/artstore/ingester/core"
)

// Summary counts how the files of a call ended.
type Summary struct {
	Files, Stored, Failed, Skipped int
	Behind, Elsewhere              int // by earlier calls: for this server; by the profile's name for another
	Bytes                          int64
	Seconds                        float64
	ByReason                       map[string]int // what was not sent: stored before, or left out
	GaveUp                         *core.Error    // why the call did, nil if it did not
	Idle                           time.Duration  // how long nothing had gone forward then
	Left                           int            // left out, and not counted as failed
	Waiting                        int            // of failed: in the queue still, after the call gave up
	Differ                         int            // of what is stored, now or before, what is kept otherwise than asked
}

// Skip counts something that is not sent.
func (s *Summary) Skip(reason string) {
	if s.ByReason == nil {
		s.ByReason = map[string]int{}
	}
	s.ByReason[reason]++
}

// Wait is what the files of a call wait for, and of how many of them the server
// is asked then whether it has stored them.
type Wait struct {
	core.Wait
	Asked int
}
