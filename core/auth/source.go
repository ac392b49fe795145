package auth

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// opToken is the operation in this package's errors.
const opToken = "fetch token"

// Source provides access tokens. It is safe for any number of callers and uses one
// HTTP client for all of its requests.
type Source struct {
	cfg    Config
	client *http.Client
	// silence recognises a server that refuses our certificate without a message.
	silence silence
	keys    *keys // nil: tokens are not verified; used by the leader only
	// mono is the monotonic clock: the time since the Source was made.
	mono func() time.Duration
	// sleep waits by that clock.
	sleep func(context.Context, time.Duration) error

	mu     sync.Mutex
	kept   *lease
	pace   pace
	flight *flight
	closed bool
	// outlived is the shortest time after which a token of unknown lifetime was
	// refused, 0 for none.
	outlived time.Duration
}

// flight is one fetch under way, for which several callers may wait.
type flight struct {
	cancel context.CancelFunc // ends it
	done   chan struct{}      // closed when the fields below are set
	token  core.Token
	err    error
	// abandoned: the leading caller has given up, and another has to lead.
	abandoned bool
}

// New returns a source that has not asked for anything yet. Errors are of kind config:
// an unusable address or setting, or an unreadable key file.
func New(cfg Config) (*Source, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	s := &Source{cfg: cfg, mono: func() time.Duration { return time.Since(started) }, sleep: wire.Sleep}
	s.client = newClient(cfg, s.silence.presented)
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

// Token returns a token that is valid for a while: the cached one, or a new one if
// that is due. However many callers wait, only one request is under way, and each of
// them can give up by itself.
//
// At most one request begins in 10 s. A caller that needs another one sooner, because
// the token was invalidated or the last request failed temporarily, waits until then;
// a cached token that is still valid is used meanwhile. A refusal (kind auth) is
// returned again during that time without another request, as a server may lock out a
// client that keeps trying. Changed settings make a new Source, which knows nothing of
// the refusal. A secret that was corrected outside the program is tried after the 10 s.
//
// Errors are *core.Error: kind auth if sign-in was refused or the token can't be
// trusted or used, network and tls if the server was not reached, server if it failed,
// config if there is no secret.
func (s *Source) Token(ctx context.Context) (core.Token, error) { return s.TokenFor(ctx, 0) }

// TokenFor is Token for a request that is expected to take d: a cached token that
// would expire before is replaced, unless that was done just now. If no token lives as
// long as d, the newest is returned.
func (s *Source) TokenFor(ctx context.Context, d time.Duration) (core.Token, error) {
	for {
		if err := ctx.Err(); err != nil {
			return core.Token{}, wire.NetworkError(opToken, err)
		}
		token, f, leader, err := s.join(ctx, d)
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
			return core.Token{}, wire.NetworkError(opToken, ctx.Err())
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

// join returns the cached token if it is valid for d, or else the flight to wait for.
// The first caller begins the flight and gets the context with which to lead it.
func (s *Source) join(ctx context.Context, d time.Duration) (token core.Token, f *flight, leader context.Context, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return core.Token{}, nil, nil, errClosed()
	}
	wall, now := s.cfg.Now(), s.mono()
	paused := s.pace.wait(now) > 0
	switch {
	case s.kept != nil && !s.kept.due(wall, now) && s.kept.left(wall, now) >= d:
		return s.kept.token, nil, nil, nil
	case paused && s.pace.refusal != nil:
		return core.Token{}, nil, nil, s.pace.refusal
	case paused && s.kept != nil && s.kept.left(wall, now) > 0 && (s.flight == nil || s.kept.left(wall, now) >= d):
		return s.kept.token, nil, nil, nil // a token from a flight under way may live as long as d
	}
	if s.flight == nil {
		leader, cancel := context.WithCancel(ctx)
		s.flight = &flight{cancel: cancel, done: make(chan struct{})}
		return core.Token{}, s.flight, leader, nil
	}
	return core.Token{}, s.flight, nil, nil
}

// lead waits until a request may begin, fetches a token, and tells the other callers.
func (s *Source) lead(ctx context.Context, f *flight) (core.Token, error) {
	defer f.cancel()
	err := s.await(ctx)
	var fresh *lease
	if err == nil {
		fresh, err = s.fetch(ctx)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	wall, now := s.cfg.Now(), s.mono()
	switch {
	case s.closed:
		s.client.CloseIdleConnections() // the connection just used
		f.err = errClosed()
	case err == nil:
		s.kept = fresh
		f.token = fresh.token
	case s.kept != nil && s.kept.left(wall, now) > 0 && !refused(err) && ctx.Err() == nil:
		s.cfg.Log.Warn("token could not be refreshed, the present one is used on", "code", core.CodeOf(err), "left", s.kept.left(wall, now))
		s.pace.begin(now) // the cached token is still valid, so there is no hurry
		f.token = s.kept.token
	case core.AsError(err).Kind == core.KindAuth:
		s.pace.refused(now, err)
		f.err = err
	case ctx.Err() != nil:
		f.abandoned = true
		f.err = err
	default:
		f.err = err
	}
	close(f.done)
	return f.token, f.err
}

// await waits until a request may begin.
func (s *Source) await(ctx context.Context) error {
	s.mu.Lock()
	wait := s.pace.wait(s.mono())
	s.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	if err := s.sleep(ctx, wait); err != nil {
		return wire.NetworkError(opToken, err)
	}
	return nil
}

// refused reports whether the server or the user refused. Anything else, even an answer
// that makes no sense, may be temporary.
func refused(err error) bool {
	switch core.CodeOf(err) {
	case core.CodeTokenInvalid, core.CodeTokenUntrusted:
		return false
	}
	kind := core.AsError(err).Kind
	return kind == core.KindAuth || kind == core.KindConfig || kind == core.KindCancelled
}

// Valid reports whether a cached token is not due for replacement.
func (s *Source) Valid() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept != nil && !s.kept.due(s.cfg.Now(), s.mono())
}

// Expiry returns when the cached token expires, by the wall clock; zero without one.
func (s *Source) Expiry() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		return time.Time{}
	}
	return s.kept.token.Expiry
}

// Invalidate drops the token t if it is still the cached one. A newer one, which
// another caller fetched in between, stays. If the lifetime of tokens is unknown, it is
// learned from the age of t.
func (s *Source) Invalidate(t core.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || s.kept.token.Value != t.Value {
		return
	}
	if age := s.kept.lifetime - s.kept.left(s.cfg.Now(), s.mono()); s.kept.untold && age >= leastOutlived && (s.outlived == 0 || age < s.outlived) {
		s.outlived = age
	}
	s.kept = nil
}

// Close drops the token, ends a fetch under way and closes idle connections. Token
// fails from then on. It returns nil.
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
