package auth

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/artstore/ingester/core/smallfile"
)

// errNoKeys means that the server doesn't have the address at which keys are usually
// published.
var errNoKeys = errors.New("the token server publishes no keys")

// maxPublishers is how many addresses are kept, and maxPublisher how many bytes their
// file may have.
const (
	maxPublishers = 500
	maxPublisher  = 1 << 20
)

// Publishers remembers which addresses have published keys. From then on keys are
// required there, as a server could otherwise turn verification off by leaving them
// out. The zero value is ready to use, and remembers nothing after the program ends.
type Publishers struct {
	path string // of the file, with an address in each line; "" for none
	log  *slog.Logger

	mu   sync.Mutex
	seen []string // newest last
}

// OpenPublishers returns Publishers that are kept in a file, which other processes may
// use as well.
func OpenPublishers(path string, log *slog.Logger) *Publishers {
	return &Publishers{path: path, log: log}
}

// add remembers an address. If it can't be kept in the file, signing in goes on all
// the same.
func (p *Publishers) add(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.seen, url) {
		return
	}
	p.read()
	known := slices.Contains(p.seen, url)
	if !known {
		p.seen = append(p.seen, url)
	}
	if known || p.path == "" {
		return
	}
	kept := p.seen[max(0, len(p.seen)-maxPublishers):]
	if err := smallfile.Write(p.path, []byte(strings.Join(kept, "\n")+"\n"), 0o600); err != nil {
		p.log.Warn("that a token server publishes keys is not remembered beyond this run", "error", err)
	}
}

// has reports whether an address has published keys.
func (p *Publishers) has(url string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.seen, url) {
		p.read()
	}
	return slices.Contains(p.seen, url)
}

// read adds the addresses in the file. The caller holds mu.
func (p *Publishers) read() {
	if p.path == "" {
		return
	}
	data, err := smallfile.Read(p.path, maxPublisher)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.log.Warn("which token servers publish keys can't be read", "error", err)
	}
	for line := range strings.Lines(string(data)) {
		if url := strings.TrimSpace(line); url != "" && !slices.Contains(p.seen, url) {
			p.seen = append(p.seen, url)
		}
	}
}

// publishesNone reports whether an answer of this status means that there are no keys,
// and not that they can't be fetched: the address was only assumed, and nothing is
// there. before says whether keys were published there earlier.
func (s *Source) publishesNone(status int) (none, before bool) {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		if s.cfg.JWKSAssumed {
			return true, s.cfg.Published.has(s.cfg.JWKSURL)
		}
	}
	return false, false
}
