package wire

import (
	"crypto/tls"
	"slices"
	"sync/atomic"
)

// mutualMark is in the extra data of a session in which our certificate was sent.
const mutualMark = "ingester/mtls"

// marking is a cache that marks the sessions in which our certificate was sent. Clients
// with the same cache resume each other's sessions, and the server, which knows us by
// the session, doesn't ask again.
type marking struct {
	tls.ClientSessionCache
	sent *atomic.Bool
}

// Get implements tls.ClientSessionCache. A session that is resumed leads to new ones, in
// which our certificate counts as well.
func (m marking) Get(key string) (*tls.ClientSessionState, bool) {
	found, ok := m.ClientSessionCache.Get(key)
	if ok && Mutual(found) {
		m.sent.Store(true)
	}
	return found, ok
}

// Put implements tls.ClientSessionCache.
func (m marking) Put(key string, session *tls.ClientSessionState) {
	if session != nil && m.sent.Load() && !Mutual(session) {
		if ticket, state, err := session.ResumptionState(); err == nil && state != nil {
			state.Extra = append(state.Extra, []byte(mutualMark))
			if marked, err := tls.NewResumptionState(ticket, state); err == nil {
				session = marked
			}
		}
	}
	m.ClientSessionCache.Put(key, session)
}

// Mutual reports whether our certificate was sent in a session of a configuration that
// Presented returned.
func Mutual(session *tls.ClientSessionState) bool {
	if session == nil {
		return false
	}
	_, state, err := session.ResumptionState()
	return err == nil && state != nil && slices.ContainsFunc(state.Extra, func(b []byte) bool { return string(b) == mutualMark })
}
