package main

import (
	"context"

	"github.com/artstore/ingester/core"
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
	case c.protocol == core.ProtocolMultipart, t.Source.Size < resumableFrom && !c.client.Outlasts(t.Source.Size):
		return false, nil
	}
	offer, err := c.tus.Offer(ctx)
	if e := core.AsError(err); e != nil && e.Kind == core.KindServer {
		// Out of order there, but perhaps not where other uploads go.
		c.log.Debug("whether the server takes resumable uploads is not known", "error", e)
		return false, nil
	}
	return offer.Offered && (offer.MaxSize == 0 || t.Source.Size <= offer.MaxSize), err
}
