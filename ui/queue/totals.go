package queue

import (
	"time"

	"github.com/artstore/ingester/core"
)

// Totals are the figures of the status bar.
type Totals struct {
	Files, Stored, Failed, Unknown, Active, Waiting, Queued, Paused int
	Held                                                            int   // wait until their profile leads to their server again
	Differing                                                       int   // stored otherwise than asked; part of Stored
	Taken                                                           int   // taken as arrived by the user
	Bytes, Done                                                     int64 // of all files that are not cancelled
	Remaining                                                       int64 // of all files that are under way
	Rate                                                            float64
	Left                                                            time.Duration // 0 if unknown
	Estimating                                                      bool          // Left will be known soon
	Stopping                                                        Cost          // of everything that is under way
}

// Unfinished reports whether anything goes on by itself.
func (s *Totals) Unfinished() bool { return s.Active+s.Waiting+s.Queued > 0 }

// count adds a row to the totals (sign 1) or subtracts it (-1).
func (s *Totals) count(r *Row, sign int) {
	if r.State() == core.StateCancelled {
		return
	}
	n := int64(sign)
	s.Files += sign
	s.Bytes += n * r.Size
	s.Stopping.count(r, sign)
	remaining := false
	switch r.State() {
	case core.StateStored:
		s.Stored += sign
		if r.differs() {
			s.Differing += sign
		}
		s.Done += n * r.Size
	case core.StateTaken:
		s.Taken += sign
	case core.StateFailed:
		s.Failed += sign
	case core.StateUnknown:
		s.Unknown += sign
	case core.StatePaused:
		s.Paused += sign
	case core.StateQueued:
		s.Queued += sign
		remaining = true
	case core.StateWaiting:
		if r.Held() {
			s.Held += sign
			break
		}
		s.Waiting += sign
		remaining = true
	case core.StateSending, core.StateSent:
		s.Active += sign
		sent := r.Sent()
		if r.State() == core.StateSent {
			sent = r.Size
		}
		s.Done += n * sent
		s.Remaining += n * (r.Size - sent)
	}
	if remaining {
		s.Remaining += n * r.Size
	}
}
