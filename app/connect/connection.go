package connect

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/tlsconfig"
	"github.com/artstore/ingester/core/tus"
	"github.com/artstore/ingester/core/upload"
)

// connection is the upload clients of a profile, one for each protocol, and the
// sign-in that they use. Once retired it closes when its last use has ended.
type connection struct {
	endpoint engine.Endpoint // the server and account that it is for
	protocol core.Protocol
	client   *upload.Client
	tus      *tus.Client
	log      *slog.Logger

	tokens *auth.Source
	roots  *tlsconfig.Watch
	expiry *expiry

	mu      sync.Mutex
	uses    int
	retired bool
	viaTus  bool        // the newest upload went by tus
	tooMuch int64       // files from this size on are too large for one request; 0: not known
	looked  time.Time   // when the CA file was last looked at
	stale   bool        // the CA file has been replaced
	unready *core.Error // the server's answer that it is not ready, nil if it is
}

// Upload implements engine.Uploader.
func (c *connection) Upload(ctx context.Context, t core.Transfer, p core.Progress) (core.Receipt, error) {
	defer c.use()()
	byTus, err := c.byTus(ctx, t)
	if err != nil {
		return core.Receipt{}, err
	}
	r, err := c.send(ctx, byTus, t, p)
	if !byTus && c.insteadByTus(ctx, t, err) {
		r, err = c.send(ctx, true, t, p)
	}
	c.stored(err)
	return r, err
}

func (c *connection) send(ctx context.Context, byTus bool, t core.Transfer, p core.Progress) (core.Receipt, error) {
	c.mu.Lock()
	c.viaTus = byTus
	c.mu.Unlock()
	if byTus {
		return c.tus.Upload(ctx, t, p)
	}
	return c.client.Upload(ctx, t, p)
}

// Terminate implements engine.Uploader.
func (c *connection) Terminate(ctx context.Context, t core.Transfer) error {
	defer c.use()()
	return c.tus.Terminate(ctx, t)
}

// HonoursKey implements engine.Uploader. Resumable uploads may go to another server
// than the others.
func (c *connection) HonoursKey(ctx context.Context, t core.Transfer) (bool, error) {
	defer c.use()()
	byTus, err := c.byTus(ctx, t)
	if err != nil {
		return false, err
	}
	if byTus {
		return c.tus.HonoursKey(ctx)
	}
	return c.client.HonoursKey(ctx)
}

// Find implements engine.Finder.
func (c *connection) Find(ctx context.Context, questions []core.Question) (core.Listing, error) {
	defer c.use()()
	return c.client.Find(ctx, questions)
}

// Finalise implements engine.Finaliser.
func (c *connection) Finalise(ctx context.Context, fileID string, o core.FinaliseOptions, step func(core.Finalisation)) error {
	defer c.use()()
	return c.client.Finalise(ctx, fileID, o, step)
}

// RoundTrip implements engine.Uploader.
func (c *connection) RoundTrip() time.Duration {
	if trip := c.client.RoundTrip(); trip > 0 {
		return trip
	}
	return c.tus.RoundTrip()
}

// ready asks whether the server takes uploads.
func (c *connection) ready(ctx context.Context) error {
	defer c.use()()
	r, err := c.client.Ready(ctx)
	if err != nil {
		return err
	}
	unready := upload.NotReady(r)
	c.mu.Lock()
	c.unready = unready
	c.mu.Unlock()
	if unready != nil {
		return unready
	}
	return nil
}

// stored notes that the server takes uploads, if err is nil: it is ready after all.
func (c *connection) stored(err error) {
	if err != nil {
		return
	}
	c.mu.Lock()
	c.unready = nil
	c.mu.Unlock()
}

// link is the state of the connection and of its certificate.
func (c *connection) link(now time.Time) core.Link {
	c.mu.Lock()
	viaTus, unready := c.viaTus, c.unready
	c.mu.Unlock()
	l := c.client.Link()
	if viaTus {
		l = c.tus.Link()
	}
	if unready != nil && l.State == core.LinkUp {
		l.State, l.Err = core.LinkUnready, unready
	}
	l.CertificateExpiry = c.expiry.end(now)
	return l
}

// outdated reports whether the CA file has been replaced since the connection was
// made. It looks at the file no more often than every says.
func (c *connection) outdated(now time.Time, every time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.looked) < every {
		return false
	}
	c.looked = now
	c.stale = c.stale || c.roots.Changed()
	return c.stale
}

// use keeps the connection open until done is called.
func (c *connection) use() (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uses++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.uses--
		c.closeUnused()
	}
}

func (c *connection) retire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retired = true
	c.closeUnused()
}

func (c *connection) closeUnused() {
	if c.retired && c.uses == 0 {
		_ = c.client.Close() // only idle connections are closed: nothing is lost
		_ = c.tus.Close()
		_ = c.tokens.Close()
	}
}
