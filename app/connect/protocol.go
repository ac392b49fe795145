package connect

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/tus"
)

// resumableFrom is the size in bytes from which protocol = "auto" prefers resumable
// uploads. To send a smaller file again is quicker than to ask how much of it the
// server has, unless sending takes longer than a token lives.
const resumableFrom = 64 << 20

// byTus reports whether a transfer goes by tus. One that began by tus continues by
// tus, whatever the profile says now. A server is asked only once what it offers.
func (c *connection) byTus(ctx context.Context, t core.Transfer) (bool, error) {
	switch {
	case t.Resume != "", c.protocol == core.ProtocolTus:
		return true, nil
	case c.protocol == core.ProtocolMultipart, t.Source.Size < c.resumableFrom() && !c.client.Outlasts(t.Source.Size):
		return false, nil
	}
	offer, err := c.tus.Offer(ctx)
	if e := core.AsError(err); e != nil && e.Kind == core.KindServer {
		// Resumable uploads are out of order, but other uploads may work.
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

// insteadByTus reports whether a file that was refused as too large may go by tus. It
// remembers the size for other files. A gateway limits the size of a request, and a
// resumable upload can be several requests.
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
