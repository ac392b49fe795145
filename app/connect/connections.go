// Package connect makes a connection of a profile: its sign-in, TLS, proxy,
// bandwidth limit and upload clients, one for each protocol. It keeps connections
// open for as long as their profiles stay as they are.
package connect

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/core/upload"
)

// Config is what connections are made with.
type Config struct {
	Load      func(name string) (core.Profile, error) // finds a profile
	Moves     func(core.Profile) bool                 // whether its server may have another address after each start; nil: none has
	Secrets   *Secrets
	Metrics   *metrics.Metrics
	UserAgent string // names the program to servers
	Log       *slog.Logger
}

// Connections are the ways to the profiles' servers. Each has its own sign-in,
// TLS configuration and upload clients, made when first asked for.
type Connections struct {
	cfg Config

	// lookEvery is how often a use of a connection looks at most whether its CA
	// file has been replaced.
	lookEvery time.Duration

	// making makes sure that a connection is made once, however many need it at
	// the same time: it may ask the user to unlock the keychain.
	making singleflight.Group

	mu      sync.Mutex
	open    map[engine.Route]*connection
	callers map[string]*terms       // by the name that routes have for them
	changes int                     // how often drop was called
	limits  map[engine.Route]*limit // kept while the program runs, or the caller is there
}

// rootsEvery is how often CA files are looked at.
const rootsEvery = 5 * time.Second

var _ engine.Uploaders = (*Connections)(nil)

// New returns connections, none of them open yet. Close ends them.
func New(cfg Config) *Connections {
	return &Connections{cfg: cfg, lookEvery: rootsEvery, open: map[engine.Route]*connection{}, callers: map[string]*terms{}, limits: map[engine.Route]*limit{}}
}

// Endpoint implements engine.Uploaders.
func (c *Connections) Endpoint(_ context.Context, by engine.Route) (engine.Endpoint, error) {
	p, _, err := c.settings(by)
	if err != nil {
		return engine.Endpoint{}, err
	}
	return c.endpoint(p, by), nil
}

func (c *Connections) endpoint(p core.Profile, by engine.Route) engine.Endpoint {
	return engine.Endpoint{Destination: p.Destination(), Moves: c.cfg.Moves != nil && c.cfg.Moves(p), Streams: p.Upload.Concurrency,
		Budget: func(size int64) int64 { return c.budget(p, keyOf(by), size) }}
}

// budget is how many bytes may be in flight to a profile's server, in files of size
// bytes, so that no upload outlasts its token. Resumable uploads have no limit: they
// continue with another token.
func (c *Connections) budget(p core.Profile, by engine.Route, size int64) int64 {
	c.mu.Lock()
	found := c.open[by]
	c.mu.Unlock()
	switch {
	case p.Upload.Protocol == core.ProtocolTus:
		return math.MaxInt64
	case found == nil:
		return upload.FirstBudget
	case p.Upload.Protocol != core.ProtocolMultipart && size >= resumableFrom && found.tus.Offered():
		return math.MaxInt64
	}
	return found.client.Budget()
}

// Uploader implements engine.Uploaders. What it returns is for one destination: a
// change of the profile does not change that.
func (c *Connections) Uploader(ctx context.Context, by engine.Route, to core.Destination) (engine.Uploader, error) {
	found, err := c.connection(ctx, by)
	if err != nil {
		return nil, err
	}
	if !found.endpoint.Leads(to) {
		now, err := c.Endpoint(ctx, by)
		if err != nil {
			return nil, err
		}
		if now.Leads(to) { // another process has changed the profile
			c.drop(keyOf(by))
			if found, err = c.connection(ctx, by); err != nil {
				return nil, err
			}
		}
	}
	if !found.endpoint.Leads(to) {
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeOtherServer, Op: "connect",
			Message: "The profile " + by.Profile + " leads to another server or account now."}
	}
	return found, nil
}

// connection is the open connection of a profile, or a new one if there is none or
// its CA file has been replaced. Uploads under way end on the old one.
func (c *Connections) connection(ctx context.Context, by engine.Route) (*connection, error) {
	by = keyOf(by)
	c.mu.Lock()
	found := c.open[by]
	c.mu.Unlock()
	if found != nil && !found.outdated(time.Now(), c.lookEvery) {
		return found, nil
	}
	fresh, err := c.shared(ctx, by, found)
	switch {
	case err != nil && found != nil: // perhaps not all of the files are in place yet
		c.cfg.Log.Warn("the CA file was replaced, but no new connection can be prepared; the old one stays", "profile", by.Profile, "code", core.CodeOf(err), "error", err)
		return found, nil
	case err != nil:
		return nil, err
	}
	return fresh, nil
}

// shared is renew, run once for all that need it at the same time.
func (c *Connections) shared(ctx context.Context, by engine.Route, found *connection) (*connection, error) {
	for {
		own := false
		fresh, err, _ := c.making.Do(by.Profile+"\x00"+by.Terms, func() (any, error) {
			own = true
			return c.renew(ctx, by, found)
		})
		switch {
		case err == nil:
			return fresh.(*connection), nil
		case own, ctx.Err() != nil, core.CodeOf(err) != core.CodeCancelled && !errors.Is(err, context.Canceled):
			return nil, err
		} // otherwise another caller was cancelled, not this one
	}
}

// renew replaces found by a new connection, unless another caller has.
func (c *Connections) renew(ctx context.Context, by engine.Route, found *connection) (*connection, error) {
	for {
		c.mu.Lock()
		quicker, changes := c.open[by], c.changes
		c.mu.Unlock()
		if quicker != nil && quicker != found {
			return quicker, nil
		}
		fresh, err := c.connect(ctx, by) // may ask the keychain: not under the lock
		if err != nil {
			return nil, err
		}
		if c.replace(by, fresh, changes) {
			return fresh, nil
		}
		fresh.retire() // the profile was changed meanwhile
	}
}

// replace opens fresh, unless drop was called since changes.
func (c *Connections) replace(by engine.Route, fresh *connection, changes int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != changes {
		return false
	}
	if old := c.open[by]; old != nil {
		old.retire()
	}
	c.open[by] = fresh
	return true
}

// Link is the state of a profile's connection, as it last was.
func (c *Connections) Link(profile string) core.Link {
	by := engine.Route{Profile: profile}
	c.mu.Lock()
	found, limit := c.open[by], c.limits[by]
	c.mu.Unlock()
	link := core.Link{State: core.LinkUnknown}
	if found != nil {
		link = found.link(time.Now())
	}
	if limit != nil {
		link.Rate, link.RateUntil = limit.state()
	}
	return link
}

// Ready asks the server of a profile whether it takes uploads, so that its
// Link has a state.
func (c *Connections) Ready(ctx context.Context, profile string) error {
	found, err := c.connection(ctx, engine.Route{Profile: profile})
	if err != nil {
		return err
	}
	return found.ready(ctx)
}

// Forget makes the next use of a profile connect again, with the profile as it is
// then. Uploads under way end on the old connection, with the new bandwidth limit.
func (c *Connections) Forget(profile string) {
	by := engine.Route{Profile: profile}
	if p, err := c.cfg.Load(profile); err == nil { // otherwise it was removed
		c.limit(by, p)
	}
	c.drop(by)
}

// drop makes the next use of a route connect again.
func (c *Connections) drop(by engine.Route) {
	c.mu.Lock()
	found := c.open[by]
	delete(c.open, by)
	c.changes++
	c.mu.Unlock()
	if found != nil {
		found.retire()
	}
}

// limit is the bandwidth limit of a route whose profile is p. It applies to uploads
// under way as well.
func (c *Connections) limit(by engine.Route, p core.Profile) *limit {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.limits[by]
	if l == nil {
		l = newLimit(time.Now)
		c.limits[by] = l
	}
	l.set(p.Upload.BandwidthLimit)
	return l
}

// Close closes each connection as soon as nothing is under way on it.
func (c *Connections) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, found := range c.open {
		found.retire()
		delete(c.open, name)
	}
}
