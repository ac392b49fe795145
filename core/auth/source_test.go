package auth

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// A1: the Admin Module's JSON request, and a cached token.
// A2: with 10 minutes left the token is returned without a request.
// M3: success and cache_hit are counted.
func TestTokenJSON(t *testing.T) {
	a := newAdmin(t, nil)
	var method, path, contentType string
	var got map[string]string
	a.respond(func(w http.ResponseWriter, r *http.Request) {
		method, path, contentType = r.Method, r.URL.Path, r.Header.Get("Content-Type")
		_ = json.NewDecoder(r.Body).Decode(&got)
		reply(`{"access_token":"opaque-1","token_type":"Bearer","expires_in":1800,"refresh_token":"r","issued_at":"now"}`)(w, r)
	})
	f := newSource(t, a)
	token := f.mustToken(t)

	if method != http.MethodPost || path != tokenPath || contentType != "application/json" {
		t.Errorf("%s %s with %s", method, path, contentType)
	}
	if len(got) != 2 || got["client_id"] != testID || got["client_secret"] != testSecret {
		t.Error("the credentials did not arrive as they are")
	}
	end := f.clock.Now().Add(30 * time.Minute)
	if token.Value.Reveal() != "opaque-1" || token.Type != "Bearer" || !token.Opaque || token.Verified || !token.Expiry.Equal(end) || !f.Expiry().Equal(end) {
		t.Errorf("%+v", token)
	}

	f.clock.Advance(20 * time.Minute)
	if again := f.mustToken(t); again.Value != token.Value {
		t.Error("another token with 10 minutes left")
	}
	if a.tokens.Load() != 1 || f.seen.request(ResultSuccess) != 1 || f.seen.request(ResultCacheHit) != 1 {
		t.Errorf("%d requests, counted %v", a.tokens.Load(), f.seen.requests)
	}
}

// RFC 6749 §4.4 with both methods of authentication of §2.3.1; fault 10.
func TestTokenForm(t *testing.T) {
	for _, how := range []core.ClientAuth{"", core.ClientAuthBasic, core.ClientAuthBody} {
		t.Run(string(how), func(t *testing.T) {
			a := newAdmin(t, nil)
			var form map[string][]string
			var header http.Header
			var id, secret string
			a.respond(func(w http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm()
				form, header = r.PostForm, r.Header
				id, secret, _ = r.BasicAuth()
				reply(`{"access_token":"opaque-1","token_type":"bearer","expires_in":300}`)(w, r)
			})
			newSource(t, a, oauth2, func(c *Config) {
				c.ClientAuth, c.Scope, c.ClientID = how, "files:write files:read", "id with: colon"
			}).mustToken(t)

			if header.Get("Content-Type") != "application/x-www-form-urlencoded" || form["grant_type"][0] != "client_credentials" || form["scope"][0] != "files:write files:read" {
				t.Errorf("form %v", form)
			}
			if how == core.ClientAuthBody {
				if form["client_id"][0] != "id with: colon" || form["client_secret"][0] != testSecret || header.Get("Authorization") != "" {
					t.Error("the credentials are not in the body alone")
				}
				return
			}
			if id != "id+with%3A+colon" || secret != "hunter2%3A%25%2B%26%C3%A9%2F%22x" || len(form) != 2 {
				t.Errorf("Basic %q:%q, form %v", id, secret, form)
			}
		})
	}
}

// A3: with 3 minutes left a new one is fetched, once.
// A8, A9, A10, A11: Valid is false without a token, after its expiry, and with 4 minutes left; it
// is true with 10 minutes left.
func TestRefreshAndValid(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	if f.Valid() || !f.Expiry().IsZero() {
		t.Error("A8: valid without a token")
	}
	f.mustToken(t)
	for _, step := range []struct {
		left  time.Duration
		valid bool
	}{{20 * time.Minute, true}, {10 * time.Minute, true}, {5*time.Minute + time.Second, true}, {5 * time.Minute, false}, {4 * time.Minute, false}, {3 * time.Minute, false}, {-time.Second, false}} {
		f.clock.Advance(f.Expiry().Add(-step.left).Sub(f.clock.Now()))
		if f.Valid() != step.valid {
			t.Errorf("valid = %t with %v left", f.Valid(), step.left)
		}
	}
	f.clock.Advance(-3*time.Minute - time.Second) // back to 3 minutes left
	a.respond(reply(`{"access_token":"opaque-2","expires_in":1800}`))
	for range 3 {
		if token := f.mustToken(t); token.Value.Reveal() != "opaque-2" {
			t.Error("the old token with 3 minutes left")
		}
	}
	if a.tokens.Load() != 2 || !f.Valid() {
		t.Errorf("%d requests", a.tokens.Load())
	}
}

// Fault 9: a token is over when either clock says so.
func TestBothClocks(t *testing.T) {
	for name, advance := range map[string]func(*clock, time.Duration){
		"sleep: only the wall clock moves":       (*clock).AdvanceWall,
		"clock set back: only the monotonic one": (*clock).AdvanceMono,
	} {
		t.Run(name, func(t *testing.T) {
			a := newAdmin(t, nil)
			f := newSource(t, a)
			f.mustToken(t)
			advance(f.clock, 10*time.Minute)
			if !f.Valid() {
				t.Error("20 minutes left")
			}
			advance(f.clock, 8*time.Hour)
			if f.Valid() {
				t.Error("valid after 8 hours")
			}
			f.clock.AdvanceMono(quiet)
			f.mustToken(t)
			f.mustToken(t)
			if a.tokens.Load() != 2 {
				t.Errorf("%d requests", a.tokens.Load())
			}
		})
	}
	t.Run("wall clock set back a day", func(t *testing.T) {
		a := newAdmin(t, nil)
		f := newSource(t, a)
		f.mustToken(t)
		f.clock.AdvanceWall(-24 * time.Hour)
		f.clock.Advance(26 * time.Minute)
		if f.Valid() {
			t.Error("valid with 4 minutes left")
		}
	})
}

// A4: HTTP 401.
func TestRefused(t *testing.T) {
	a := newAdmin(t, nil)
	a.respond(refuse(http.StatusUnauthorized, `{"detail":"Invalid client credentials"}`))
	f := newSource(t, a)
	e := f.failure(t, core.KindAuth, core.CodeSignInRefused)
	if text := e.Error(); !strings.Contains(text, "Failed to authenticate") || !strings.Contains(text, "401") || e.Status != 401 || e.ServerText != "Invalid client credentials" {
		t.Errorf("%v", e)
	}
	if a.tokens.Load() != 1 || f.seen.request(ResultFailure) != 1 {
		t.Errorf("%d requests, counted %v", a.tokens.Load(), f.seen.requests)
	}
}

// A5: the server can't be reached. That is both an error of signing in and one of the network or
// of TLS, with its cause.
func TestUnreachable(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	a.Close()
	e := f.failure(t, core.KindNetwork, core.CodeConnectionRefused)
	if !strings.Contains(e.Error(), "Cannot connect to Admin Module") || !errors.Is(e, core.ErrSignIn) || !errors.Is(e, syscall.ECONNREFUSED) {
		t.Error(e)
	}
}

func TestWhatIsAnErrorOfSigningIn(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	secure := newAdmin(t, &tls.Config{Certificates: []tls.Certificate{ca.Server(t)}})
	f := newSource(t, secure) // without the server's CA
	if e := f.failure(t, core.KindTLS, core.CodeTLSUntrusted); !errors.Is(e, core.ErrSignIn) || !strings.Contains(e.Error(), "Cannot connect to Admin Module") {
		t.Errorf("not trusted: %v", e)
	}
	a := newAdmin(t, nil)
	a.respond(refuse(http.StatusUnauthorized, "{}"))
	f = newSource(t, a)
	if e := f.failure(t, core.KindAuth, core.CodeSignInRefused); !errors.Is(e, core.ErrSignIn) {
		t.Errorf("refused: %v", e)
	}
	a.respond(refuse(http.StatusServiceUnavailable, "{}"))
	f = newSource(t, a)
	if _, err := f.Token(t.Context()); err == nil || errors.Is(err, core.ErrSignIn) {
		t.Errorf("busy: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Token(ctx); core.CodeOf(err) != core.CodeCancelled || errors.Is(err, core.ErrSignIn) {
		t.Errorf("stopped: %v", err)
	}
	if e := cannotConnect(&core.Error{Kind: core.KindNetwork, Code: core.CodeProxy}); !errors.Is(e, core.ErrSignIn) {
		t.Errorf("a proxy without a cause: %v", e)
	}
}

// A12: every idle connection is closed, in either version of HTTP.
func TestCloseEndsIdleConnections(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	for name, config := range map[string]*tls.Config{"HTTP/1.1": nil, "HTTP/2": {Certificates: []tls.Certificate{ca.Server(t)}}} {
		a := newAdmin(t, config)
		f := newSource(t, a, func(c *Config) { c.TLS = &tls.Config{RootCAs: ca.Pool()} })
		f.mustToken(t)
		if a.connections.Load() != 1 || len(a.closed) != 0 {
			t.Errorf("%s: %d connections, %d closed before the end", name, a.connections.Load(), len(a.closed))
		}
		_ = f.Close()
		<-a.closed // otherwise the test times out
		if !f.Expiry().IsZero() || f.Valid() {
			t.Errorf("%s: the token is still there", name)
		}
	}
}

// A6, A7: 200 without a token or without JSON. Fault 6: nothing of the body is shown.
func TestInvalidAnswer(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	for _, body := range []string{`{"token_type":"Bearer"}`, `<html>log in here</html>`, ``} {
		a.respond(reply(body))
		f.clock.AdvanceMono(quiet)
		e := f.failure(t, core.KindAuth, core.CodeTokenInvalid)
		if text := e.Error(); !strings.Contains(text, "Invalid token response") || strings.Contains(text, "log in") {
			t.Error(text)
		}
	}
}

// Fault 18: a server that refuses our certificate is distinguished from a network that fails.
func TestClientCertificateRefused(t *testing.T) {
	ca, server, _ := mutualTLS(t)
	a := newAdmin(t, server)
	stranger := coretest.NewCA(t, "Another CA").Client(t, "stranger")
	for _, tt := range []struct {
		name string
		tls  *tls.Config
		code core.Code
	}{
		{"none", &tls.Config{RootCAs: ca.Pool()}, core.CodeTLSClientRequired},
		{"of another authority", &tls.Config{RootCAs: ca.Pool(), GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger, nil }}, core.CodeTLSClientRefused},
		{"server not trusted", &tls.Config{RootCAs: coretest.NewCA(t, "Another CA").Pool()}, core.CodeTLSUntrusted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 20 { // the alert and the reset race against each other
				f := newSource(t, a, func(c *Config) { c.TLS = tt.tls })
				f.mustFail(t, core.KindTLS, tt.code)
			}
		})
	}
	if a.tokens.Load() != 0 {
		t.Error("a request was served")
	}
}

// roundTrip is an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// If the writer's error hides why a connection ended, the request is sent once more, and only
// once.
func TestReasonLost(t *testing.T) {
	a := newAdmin(t, nil)
	for _, tt := range []struct {
		lost, asked int
		code        core.Code
	}{{1, 2, ""}, {2, 2, core.CodeConnectionLost}} {
		f := newSource(t, a)
		through, asked := f.client.Transport, 0
		f.client.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if asked++; asked <= tt.lost {
				return nil, fmt.Errorf("write: %w", net.ErrClosed)
			}
			return through.RoundTrip(r)
		})
		if _, err := f.Token(t.Context()); core.CodeOf(err) != tt.code || asked != tt.asked {
			t.Errorf("lost %d times: %v after %d requests", tt.lost, err, asked)
		}
		f.client.Transport = through
	}
}

// Fault 6: a server that sends its answer very slowly is given up.
func TestSlowDrip(t *testing.T) {
	a := newAdmin(t, nil)
	a.respond(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"access_`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	f := newSource(t, a, func(c *Config) { c.Timeout = 50 * time.Millisecond })
	f.mustFail(t, core.KindNetwork, core.CodeTimeout)
}

// M5: a slow request gives a warning.
func TestSlowRequestIsLogged(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	a.respond(func(w http.ResponseWriter, r *http.Request) {
		f.clock.Advance(1500 * time.Millisecond)
		reply(`{"access_token":"opaque-1","expires_in":1800}`)(w, r)
	})
	f.mustToken(t)
	if text := f.log.String(); !strings.Contains(text, "token request was slow") || !strings.Contains(text, "duration=1.5s result=success") {
		t.Error(text)
	}
}

func TestSecret(t *testing.T) {
	a := newAdmin(t, nil)
	for _, tt := range []struct {
		name   string
		secret core.Secret
		err    error
		kind   core.Kind
		code   core.Code
	}{
		{"none", core.Secret{}, nil, core.KindConfig, core.CodeSecretMissing},
		{"keychain says why", core.Secret{}, &core.Error{Kind: core.KindConfig, Code: core.CodeKeychainLocked}, core.KindConfig, core.CodeKeychainLocked},
		{"unreadable", core.Secret{}, errors.New("broken"), core.KindConfig, core.CodeSecretMissing},
		{"prompt cancelled", core.Secret{}, context.Canceled, core.KindCancelled, core.CodeCancelled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newSource(t, a, func(c *Config) {
				c.Secret = func(context.Context) (core.Secret, error) { return tt.secret, tt.err }
			})
			f.mustFail(t, tt.kind, tt.code)
		})
	}
	if a.tokens.Load() != 0 {
		t.Error("a request without a secret")
	}
}

func TestNewRefuses(t *testing.T) {
	secret := func(context.Context) (core.Secret, error) { return core.NewSecret("x"), nil }
	good := Config{TokenURL: "https://admin.example/token", ClientID: "id", Secret: secret}
	for name, change := range map[string]func(*Config){
		"no token URL":     func(c *Config) { c.TokenURL = "" },
		"no host":          func(c *Config) { c.TokenURL = "https:///token" },
		"another scheme":   func(c *Config) { c.TokenURL = "ftp://admin.example/" },
		"not a URL":        func(c *Config) { c.TokenURL = "https://%zz" },
		"user in the URL":  func(c *Config) { c.TokenURL = "https://me:hunter2@admin.example/" },
		"plain HTTP":       func(c *Config) { c.TokenURL = "http://admin.example/token" },
		"keys by HTTP":     func(c *Config) { c.JWKSURL = "http://127.example/jwks" },
		"bad JWKS URL":     func(c *Config) { c.JWKSURL = "jwks" },
		"unknown grant":    func(c *Config) { c.Grant = "password" },
		"unknown method":   func(c *Config) { c.ClientAuth = "digest" },
		"no client ID":     func(c *Config) { c.ClientID = "" },
		"no secret":        func(c *Config) { c.Secret = nil },
		"missing key file": func(c *Config) { c.PublicKeyFile = "/nonexistent.pem" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			change(&cfg)
			s, err := New(cfg)
			if s != nil || err == nil || core.AsError(err).Kind != core.KindConfig || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v, %v", s, err)
			}
		})
	}
	long := good
	long.Timeout = time.Hour
	s, err := New(long)
	if err != nil || s.cfg.Timeout != maxTimeout {
		t.Errorf("a time-out of %v: %v", s.cfg.Timeout, err)
	}
	s.cfg.Observer.TokenRequest("", 0)
	s.cfg.Observer.Validation("", 0)
}

// The log shows neither the secret nor a token: the redactor knows both before anything could log
// them.
func TestTheRedactorIsTold(t *testing.T) {
	a := newAdmin(t, nil)
	a.respond(reply(`{"access_token":"an-opaque-token","token_type":"Bearer","expires_in":1800}`))
	r := core.NewRedactor()
	f := newSource(t, a, func(c *Config) { c.Redactor = r })
	f.mustToken(t)
	if got := r.Redact("an-opaque-token, " + testSecret); got != "[redacted], [redacted]" {
		t.Errorf("got %q", got)
	}
}
