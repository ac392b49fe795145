package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/core/tlsconfig"
	"github.com/artstore/ingester/core/tus"
	"github.com/artstore/ingester/core/upload"
)

// connections are the ways to the profiles' servers: each has its own sign-in,
// TLS configuration and upload client, made when first asked for.
type connections struct {
	load    func(name string) (core.Profile, error)
	secrets *secrets
	metrics *metrics.Metrics
	log     *slog.Logger

	// lookEvery is how often the first use of a connection after a while
	// looks whether its CA file has been replaced.
	lookEvery time.Duration

	// making lets those who need the same new connection share one: its making
	// may ask the user to unlock the keychain.
	making singleflight.Group

	// moving reports whether a profile's server may have another address after
	// each start; nil for none.
	moving func(core.Profile) bool

	mu      sync.Mutex
	open    map[engine.Route]*connection
	callers map[string]*terms       // by what routes call them
	changes int                     // how often forget was called
	limits  map[engine.Route]*limit // for as long as the program runs, or the caller is there
}

// rootsEvery is how often CA files are looked at.
const rootsEvery = 5 * time.Second

var _ engine.Uploaders = (*connections)(nil)

func newConnections(load func(string) (core.Profile, error), s *secrets, m *metrics.Metrics, log *slog.Logger) *connections {
	return &connections{load: load, secrets: s, metrics: m, log: log, lookEvery: rootsEvery, open: map[engine.Route]*connection{}, callers: map[string]*terms{}, limits: map[engine.Route]*limit{}}
}

// Endpoint implements engine.Uploaders.
func (c *connections) Endpoint(_ context.Context, by engine.Route) (engine.Endpoint, error) {
	p, _, err := c.settings(by)
	if err != nil {
		return engine.Endpoint{}, err
	}
	return c.endpoint(p, by), nil
}

func (c *connections) endpoint(p core.Profile, by engine.Route) engine.Endpoint {
	return engine.Endpoint{Destination: p.Destination(), Moves: c.moving != nil && c.moving(p), Streams: p.Upload.Concurrency,
		Budget: func(size int64) int64 { return c.budget(p, keyOf(by), size) }}
}

// budget is how many bytes, of files of size bytes, may be on their way to a
// profile's server at once so that none outlasts its token. Resumable uploads
// go on with another token.
func (c *connections) budget(p core.Profile, by engine.Route, size int64) int64 {
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

// Uploader implements engine.Uploaders. What it returns was made for its
// destination: a profile that is changed meanwhile doesn't lead it elsewhere.
func (c *connections) Uploader(ctx context.Context, by engine.Route, to core.Destination) (engine.Uploader, error) {
	found, err := c.connection(ctx, by)
	if err != nil {
		return nil, err
	}
	if !found.endpoint.Leads(to) {
		now, err := c.Endpoint(ctx, by)
		if err != nil {
			return nil, err
		}
		if now.Leads(to) { // the profile was changed behind our back
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

// connection is the open connection of a profile, or a new one where there is
// none or its CA file has been replaced. What is under way ends on the old one.
func (c *connections) connection(ctx context.Context, by engine.Route) (*connection, error) {
	by = keyOf(by)
	c.mu.Lock()
	found := c.open[by]
	c.mu.Unlock()
	if found != nil && !found.outdated(time.Now(), c.lookEvery) {
		return found, nil
	}
	fresh, err := c.shared(ctx, by, found)
	switch {
	case err != nil && found != nil: // not all of the files are there yet, say
		c.log.Warn("the CA file was replaced, but no new connection can be prepared; the old one stays", "profile", by.Profile, "code", core.CodeOf(err), "error", err)
		return found, nil
	case err != nil:
		return nil, err
	}
	return fresh, nil
}

// shared is renew, together with all who ask at the same time.
func (c *connections) shared(ctx context.Context, by engine.Route, found *connection) (*connection, error) {
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
		} // else it was another who gave up
	}
}

// renew puts a new connection in the place of found, unless someone has.
func (c *connections) renew(ctx context.Context, by engine.Route, found *connection) (*connection, error) {
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
		fresh.retire() // of a profile that is another one by now
	}
}

// replace opens fresh, unless forget was called since changes.
func (c *connections) replace(by engine.Route, fresh *connection, changes int) bool {
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

// link is the connection of a profile as it last was.
func (c *connections) link(profile string) core.Link {
	c.mu.Lock()
	found := c.open[engine.Route{Profile: profile}]
	c.mu.Unlock()
	if found == nil {
		return core.Link{State: core.LinkUnknown}
	}
	return found.link(time.Now())
}

// ready asks the server of a profile whether it takes uploads, so that its
// link has a state.
func (c *connections) ready(ctx context.Context, profile string) error {
	found, err := c.connection(ctx, engine.Route{Profile: profile})
	if err != nil {
		return err
	}
	return found.ready(ctx)
}

// forget lets the next use of a profile begin anew. What is under way ends on
// the old connection, at the new speed.
func (c *connections) forget(profile string) {
	by := engine.Route{Profile: profile}
	if p, err := c.load(profile); err == nil { // else it is gone
		c.limit(by, p)
	}
	c.drop(by)
}

// drop makes the next use of a route connect again.
func (c *connections) drop(by engine.Route) {
	c.mu.Lock()
	found := c.open[by]
	delete(c.open, by)
	c.changes++
	c.mu.Unlock()
	if found != nil {
		found.retire()
	}
}

// limit is the bandwidth limit of a route whose profile is p. Uploads that are
// under way follow.
func (c *connections) limit(by engine.Route, p core.Profile) *limit {
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

// close ends every idle connection.
func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, found := range c.open {
		found.retire()
		delete(c.open, name)
	}
}

// connect builds a connection; nothing goes to the network.
func (c *connections) connect(ctx context.Context, by engine.Route) (*connection, error) {
	p, secrets, err := c.settings(by)
	if err != nil {
		return nil, err
	}
	roots := tlsconfig.NewWatch(p.TLS, c.log) // before the file is read
	config, _, err := buildTLS(ctx, p, secrets, c.log)
	if err != nil {
		return nil, err
	}
	proxy := environmentProxy(&secrets.proxy)
	tokens, err := auth.New(auth.Config{
		TokenURL: p.TokenURL(), JWKSURL: p.JWKSURL(), JWKSAssumed: p.JWKSAssumed(), PublicKeyFile: p.Auth.PublicKeyFile, Published: secrets.published,
		Grant: p.Auth.Grant, ClientAuth: p.Auth.ClientAuth, ClientID: p.Auth.ClientID, Scope: p.Auth.Scope,
		Secret:  func(ctx context.Context) (core.Secret, error) { return secrets.client(ctx, p.Name) },
		Timeout: p.TokenTimeout(), TLS: config, Proxy: proxy, Observer: c.metrics, Redactor: c.secrets.redactor, Log: c.log,
	})
	if err != nil {
		return nil, err
	}
	measured, limit := measuredTokens{tokens, c.metrics}, c.limit(by, p)
	client, err := upload.New(upload.Config{
		BaseURL: p.IngesterURL, AdminURL: p.AdminURL, TLS: config, HTTPVersion: p.Upload.HTTPVersion, Streams: p.Upload.Concurrency,
		Tokens: measured, ClientID: p.Auth.ClientID, Limiter: limit, UserAgent: userAgent(), Proxy: proxy, Log: c.log,
	})
	if err != nil {
		return nil, err
	}
	resumable, err := tus.New(tus.Config{
		URL: p.TusURL(), TLS: config, HTTPVersion: p.Upload.HTTPVersion, Streams: p.Upload.Concurrency,
		CompleteIsStored: p.Upload.TusComplete == core.TusCompleteStored,
		Tokens:           measured, Limiter: limit, UserAgent: userAgent(), Proxy: proxy, Log: c.log,
	})
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &connection{
		endpoint: c.endpoint(p, by), protocol: p.Upload.Protocol, client: client, tus: resumable, log: c.log, tokens: tokens,
		roots: roots, looked: now, expiry: newExpiry(config, c.metrics, c.log, now),
	}, nil
}

// buildTLS builds the TLS configuration of p and returns the passphrase that it
// took. The keychain is asked for one only where a key needs it.
func buildTLS(ctx context.Context, p core.Profile, s *secrets, log *slog.Logger) (*tls.Config, core.Secret, error) {
	config, err := tlsconfig.Build(p.TLS, core.Secret{}, log)
	if core.CodeOf(err) != core.CodePassphraseMissing {
		return config, core.Secret{}, err
	}
	passphrase, err := s.passphrase(ctx, p.Name)
	if err != nil {
		return nil, core.Secret{}, err
	}
	config, err = tlsconfig.Build(p.TLS, passphrase, log)
	return config, passphrase, err
}

// measuredTokens tells the metrics how long the present token lives.
type measuredTokens struct {
	*auth.Source
	metrics *metrics.Metrics
}

// Token implements transport.Tokens.
func (t measuredTokens) Token(ctx context.Context) (core.Token, error) {
	return t.TokenFor(ctx, 0)
}

// TokenFor implements transport.Tokens.
func (t measuredTokens) TokenFor(ctx context.Context, d time.Duration) (core.Token, error) {
	token, err := t.Source.TokenFor(ctx, d)
	if err == nil {
		t.metrics.SetTokenExpiry(token.Expiry)
	}
	return token, err
}
