package auth

import (
	"sync"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// hangUps is how many connections in a row have to end without a message until our
// certificate is taken for the reason: a single one may have met a server that was
// just shutting down.
const hangUps = 2

// silence distinguishes a server that closes connections because of our certificate
// from one that is unreachable: it asks for the certificate, and has never answered.
type silence struct {
	mu     sync.Mutex
	shown  bool // our certificate was sent on the newest connection
	worked bool // there was an answer
	hungUp int
}

// presented notes that a server asked for a certificate.
func (s *silence) presented(sent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = sent
}

// broken notes an answer.
func (s *silence) broken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.worked = true
}

// judge returns the probable reason of a failed connection.
func (s *silence) judge(e *core.Error) *core.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	shown := s.shown
	s.shown = false
	if s.worked || !shown || e.Kind != core.KindNetwork || !wire.HungUp(e.Err) {
		s.hungUp = 0
		return e
	}
	if s.hungUp++; s.hungUp < hangUps {
		return e
	}
	found := wire.SilentRefusal(e.Op, e.Err)
	found.Message = "Cannot connect to Admin Module: " + lowerFirst(found.Message)
	return found
}
