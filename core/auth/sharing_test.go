package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// A12: Close drops the token and ends idle connections.
func TestClose(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	f.mustToken(t)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if f.Valid() || !f.Expiry().IsZero() {
		t.Error("the token is remembered")
	}
	f.mustFail(t, core.KindCancelled, core.CodeCancelled)
	if err := f.Close(); err != nil || a.tokens.Load() != 1 {
		t.Errorf("%v, %d requests", err, a.tokens.Load())
	}
}

func TestCloseEndsAFetch(t *testing.T) {
	a := newAdmin(t, nil)
	arrived := make(chan struct{})
	a.respond(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
	})
	f := newSource(t, a)
	failed := make(chan error)
	go func() { _, err := f.Token(t.Context()); failed <- err }()
	<-arrived
	_ = f.Close()
	if err := <-failed; core.CodeOf(err) != core.CodeCancelled {
		t.Error(err)
	}
}

// A13: two calls use one client and one connection, with and without mutual TLS.
func TestOneConnection(t *testing.T) {
	_, server, client := mutualTLS(t)
	for name, tt := range map[string]struct{ server, client *tls.Config }{"plain": {}, "mutual TLS": {server, client}} {
		t.Run(name, func(t *testing.T) {
			a := newAdmin(t, tt.server)
			f := newSource(t, a, func(c *Config) { c.TLS = tt.client })
			first := f.client
			f.Invalidate(f.mustToken(t))
			f.mustToken(t)
			if a.tokens.Load() != 2 || a.connections.Load() != 1 || f.client != first {
				t.Errorf("%d requests over %d connections", a.tokens.Load(), a.connections.Load())
			}
		})
	}
}

// A 401 to an upload drops the token that was sent with it, but not a newer one.
func TestInvalidate(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	old := f.mustToken(t)
	f.Invalidate(core.Token{Value: core.NewSecret("of somebody else")})
	if !f.Valid() {
		t.Fatal("invalidating another token dropped ours")
	}
	f.Invalidate(old)
	if f.Valid() {
		t.Fatal("still valid")
	}
	a.respond(reply(`{"access_token":"opaque-2","expires_in":1800}`))
	fresh := f.mustToken(t)
	f.Invalidate(old)
	if now := f.mustToken(t); now.Value != fresh.Value || a.tokens.Load() != 2 {
		t.Error("the new token was dropped")
	}
}

// Fault 3: a hundred callers share one request. Each can give up by itself.
func TestSingleFlight(t *testing.T) {
	a := newAdmin(t, nil)
	arrived, release := make(chan struct{}), make(chan struct{})
	a.respond(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
		reply(`{"access_token":"opaque-1","expires_in":1800}`)(w, r)
	})
	f := newSource(t, a)
	results := make(chan error, 100)
	for range cap(results) {
		go func() { _, err := f.Token(t.Context()); results <- err }()
	}
	<-arrived
	impatient, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { _, err := f.Token(impatient); left <- err }()
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) || core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("the impatient one: %v", err)
	}
	close(release)
	for range cap(results) {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if a.tokens.Load() != 1 || f.seen.request(ResultSuccess) != 1 || f.seen.request(ResultCacheHit) != 99 {
		t.Errorf("%d requests, counted %v", a.tokens.Load(), f.seen.requests)
	}
}

// Fault 1 for many callers: all get the refusal, and none asks again.
func TestSingleRefusal(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	arrived, release := make(chan struct{}, 2), make(chan struct{})
	a.respond(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		refuse(http.StatusUnauthorized, `{}`)(w, r)
	})
	first := make(chan error)
	go func() { _, err := f.Token(t.Context()); first <- err }()
	<-arrived
	_, shared, leader, err := f.join(t.Context(), 0)
	if shared == nil || leader != nil || err != nil {
		t.Fatal("the second caller does not wait for the first")
	}
	waiter := make(chan error)
	go func() { _, err := f.Token(t.Context()); waiter <- err }()
	close(release)
	<-shared.done
	if core.CodeOf(shared.err) != core.CodeSignInRefused || shared.abandoned {
		t.Error(shared.err)
	}
	for _, result := range []chan error{first, waiter} {
		if err := <-result; core.CodeOf(err) != core.CodeSignInRefused {
			t.Error(err)
		}
	}
}

// If the caller that leads a fetch gives up, the next one takes over.
func TestLeaderGoesAway(t *testing.T) {
	a := newAdmin(t, nil)
	arrived := make(chan struct{}, 2)
	a.respond(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived <- struct{}{}
		if a.tokens.Load() == 1 {
			<-r.Context().Done()
			return
		}
		reply(`{"access_token":"opaque-1","expires_in":1800}`)(w, r)
	})
	f := newSource(t, a)
	leading, cancel := context.WithCancel(t.Context())
	first, second := make(chan error), make(chan error)
	go func() { _, err := f.Token(leading); first <- err }()
	<-arrived
	go func() { _, err := f.Token(t.Context()); second <- err }()
	cancel()
	if err := <-first; core.CodeOf(err) != core.CodeCancelled {
		t.Error(err)
	}
	if err := <-second; err != nil {
		t.Error(err)
	}
	if f.seen.request(ResultFailure) != 0 {
		t.Error("a cancelled request counts as a failure")
	}
}

// An early refresh whose answer can't be used does no harm either, and no token of such an answer
// is handed out.
func TestRefreshMakesNoSense(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"login page": reply("<html>"),
		"forged":     issue(mint(t, signers()["rsa2"], nil, nil)),
		"expired":    issue(mint(t, signers()["rsa"], nil, fields{"exp": testNow.Unix()})),
		"new key":    issue(mint(t, signers()["rsa2"], fields{"kid": "key-2"}, nil)),
	} {
		t.Run(name, func(t *testing.T) {
			a := newAdmin(t, nil)
			key := signers()["rsa"]
			a.publish(jwks(t, jwkOf(t, key, fields{"kid": "key-1"})))
			a.respond(issue(mint(t, key, nil, nil)))
			f := newSource(t, a, verified(a))
			old := f.mustToken(t)
			f.clock.Advance(27 * time.Minute)
			a.respond(answer)
			for range 3 {
				if token := f.mustToken(t); token.Value != old.Value {
					t.Error("another token")
				}
			}
			if a.tokens.Load() != 2 {
				t.Errorf("%d requests in no time", a.tokens.Load())
			}
			f.clock.Advance(4 * time.Minute)
			f.mustFail(t, core.KindAuth, map[bool]core.Code{true: core.CodeTokenInvalid, false: core.CodeTokenUntrusted}[name == "login page"])
		})
	}
}

// An early refresh that fails temporarily does no harm; a refusal counts.
func TestRefreshFails(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	old := f.mustToken(t)
	f.clock.Advance(27 * time.Minute)
	a.respond(refuse(http.StatusServiceUnavailable, ``))
	for range 5 {
		if token := f.mustToken(t); token.Value != old.Value {
			t.Error("another token")
		}
	}
	if a.tokens.Load() != 2 {
		t.Errorf("%d requests in no time", a.tokens.Load())
	}
	f.clock.Advance(quiet)
	f.mustToken(t)
	if a.tokens.Load() != 3 || !strings.Contains(f.log.String(), "could not be refreshed") {
		t.Errorf("%d requests", a.tokens.Load())
	}
	f.clock.Advance(quiet)
	a.respond(refuse(http.StatusUnauthorized, ``))
	f.mustFail(t, core.KindAuth, core.CodeSignInRefused)
	f.clock.Advance(3 * time.Minute)
	a.respond(refuse(http.StatusServiceUnavailable, ``))
	f.mustFail(t, core.KindServer, core.CodeServerBusy)
}

func TestCancelledBefore(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Token(ctx); core.CodeOf(err) != core.CodeCancelled || a.tokens.Load() != 0 {
		t.Error(err)
	}
}
