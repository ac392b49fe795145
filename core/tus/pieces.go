package tus

import (
	"errors"
	"net/http"
	"strings"

	"github.com/artstore/ingester/core"
)

// A gateway may limit the size of bodies (nginx: client_max_body_size, 1 MiB by
// default; content delivery networks: 100 MB) and answer 413 to longer ones, however
// large the files that the server behind it takes.

const (
	// mostTried is the first request size that is tried after a 413. Each further
	// one is a quarter of the one before.
	mostTried = 64 << 20
	// leastTried is the smallest size that is tried.
	leastTried = 64 << 10
)

// errTooMuch marks the refusal of a request because of its size.
var errTooMuch = errors.New("smaller requests may go through")

// tooMuch reports whether e refuses a request of length bytes because of its length,
// and remembers that for the server. It is a 413, or a 401 behind a gateway that
// reads the whole body before it passes it on (nginx by default), so that the token
// has expired when it arrives. A 413 of a tus server itself is about the upload.
func (c *Client) tooMuch(e *core.Error, length int64) bool {
	if e.Code != core.CodeTokenExpired && (e.Status != http.StatusRequestEntityTooLarge || strings.HasPrefix(e.ServerText, "ERR_") || strings.Contains(strings.ToLower(e.ServerText), "size exceeded")) {
		return false
	}
	if length <= leastTried { // so small a request is not refused for its length
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

// atMost returns n, or as much of it as fits in one request.
func (c *Client) atMost(n int64) int64 {
	if most := c.most.Load(); most != 0 {
		return min(n, most)
	}
	return n
}
