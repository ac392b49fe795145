package tus

import (
	"context"
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// offerTimeout is the time limit for asking.
const offerTimeout = 15 * time.Second

// Offer is what a server says about resumable uploads.
type Offer struct {
	Offered       bool  // tus 1.0 with creation; if false the other fields are zero
	MaxSize       int64 // bytes, 0 if the server names no limit
	Checksum      bool  // takes a SHA-256 with every piece
	Concatenation bool  // takes files in parallel parts
	// What the server promises in Tus-Promise, a header of ArtStore's own.
	CompleteIsStored bool // no hook can refuse complete uploads
	HonoursKey       bool // the server refuses duplicates by Idempotency-Key
}

// Offer asks the server what it offers. The first answer is kept, so a server
// without resumable uploads costs one request. Errors are *core.Error.
func (c *Client) Offer(ctx context.Context) (Offer, error) {
	if known := c.offer.Load(); known != nil {
		return *known, nil
	}
	select {
	case c.asking <- struct{}{}:
	case <-ctx.Done():
		return Offer{}, wire.NetworkError(opOffer, ctx.Err())
	}
	defer func() { <-c.asking }()
	if known := c.offer.Load(); known != nil { // asked by another goroutine meanwhile
		return *known, nil
	}
	found, e := c.ask(ctx)
	if e != nil {
		return Offer{}, e
	}
	c.offer.Store(&found)
	c.cfg.Log.Debug("resumable uploads", "offered", found.Offered, "checksum", found.Checksum, "parts", found.Concatenation)
	return found, nil
}

// Offered reports whether the server has said that it takes resumable uploads,
// without asking it.
func (c *Client) Offered() bool {
	known := c.offer.Load()
	return known != nil && known.Offered
}

// HonoursKey reports whether the server says that it refuses duplicates by
// Idempotency-Key. That is about resumable uploads only: others may go to another
// server.
func (c *Client) HonoursKey(ctx context.Context) (bool, error) {
	offer, err := c.Offer(ctx)
	return offer.HonoursKey, err
}

func (c *Client) ask(ctx context.Context) (Offer, *core.Error) {
	ctx, cancel := context.WithTimeout(ctx, offerTimeout)
	defer cancel()
	a, e := c.call(ctx, opOffer, request{method: http.MethodOptions, url: c.base.String(), size: bulk})
	if e != nil {
		return Offer{}, e
	}
	switch code := a.StatusCode; {
	case code == http.StatusOK, code == http.StatusNoContent:
		return parseOffer(a.Header), nil
	case code == http.StatusUnauthorized, code == http.StatusProxyAuthRequired, code == http.StatusRequestTimeout,
		code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500 && code != http.StatusNotImplemented:
		return Offer{}, c.refused(opOffer, a, false) // a failure of the question, not of an upload
	}
	return Offer{}, nil
}

// bulk is a size for which Send uses the connections for large files.
const bulk = 1 << 20

// parseOffer reads the answer to OPTIONS.
func parseOffer(h http.Header) Offer {
	versions, extensions := list(h, "Tus-Version"), list(h, "Tus-Extension")
	if !versions[version] && h.Get("Tus-Resumable") != version || !extensions["creation"] {
		return Offer{}
	}
	promises := list(h, "Tus-Promise")
	limit, err := number(h, "Tus-Max-Size")
	if err != nil {
		limit = 0
	}
	return Offer{
		Offered: true, MaxSize: limit,
		Checksum:      extensions["checksum"] && list(h, "Tus-Checksum-Algorithm")["sha256"],
		Concatenation: extensions["concatenation"],

		CompleteIsStored: promises["complete-is-stored"],
		HonoursKey:       promises["idempotency-key"],
	}
}
