package tus

import (
	"errors"
	"net/http"
	"strings"

	"github.com/artstore/ingester/core"
)

// A gateway may take bodies up to a size only (nginx: client_max_body_size, 1
// MiB unless it is set; content delivery networks: 100 MB) and answer 413 to
// longer ones, however large a file the server behind it takes.

const (
	// mostTried is the first size of requests that is tried after a 413; each
	// following one is a quarter of that before.
	mostTried = 64 << 20
	// leastTried is the last.
	leastTried = 64 << 10
)

// errTooMuch marks the no to a request because of its size.
var errTooMuch = errors.New("smaller requests may go through")

// tooMuch reports whether e is the answer to a stretch of length bytes that was
// refused for its length, and remembers that for the server: a 413, or a 401 of a
// gateway that passes on what it has read to the end (nginx, unless it is told
// otherwise) to a server for which the token has expired meanwhile. A 413 of a
// tus server itself is about the upload.
func (c *Client) tooMuch(e *core.Error, length int64) bool {
	if e.Code != core.CodeTokenExpired && (e.Status != http.StatusRequestEntityTooLarge || strings.HasPrefix(e.ServerText, "ERR_") || strings.Contains(strings.ToLower(e.ServerText), "size exceeded")) {
		return false
	}
	if length <= leastTried { // it is not that
		c.most.Store(0)
		return false
	}
	next := int64(mostTried)
	for next >= length {
		next /= 4
	}
	for {
		known := c.most.Load()
		if known != 0 && known <= next || c.most.CompareAndSwap(known, next) {
			return true
		}
	}
}

// atMost is n, or as much of it as a request may hold.
func (c *Client) atMost(n int64) int64 {
	if most := c.most.Load(); most != 0 {
		return min(n, most)
	}
	return n
}
