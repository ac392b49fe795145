package auth

import (
	"errors"
	"net/http"
	"sync"
)

// errNoKeys says that the server has no such address as the one where keys are
// usually published.
var errNoKeys = errors.New("the token server publishes no keys")

// Publishers remembers which addresses have published keys, for as long as it
// is kept. From then on they have to: else a server could turn verification
// off by leaving them out. The zero value is ready to use.
type Publishers struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (p *Publishers) add(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[url] = true
}

func (p *Publishers) has(url string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[url]
}

// publishesNone reports whether an answer of this status says that there are
// no keys, not that they can't be had: nobody named the address, nothing is
// there, and nothing ever was.
func (s *Source) publishesNone(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return s.cfg.JWKSAssumed && !s.cfg.Published.has(s.cfg.JWKSURL)
	}
	return false
}
