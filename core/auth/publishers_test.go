package auth

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// assumed configures a source that assumes a's keys at the usual address.
func assumed(a *admin) func(*Config) {
	return func(c *Config) { c.JWKSURL, c.JWKSAssumed = a.URL+keysPath, true }
}

// A server with nothing at the usual address publishes no keys: its tokens are used as if
// verification were off, and marked. At an address that the profile names the same answer is an
// error.
func TestNoKeysPublished(t *testing.T) {
	key := signers()["rsa"]
	for _, status := range []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone} {
		a := newAdmin(t, nil)
		a.publish(refuse(status, `{"detail":"Not Found"}`))
		f := newSource(t, a, assumed(a))
		for name, header := range map[string]fields{"RS256": nil, "HS256": {"alg": "HS256"}} {
			a.respond(issue(mint(t, key, header, fields{"scope": nil, "role": "user"})))
			token := f.mustToken(t)
			if token.Verified || !token.Keyless || token.Opaque || token.Subject != "sa_test" || f.seen.validation(ResultSuccess)+f.seen.validation(ResultFailure) != 0 {
				t.Errorf("%d, %s: %+v, counted %v", status, name, token, f.seen.validations)
			}
			f.Invalidate(token)
			f.clock.AdvanceMono(quiet)
		}
		a.respond(issue(mint(t, key, nil, fields{"exp": "soon"})))
		token := f.mustToken(t)
		if token.Verified || !token.Keyless || !token.Opaque {
			t.Errorf("%d, what only looks like a JWT: %+v", status, token)
		}
		f.Invalidate(token)
		f.clock.AdvanceMono(quiet)
		a.respond(issue(mint(t, key, nil, fields{"exp": testNow.Add(-time.Hour).Unix()})))
		f.mustFail(t, core.KindAuth, core.CodeTokenUntrusted) // no key is needed to know that

		a.respond(issue(mint(t, key, nil, nil)))
		named := newSource(t, a, verified(a))
		named.mustFail(t, core.KindAuth, core.CodeTokenUntrusted)
	}
}

// A server that has published keys has to keep publishing them, as it could otherwise turn
// verification off by leaving them out, for this source and all that share its record.
func TestKeysPublishedOnce(t *testing.T) {
	key := signers()["rsa"]
	a := newAdmin(t, nil)
	a.respond(issue(mint(t, key, nil, nil)))
	known := &Publishers{}
	source := func() fixture { return newSource(t, a, assumed(a), func(c *Config) { c.Published = known }) }
	f := source()
	if token := f.mustToken(t); token.Verified || !token.Keyless { // the keys are asked for with each token
		t.Errorf("before: %+v", token)
	}
	f.Invalidate(f.mustToken(t))
	f.clock.AdvanceMono(quiet)
	a.publish(jwks(t, jwkOf(t, key, fields{"kid": "key-1"})))
	token := f.mustToken(t)
	if !token.Verified || token.Keyless {
		t.Errorf("published: %+v", token)
	}

	a.publish(http.NotFound)
	f.Invalidate(token)
	f.clock.Advance(keysMaxAge + time.Second)
	a.respond(issue(mint(t, key, nil, fields{"exp": testNow.Add(3 * time.Hour).Unix()})))
	f.mustFail(t, core.KindAuth, core.CodeTokenUntrusted)
	source().mustFail(t, core.KindAuth, core.CodeTokenUntrusted)

	other := newAdmin(t, nil) // another server
	other.respond(issue(mint(t, key, nil, nil)))
	if token := newSource(t, other, assumed(other), func(c *Config) { c.Published = known }).mustToken(t); token.Verified || !token.Keyless {
		t.Errorf("another server: %+v", token)
	}
}

// Only an answer that nothing is there means that there are no keys: keys that can't be fetched
// or used are an error at the usual address too.
func TestKeysNotHad(t *testing.T) {
	key := signers()["rsa"]
	for name, h := range map[string]http.HandlerFunc{
		"unauthorized": refuse(401, ""), "forbidden": refuse(403, ""), "busy": refuse(503, ""), "too many": refuse(429, ""), "failed": refuse(500, ""),
		"redirect":   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) },
		"cut off":    func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"HTML":       reply("<html>"),
		"no keys":    reply(`{"keys":[]}`),
		"a stranger": jwks(t, jwkOf(t, signers()["rsa2"], fields{"kid": "key-1"})),
	} {
		a := newAdmin(t, nil)
		a.respond(issue(mint(t, key, nil, nil)))
		a.publish(h)
		f := newSource(t, a, assumed(a))
		if token, err := f.Token(t.Context()); err == nil || f.Valid() || f.seen.validation(ResultFailure) != 1 {
			t.Errorf("%s: %+v, counted %v", name, token, f.seen.validations)
		}
	}
}

// Addresses that have published keys are remembered over restarts and by all processes, whatever
// happens to the file meanwhile.
func TestPublishersSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key-publishers")
	log := slog.New(slog.DiscardHandler)
	first, second := OpenPublishers(path, log), OpenPublishers(path, log)
	first.add("https://one.example/jwks")
	second.add("https://two.example/jwks")
	third := OpenPublishers(path, log)
	for _, p := range []*Publishers{first, second, third} {
		if !p.has("https://one.example/jwks") || !p.has("https://two.example/jwks") || p.has("https://three.example/jwks") || p.has("") {
			t.Errorf("%+v", p.seen)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if !third.has("https://one.example/jwks") || OpenPublishers(path, log).has("https://one.example/jwks") {
		t.Error("the process has forgotten an address with the file")
	}
	var many strings.Builder
	for i := range 2 * maxPublishers {
		many.WriteString("https://" + strconv.Itoa(i) + ".example/jwks\n")
	}
	if err := os.WriteFile(path, []byte(many.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	OpenPublishers(path, log).add("https://newest.example/jwks")
	again := OpenPublishers(path, log)
	if again.has("https://0.example/jwks") || !again.has("https://newest.example/jwks") || len(again.seen) != maxPublishers {
		t.Errorf("%d are kept", len(again.seen))
	}
}

// A file that can't be used doesn't prevent signing in.
func TestPublishersWithoutAFile(t *testing.T) {
	var said strings.Builder
	p := OpenPublishers(filepath.Join(t.TempDir(), "no", "folder"), slog.New(slog.NewTextHandler(&said, nil)))
	p.add("https://one.example/jwks")
	if !p.has("https://one.example/jwks") || !strings.Contains(said.String(), "not remembered") {
		t.Errorf("%q", said.String())
	}
	folder := OpenPublishers(t.TempDir(), slog.New(slog.NewTextHandler(&said, nil)))
	if folder.has("https://one.example/jwks") || !strings.Contains(said.String(), "can't be read") {
		t.Errorf("%q", said.String())
	}
}
