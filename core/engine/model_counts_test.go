package engine

import (
	"time"

	"github.com/artstore/ingester/core"
)

// refusal is the answer to an attempt that the server refuses as a whole.
func refusal(why fate) error {
	switch why {
	case fateForbidden:
		e := failure(core.KindServer, core.CodeForbidden, core.OutcomeAnswered)
		e.Status = 403
		return e
	case fateToken:
		e := failure(core.KindAuth, core.CodeTokenRejected, core.OutcomeAnswered)
		e.Status = 401
		return e
	case fateKeychain:
		return failure(core.KindAuth, core.CodeKeychainLocked, core.OutcomeNotProcessed)
	}
	e := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
	e.Status, e.RetryAfter = 503, 20*time.Second
	return e
}

// lacks reports whether a profile is gone.
func (s *server) lacks(profile string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.profiles[profile] != nil
}

// checkCounts checks that an engine which has ended has counted right, and never
// looped without anything to do.
func (m *model) checkCounts() {
	if m.clock.spun() {
		m.complain("the queue was busy with nothing")
	}
	for w, l := range m.lanes {
		if l.claimed != 0 || l.claimedBulk != 0 || l.claimedSmall != 0 || len(l.flying) > 0 || l.running != 0 || len(l.backlog) > 0 {
			m.complain("%v ends with %d claimed, %d large, %d bytes, %d workers", w, l.claimed, l.claimedBulk, l.claimedSmall, l.running)
		}
		if l.inquiring != nil || l.asking {
			m.complain("%v is asked still", w)
		}
	}
	for path, p := range m.places {
		if p.away || len(p.held) > 0 {
			m.complain("%s is away still, with %d files", path, len(p.held))
		}
	}
}
