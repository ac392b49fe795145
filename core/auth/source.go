package auth

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

// opToken is the operation that errors of this package name.
const opToken = "fetch token"

// Source hands out access tokens. It is safe for any number of callers and
// uses one HTTP client for all of its requests.
type Source struct {
	cfg    Config
	client *http.Client
	keys   *keys // nil: tokens are not verified; used by the leader only
	// mono is the monotonic clock: the time since the Source was made.
	mono func() time.Duration

	mu     sync.Mutex
	kept   *lease
	flight *flight
	closed bool
}

// flight is one fetch that is under way and everyone who waits for it.
type flight struct {
	cancel context.CancelFunc // ends it
	done   chan struct{}      // closed when the rest is set
	token  core.Token
	err    error
	// abandoned: the caller that led it went away, another has to.
	abandoned bool
}

// New returns a source that has not asked for anything yet. Errors are of
// kind config: an address or word that can't be used, an unreadable key file.
func New(cfg Config) (*Source, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	s := &Source{cfg: cfg, client: newClient(cfg), mono: func() time.Duration { return time.Since(started) }}
	switch {
	case cfg.PublicKeyFile != "":
		fixed, err := readPublicKeys(cfg.PublicKeyFile)
		if err != nil {
			return nil, err
		}
		s.keys = &keys{set: fixed}
	case cfg.JWKSURL != "":
		s.keys = &keys{fetch: s.fetchKeys, mono: s.monotonic}
	}
	return s, nil
}

// Token returns a token that is good for a while: the kept one, or a new one
// when that is due. However many callers wait, one request is under way, and
// each of them can give up by itself.
//
// Errors are *core.Error: kind auth when sign-in was refused or the token
// can't be trusted or used, network and tls when the server was not reached,
// server when it failed, config without a secret.
func (s *Source) Token(ctx context.Context) (core.Token, error) {
	for {
		if err := ctx.Err(); err != nil {
			return core.Token{}, core.NetworkError(opToken, err)
		}
		token, f, leader, err := s.join(ctx)
		switch {
		case err != nil:
			return core.Token{}, err
		case f == nil:
			s.cfg.Observer.TokenRequest(ResultCacheHit, 0)
			return token, nil
		case leader != nil:
			return s.lead(leader, f)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return core.Token{}, core.NetworkError(opToken, ctx.Err())
		}
		if f.abandoned {
			continue
		}
		if f.err == nil {
			s.cfg.Observer.TokenRequest(ResultCacheHit, 0)
		}
		return f.token, f.err
	}
}

// join returns the kept token, or the flight to wait for. Whoever finds none
// begins it and gets the context to lead it with.
func (s *Source) join(ctx context.Context) (token core.Token, f *flight, leader context.Context, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return core.Token{}, nil, nil, errClosed()
	}
	if s.kept != nil && s.kept.usable(s.cfg.Now(), s.mono()) {
		return s.kept.token, nil, nil, nil
	}
	if s.flight == nil {
		leader, cancel := context.WithCancel(ctx)
		s.flight = &flight{cancel: cancel, done: make(chan struct{})}
		return core.Token{}, s.flight, leader, nil
	}
	return core.Token{}, s.flight, nil, nil
}

// lead fetches and tells the others.
func (s *Source) lead(ctx context.Context, f *flight) (core.Token, error) {
	defer f.cancel()
	err := s.pace(ctx)
	var fresh *lease
	if err == nil {
		fresh, err = s.fetch(ctx)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	switch {
	case s.closed:
		s.client.CloseIdleConnections() // the one just used
		f.err = errClosed()
	case err == nil:
		s.kept = fresh
		f.token = fresh.token
	case ctx.Err() != nil:
		f.abandoned = true
		f.err = err
	case s.kept != nil && s.kept.left(s.cfg.Now(), s.mono()) > 0 && passing(err):
		s.cfg.Log.Warn("token could not be refreshed, the present one is used on", "code", core.CodeOf(err), "left", s.kept.left(s.cfg.Now(), s.mono()))
		s.kept.quietUntil = s.mono() + quiet
		f.token = s.kept.token
	default:
		f.err = err
	}
	close(f.done)
	return f.token, f.err
}

// pace waits while the last fetch is so recent that another would hammer the
// server: tokens that live for a second must not make a request a second.
func (s *Source) pace(ctx context.Context) error {
	s.mu.Lock()
	var wait time.Duration
	if s.kept != nil {
		wait = s.kept.quietUntil - s.mono()
	}
	s.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return core.NetworkError(opToken, ctx.Err())
	}
}

// passing reports whether err may go away by itself.
func passing(err error) bool {
	kind := core.AsError(err).Kind
	return kind == core.KindNetwork || kind == core.KindServer || kind == core.KindTLS
}

// Valid reports whether a token is kept that is not due for a refresh.
func (s *Source) Valid() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept != nil && !s.kept.due(s.cfg.Now(), s.mono())
}

// Expiry is when the kept token ends, by the wall clock; zero without one.
func (s *Source) Expiry() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		return time.Time{}
	}
	return s.kept.token.Expiry
}

// Invalidate drops the token t if it is still the kept one. A newer one,
// which another caller got in between, stays.
func (s *Source) Invalidate(t core.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept != nil && s.kept.token.Value == t.Value {
		s.kept = nil
	}
}

// Close forgets the token, ends a fetch that is under way and closes idle
// connections. Token fails from then on. It returns nil.
func (s *Source) Close() error {
	s.mu.Lock()
	s.closed = true
	s.kept = nil
	if s.flight != nil {
		s.flight.cancel()
	}
	s.mu.Unlock()
	s.client.CloseIdleConnections()
	return nil
}

func (s *Source) monotonic() time.Duration { return s.mono() }

func errClosed() *core.Error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: opToken, Message: "Signing in was stopped."}
}
