package auth

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// opToken is the operation that errors of this package name.
const opToken = "fetch token"

// Source hands out access tokens. It is safe for any number of callers and
// uses one HTTP client for all of its requests.
type Source struct {
	cfg    Config
	client *http.Client
	// silence is that of a server which refuses our certificate.
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
	// outlived is how long the token lived that was refused soonest, of those whose
	// answer didn't say how long they would; 0 for none.
	outlived time.Duration
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
	s := &Source{cfg: cfg, mono: func() time.Duration { return time.Since(started) }, sleep: sleep}
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

// Token returns a token that is good for a while: the kept one, or a new one
// when that is due. However many callers wait, one request is under way, and
// each of them can give up by itself.
//
// At most one request begins in 10 s. Whoever needs another before, because
// the token was invalidated or the last request failed for a reason that may
// pass, waits until then; a present token that is still good is used on. A
// refusal (kind auth) is not asked for again in that time but returned again:
// a server may lock out who keeps trying. Other settings make another Source,
// which knows nothing of it, and a secret mended outside of the program is
// tried once the 10 s are over.
//
// Errors are *core.Error: kind auth when sign-in was refused or the token
// can't be trusted or used, network and tls when the server was not reached,
// server when it failed, config without a secret.
func (s *Source) Token(ctx context.Context) (core.Token, error) { return s.TokenFor(ctx, 0) }

// TokenFor is Token for a request that takes d, as far as anybody knows: a kept
// token that would expire before is replaced, unless that was done just now. A
// token that lives as long as d need not be had: then the newest is returned.
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

// join returns the kept token if it is good for d, or the flight to wait for.
// The first one begins it and gets the context to lead it with.
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
		return s.kept.token, nil, nil, nil // what a flight brings may live as long as d
	}
	if s.flight == nil {
		leader, cancel := context.WithCancel(ctx)
		s.flight = &flight{cancel: cancel, done: make(chan struct{})}
		return core.Token{}, s.flight, leader, nil
	}
	return core.Token{}, s.flight, nil, nil
}

// lead fetches, not before it is time to, and tells the others.
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
		s.client.CloseIdleConnections() // the one just used
		f.err = errClosed()
	case err == nil:
		s.kept = fresh
		f.token = fresh.token
	case s.kept != nil && s.kept.left(wall, now) > 0 && !refused(err) && ctx.Err() == nil:
		s.cfg.Log.Warn("token could not be refreshed, the present one is used on", "code", core.CodeOf(err), "left", s.kept.left(wall, now))
		s.pace.begin(now) // nobody is in a hurry
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

// refused reports whether the server or the user said no. Anything else, an
// answer that makes no sense among it, may go away by itself.
func refused(err error) bool {
	switch core.CodeOf(err) {
	case core.CodeTokenInvalid, core.CodeTokenUntrusted:
		return false
	}
	kind := core.AsError(err).Kind
	return kind == core.KindAuth || kind == core.KindConfig || kind == core.KindCancelled
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
// which another caller got in between, stays. Where nobody has said how long
// tokens live, the age of t says it.
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
