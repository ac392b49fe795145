package connect

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/tus"
)

// resumableFrom is the size in bytes from which protocol = "auto" prefers
// resumable uploads: what is smaller is sent again sooner than asked for, unless
// it takes longer than a token lives.
const resumableFrom = 64 << 20

// byTus reports whether a transfer goes by tus. One that began so goes on so,
// whatever the profile says by now. A server is asked once what it offers.
func (c *connection) byTus(ctx context.Context, t core.Transfer) (bool, error) {
	switch {
	case t.Resume != "", c.protocol == core.ProtocolTus:
		return true, nil
	case c.protocol == core.ProtocolMultipart, t.Source.Size < c.resumableFrom() && !c.client.Outlasts(t.Source.Size):
		return false, nil
	}
	offer, err := c.tus.Offer(ctx)
	if e := core.AsError(err); e != nil && e.Kind == core.KindServer {
		// Out of order there, but perhaps not where other uploads go.
		c.log.Debug("whether the server takes resumable uploads is not known", "error", e)
		return false, nil
	}
	return takes(offer, t), err
}

func takes(offer tus.Offer, t core.Transfer) bool {
	return offer.Offered && (offer.MaxSize == 0 || t.Source.Size <= offer.MaxSize)
}

// resumableFrom is the size from which files go by tus under "auto".
func (c *connection) resumableFrom() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tooMuch > 0 {
		return min(c.tooMuch, resumableFrom)
	}
	return resumableFrom
}

// insteadByTus reports whether a file that was refused as too large may go by
// tus, and remembers that for others: a gateway's limit is one of requests, and a
// resumable upload can be several.
func (c *connection) insteadByTus(ctx context.Context, t core.Transfer, refused error) bool {
	if core.CodeOf(refused) != core.CodeTooLarge || c.protocol == core.ProtocolMultipart {
		return false
	}
	if offer, err := c.tus.Offer(ctx); err != nil || !takes(offer, t) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tooMuch == 0 || t.Source.Size < c.tooMuch {
		c.tooMuch = t.Source.Size
	}
	return true
}
