package auth

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// I1: a token that starts with "eyJ" from a running server, without TLS, with TLS, and with mutual
// TLS. It is verified with keys from the same server, and cached.
func TestIntegration(t *testing.T) {
	ca, mutual, client := mutualTLS(t)
	oneWay := &tls.Config{Certificates: []tls.Certificate{ca.Server(t)}}
	key := signers()["rsa"]
	for name, tt := range map[string]struct{ server, client *tls.Config }{
		"plain": {nil, nil}, "TLS": {oneWay, &tls.Config{RootCAs: ca.Pool()}}, "mutual TLS": {mutual, client},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAdmin(t, tt.server)
			a.publish(jwks(t, jwkOf(t, key, fields{"kid": "key-1"})))
			a.respond(issue(mint(t, key, nil, nil)))
			f := newSource(t, a, verified(a), func(c *Config) { c.TLS = tt.client })
			token, again := f.mustToken(t), f.mustToken(t)
			if !strings.HasPrefix(token.Value.Reveal(), "eyJ") || !token.Verified || again.Value != token.Value || !f.Valid() {
				t.Errorf("%+v", token)
			}
			if a.tokens.Load() != 1 || a.keys.Load() != 1 {
				t.Errorf("%d tokens, %d key sets", a.tokens.Load(), a.keys.Load())
			}
		})
	}
}

// Every algorithm on the list, over mutual TLS.
// M1: a validation is counted.
func TestVerified(t *testing.T) {
	_, server, client := mutualTLS(t)
	for alg, name := range map[string]string{
		"RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "ES256": "p256", "ES384": "p384", "EdDSA": "ed25519",
	} {
		t.Run(alg, func(t *testing.T) {
			a := newAdmin(t, server)
			key := signers()[name]
			a.publish(jwks(t, jwkOf(t, key, fields{"kid": "key-1", "use": "sig", "alg": alg})))
			a.respond(issue(mint(t, key, fields{"alg": alg}, nil)))
			f := newSource(t, a, verified(a), func(c *Config) { c.TLS = client })
			token := f.mustToken(t)
			if !strings.HasPrefix(token.Value.Reveal(), "eyJ") || !token.Verified || token.Opaque || token.Subject != "sa_test" || !slices.Equal(token.Scopes, []string{"files:read", "files:write"}) {
				t.Errorf("%+v", token)
			}
			f.mustToken(t)
			f.Invalidate(token)
			f.mustToken(t)
			if a.tokens.Load() != 2 || a.keys.Load() != 1 || f.seen.validation(ResultSuccess) != 2 {
				t.Errorf("%d tokens, %d key sets, counted %v", a.tokens.Load(), a.keys.Load(), f.seen.validations)
			}
		})
	}
}

// Faults 12 and 14: accepted and refused tokens. No refused token is returned; the error names the
// claim, but not its value.
func TestVerifyCases(t *testing.T) {
	key, stranger := signers()["rsa"], signers()["rsa2"]
	at := func(d time.Duration) int64 { return testNow.Add(d).Unix() }
	good := mint(t, key, nil, nil)
	parts := strings.Split(good, ".")
	with := func(header, payload fields) string { return mint(t, key, header, payload) }
	raw := func(payload string) string {
		return sign(t, key, fields{"alg": "RS256", "kid": "key-1"}, base64.RawURLEncoding.EncodeToString([]byte(payload)))
	}
	embedded := jwkOf(t, stranger, nil)
	evil := newAdmin(t, nil)
	evil.publish(jwks(t, embedded))

	for _, tt := range []struct {
		name, token string
		code        core.Code // "" means accepted
		says        string
	}{
		{"good", good, "", ""},
		{"no kid", with(fields{"kid": nil}, nil), "", ""},
		{"no typ", with(fields{"typ": nil}, nil), "", ""},
		{"typ of RFC 9068", with(fields{"typ": "at+jwt"}, nil), "", ""},
		{"typ as media type", with(fields{"typ": "application/at+JWT"}, nil), "", ""},
		{"header names a key server", with(fields{"jku": evil.URL + keysPath, "x5u": evil.URL + keysPath}, nil), "", ""},
		{"role admin without scopes", with(nil, fields{"scope": nil, "role": "admin"}), "", ""},
		{"scopes as a list", with(nil, fields{"scope": nil, "scopes": []string{"files:write"}}), "", ""},
		{"scopes as a text", with(nil, fields{"scope": nil, "scopes": "files:read files:write"}), "", ""},
		{"scope as a list", with(nil, fields{"scope": []string{"files:write"}}), "", ""},
		{"expired within the leeway", with(nil, fields{"exp": at(-59 * time.Second)}), "", ""},
		{"nbf within the leeway", with(nil, fields{"nbf": at(59 * time.Second)}), "", ""},
		{"exp is not whole", with(nil, fields{"exp": float64(at(time.Hour)) + 0.5}), "", ""}, // RFC 7519 §2 allows it
		{"no date but the end", with(nil, fields{"nbf": nil, "iat": nil}), "", ""},
		{"issuer and audience", with(nil, fields{"iss": "https://admin.example", "aud": "ingester"}), "", ""},
		{"audience of many", with(nil, fields{"aud": []string{"ingester", "account"}}), "", ""},

		{"no end", with(nil, fields{"exp": nil}), core.CodeTokenUntrusted, "exp"},
		{"expired", with(nil, fields{"exp": at(-time.Minute)}), core.CodeTokenUntrusted, "exp"},
		{"nbf in the future", with(nil, fields{"nbf": at(2 * time.Minute)}), core.CodeTokenUntrusted, "nbf"},
		{"iat in the future", with(nil, fields{"iat": at(24 * time.Hour)}), core.CodeTokenUntrusted, "iat"},
		{"exp is a word", with(nil, fields{"exp": "tomorrow"}), core.CodeTokenUntrusted, "exp is not a date"},
		{"exp in milliseconds", with(nil, fields{"exp": at(time.Hour) * 1000}), core.CodeTokenUntrusted, "exp is not a date"},
		{"exp is not a number", with(nil, fields{"exp": "NaN"}), core.CodeTokenUntrusted, "exp is not a date"},
		{"exp is an empty text", with(nil, fields{"exp": ""}), core.CodeTokenUntrusted, "no claim exp"},
		{"expired, as a text", with(nil, fields{"exp": strconv.FormatInt(at(-time.Hour), 10)}), core.CodeTokenUntrusted, "expired"},
		{"nbf in the future, as a text", with(nil, fields{"nbf": strconv.FormatInt(at(time.Hour), 10)}), core.CodeTokenUntrusted, "nbf"},
		{"exp is 1e400", raw(`{"scope":"files:write","exp":1e400}`), core.CodeTokenUntrusted, "exp"},
		{"exp is negative", with(nil, fields{"exp": -1}), core.CodeTokenUntrusted, "exp"},
		{"exp is a list", with(nil, fields{"exp": []int{1}}), core.CodeTokenUntrusted, "exp"},
		{"exp is null", raw(`{"scope":"files:write","exp":null}`), core.CodeTokenUntrusted, "exp"},
		{"exp twice", raw(`{"scope":"files:write","exp":1,"exp":9999999999}`), core.CodeTokenUntrusted, "payload"},
		{"typ of another token", with(fields{"typ": "logout+jwt"}, nil), core.CodeTokenUntrusted, "typ"},

		{"another scope and role", with(nil, fields{"scope": "files:read", "role": []string{"user", "administrator"}}), core.CodeScopeMissing, "files:write"},
		{"another scope", with(nil, fields{"scope": "files:read files:writer"}), core.CodeScopeMissing, "files:write"},

		{"alg none", mint(t, nil, fields{"alg": "none"}, nil), core.CodeTokenUntrusted, "alg"},
		{"alg NoNe", mint(t, nil, fields{"alg": "NoNe"}, nil), core.CodeTokenUntrusted, "alg"},
		{"alg none with a signature", headerPart(t, fields{"alg": "none"}) + "." + parts[1] + "." + parts[2], core.CodeTokenUntrusted, "alg"},
		{"HS256 with the public key", with(fields{"alg": "HS256"}, nil), core.CodeTokenUntrusted, "alg"},
		{"alg in small letters", headerPart(t, fields{"alg": "rs256", "kid": "key-1"}) + "." + parts[1] + "." + parts[2], core.CodeTokenUntrusted, "alg"},
		{"alg not on the list", with(fields{"alg": "PS512"}, nil), core.CodeTokenUntrusted, "alg"},
		{"alg missing", with(fields{"alg": nil}, nil), core.CodeTokenUntrusted, "alg"},
		{"alg is a number", headerPart(t, fields{"alg": 5}) + "." + parts[1] + "." + parts[2], core.CodeTokenUntrusted, "alg"},
		{"alg of another kind of key", mint(t, signers()["p256"], fields{"alg": "ES256"}, nil), core.CodeTokenUntrusted, "no key"},
		{"signed by a stranger", mint(t, stranger, nil, nil), core.CodeTokenUntrusted, "no key"},
		{"key elsewhere", mint(t, stranger, fields{"jku": evil.URL + keysPath, "x5u": evil.URL + keysPath, "kid": nil}, nil), core.CodeTokenUntrusted, "no key"},
		{"key embedded", mint(t, stranger, fields{"jwk": embedded}, nil), core.CodeTokenUntrusted, "no key"},
		{"unknown kid", with(fields{"kid": "key-9"}, nil), core.CodeTokenUntrusted, "no key"},
		{"kid is a number", with(fields{"kid": 1}, nil), core.CodeTokenUntrusted, "kid"},
		{"crit", with(fields{"crit": []string{"exp"}}, nil), core.CodeTokenUntrusted, "crit"},
		{"unencoded payload", with(fields{"b64": false}, nil), core.CodeTokenUntrusted, "b64"},
		{"payload changed", parts[0] + "." + strings.Split(with(nil, fields{"sub": "root"}), ".")[1] + "." + parts[2], core.CodeTokenUntrusted, "no key"},
		{"signature missing", parts[0] + "." + parts[1] + ".", core.CodeTokenUntrusted, "no key"},
		{"signature padded", good + "==", core.CodeTokenUntrusted, "base64url"},
		{"header is not base64url", "eyJ!" + good[4:], core.CodeTokenUntrusted, "base64url"},
		{"header is not JSON", "eyJhbGc." + parts[1] + "." + parts[2], core.CodeTokenUntrusted, "header"},
		{"payload is not JSON", raw("junk"), core.CodeTokenUntrusted, "payload"},
		{"payload is a list", raw("[]"), core.CodeTokenUntrusted, "payload"},
		{"white space in the header", sign(t, key, fields{"alg": "none"}, parts[1]), core.CodeTokenUntrusted, "alg"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAdmin(t, nil)
			a.publish(jwks(t, jwkOf(t, key, fields{"kid": "key-1"})))
			a.respond(issue(tt.token))
			f := newSource(t, a, verified(a))
			if tt.code == "" {
				if token := f.mustToken(t); !token.Verified || f.seen.validation(ResultSuccess) != 1 {
					t.Errorf("%+v", token)
				}
				return
			}
			e := f.failure(t, core.KindAuth, tt.code)
			if !strings.Contains(e.Message, tt.says) {
				t.Errorf("does not say %q: %v", tt.says, e)
			}
			result := ResultFailure
			if strings.HasPrefix(tt.name, "expired") {
				result = ResultExpired // M1
			}
			if f.seen.validation(result) != 1 || f.Valid() || a.keys.Load() > 1 {
				t.Errorf("counted %v, %d key sets fetched", f.seen.validations, a.keys.Load())
			}
		})
	}
	if evil.connections.Load() != 0 {
		t.Error("keys were fetched from where a token said")
	}
}

// A claim that isn't needed makes no token invalid, whatever its form, and a token without scopes
// is left to the server. With and without keys the result is the same.
func TestOddClaims(t *testing.T) {
	key := signers()["rsa"]
	half := testNow.Add(30 * time.Minute)
	odd := []any{json.RawMessage("null"), 7, -1, 1.5, true, "", "text", "1772300000", "2026-01-01T00:00:00Z", []any{}, []any{1, 2}, []string{"a", "b"}, fields{}, fields{"a": 1}}
	type oddity struct {
		header, payload fields
		scopes          []string
		admin           bool
	}
	plain := []string{"files:read", "files:write"}
	var cases []oddity
	for _, value := range odd {
		for _, name := range []string{"nbf", "iat", "sub", "iss", "aud", "jti", "azp", "cnf", "realm_access", "role", "roles", "type", "auth_time", "x"} {
			cases = append(cases, oddity{payload: fields{name: value}, scopes: plain})
		}
		for _, name := range []string{"typ", "x5t", "x5c", "jku", "cty", "x"} {
			cases = append(cases, oddity{header: fields{name: value}, scopes: plain})
		}
		cases = append(cases, oddity{payload: fields{"cnf": fields{"x5t#S256": nil, "jkt": value}}, scopes: plain})
	}
	for _, value := range []any{json.RawMessage("null"), 7, true, "", []any{}, []any{1}, []any{"files:read", 1}, fields{"files:write": true}} {
		cases = append(cases, oddity{payload: fields{"scope": value}}, oddity{payload: fields{"scope": nil, "scopes": value}})
	}
	cases = append(cases,
		oddity{payload: fields{"scope": "files:read", "scopes": fields{"files:write": true}}},
		oddity{payload: fields{"scope": nil, "scp": []string{"files:write"}}},
		oddity{payload: fields{"scope": nil, "role": "user"}},
		oddity{payload: fields{"scope": nil, "role": "readonly"}},
		oddity{payload: fields{"scope": nil, "role": []string{"user"}}},
		oddity{payload: fields{"scope": nil, "role": fields{"admin": true}}},
		oddity{payload: fields{"scope": nil, "role": "admin"}, admin: true},
		oddity{payload: fields{"scope": nil, "role": []string{"user", "admin"}}, admin: true},
		oddity{payload: fields{"scope": "files:read", "role": []string{"admin", "user"}}, scopes: []string{"files:read"}, admin: true},
		oddity{payload: fields{"exp": strconv.FormatInt(half.Unix(), 10)}, scopes: plain},
		oddity{payload: fields{"exp": float64(half.Unix()) + 0.25}, scopes: plain},
		oddity{payload: fields{"nbf": strconv.FormatInt(testNow.Unix(), 10), "iat": float64(testNow.Unix()) + 0.9}, scopes: plain},
		oddity{header: fields{"typ": "bearer"}, scopes: plain},
		oddity{header: fields{"typ": "JOSE"}, scopes: plain},
	)
	a := newAdmin(t, nil)
	a.publish(jwks(t, jwkOf(t, key, fields{"kid": "key-1"})))
	for _, on := range []bool{true, false} {
		f := newSource(t, a, func(c *Config) {
			if on {
				verified(a)(c)
			}
		})
		for _, tt := range cases {
			a.respond(reply(`{"access_token":"` + mint(t, key, tt.header, tt.payload) + `","token_type":"Bearer"}`))
			token, err := f.Token(t.Context())
			switch {
			case err != nil:
				t.Errorf("%v %v, verified %t: %v", tt.header, tt.payload, on, err)
			case token.Verified != on || token.Opaque || token.Admin != tt.admin || !slices.Equal(token.Scopes, tt.scopes) || token.Expiry.Before(half.Add(-time.Second)):
				t.Errorf("%v %v, verified %t: %+v", tt.header, tt.payload, on, token)
			}
			f.Invalidate(token)
			f.clock.AdvanceMono(quiet)
		}
	}
}

func headerPart(t *testing.T, header fields) string { t.Helper(); return header.encode(t) }

// Opaque tokens are used as they are, with or without keys.
func TestOpaque(t *testing.T) {
	for _, token := range []string{"opaque", "a.b", "a.b.c", "e30", "AAAA.BBBB.CCCC", "a.b.c.d.e", "...", ".."} {
		a := newAdmin(t, nil)
		a.respond(issue(token))
		f := newSource(t, a, verified(a))
		got := f.mustToken(t)
		if !got.Opaque || got.Verified || got.Value.Reveal() != token || a.keys.Load() != 0 || f.seen.validation(ResultSuccess) != 0 {
			t.Errorf("%s: %+v", token, got)
		}
	}
	a := newAdmin(t, nil)
	a.respond(reply(`{"access_token":"opaque","scope":"files:write x","expires_in":60}`))
	if got := newSource(t, a).mustToken(t); !slices.Equal(got.Scopes, []string{"files:write", "x"}) {
		t.Errorf("%+v", got)
	}
}

// Fault 15: any amount of junk is recognised without a panic.
func TestJunk(t *testing.T) {
	long := strings.Repeat("A", 1<<20)
	for _, junk := range []string{
		"", ".", "..", "...", "a.b.c", "eyJ", "eyJ..", "eyJ.eyJ.eyJ", "e30.e30.e30", "\xff.\xfe.\xfd", "eyJ\xff.\xff.\xff", "😀.😀.😀",
		long, long + "." + long + "." + long, "eyJ" + long + "." + long + ".", strings.Repeat(".", 1<<20),
		base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(`{"a":`, 1<<18))) + "..",
	} {
		_ = looksLikeJWT(junk)
		if c, err := parseJWT(junk); err == nil || !c.exp.IsZero() {
			t.Errorf("%.20q is a token", junk)
		}
	}
}

// With verification off a JWT is used whatever its signature, but not once it has expired.
func TestVerificationOff(t *testing.T) {
	a := newAdmin(t, nil)
	f := newSource(t, a)
	a.respond(issue(mint(t, signers()["rsa2"], nil, fields{"scope": "profile"})))
	token := f.mustToken(t)
	if token.Verified || token.Opaque || token.Subject != "sa_test" || f.seen.validation(ResultSuccess) != 0 {
		t.Errorf("%+v", token)
	}
	f.Invalidate(token)
	a.respond(issue(mint(t, signers()["rsa"], nil, fields{"exp": testNow.Add(-time.Hour).Unix()})))
	f.mustFail(t, core.KindAuth, core.CodeTokenUntrusted)
	f.clock.AdvanceMono(quiet)
	a.respond(issue("eyJ.eyJ.junk"))
	if token := f.mustToken(t); !token.Opaque {
		t.Errorf("%+v", token)
	}
}

// A token without expires_in lives as long as its claim says, and no token lives longer than its
// claim.
func TestLifetimeOfClaim(t *testing.T) {
	key := signers()["rsa"]
	for _, tt := range []struct {
		name, expiresIn string
		exp             any // nil for tokens that are not verified
		lifetime        time.Duration
	}{
		{"claim only", "", testNow.Add(20 * time.Minute).Unix(), 20 * time.Minute},
		{"claim of a year", "", testNow.Add(365 * 24 * time.Hour).Unix(), 24 * time.Hour},
		{"claim just over", "", testNow.Add(-30 * time.Second).Unix(), 30 * time.Second},
		{"neither", "", nil, 30 * time.Minute},
		{"answer only", `,"expires_in":600`, nil, 10 * time.Minute},
		{"answer earlier", `,"expires_in":600`, testNow.Add(time.Hour).Unix(), 10 * time.Minute},
		{"answer later", `,"expires_in":7200`, testNow.Add(10 * time.Minute).Unix(), 11 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAdmin(t, nil)
			a.publish(jwks(t, jwkOf(t, key, fields{"kid": "key-1"})))
			a.respond(reply(`{"access_token":"` + mint(t, key, nil, fields{"exp": tt.exp}) + `"` + tt.expiresIn + `}`))
			f := newSource(t, a, func(c *Config) {
				if tt.exp != nil {
					verified(a)(c)
				}
			})
			if got := f.mustToken(t).Expiry.Sub(f.clock.Now()); got != tt.lifetime {
				t.Errorf("lives %v, want %v", got, tt.lifetime)
			}
		})
	}
}

// RFC 8705 §3: a token that is bound to another certificate than ours is refused before anything
// is sent with it.
func TestBoundToCertificate(t *testing.T) {
	ca, server, _ := mutualTLS(t)
	key := signers()["rsa"]
	mine, other := ca.Client(t, "me"), ca.Client(t, "another")
	hash := func(c tls.Certificate) string {
		return thumbprint(&tls.Config{Certificates: []tls.Certificate{c}})
	}
	a := newAdmin(t, server)
	a.publish(jwks(t, jwkOf(t, key, fields{"kid": "key-1"})))
	for name, change := range map[string]func(*Config){"verified": verified(a), "not verified": func(*Config) {}} {
		f := newSource(t, a, change, func(c *Config) {
			c.TLS = &tls.Config{RootCAs: ca.Pool(), Certificates: []tls.Certificate{mine}}
		})
		a.respond(issue(mint(t, key, nil, fields{"cnf": fields{"x5t#S256": hash(other)}})))
		if e := f.failure(t, core.KindAuth, core.CodeTokenUntrusted); !strings.Contains(e.Message, "another client certificate") {
			t.Errorf("%s: %v", name, e)
		}
		f.clock.AdvanceMono(quiet)
		a.respond(issue(mint(t, key, nil, fields{"cnf": fields{"x5t#S256": hash(mine)}})))
		f.mustToken(t)
	}

	broken := &tls.Config{GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return nil, http.ErrNoCookie
	}}
	for _, none := range []*tls.Config{nil, {}, broken} {
		if thumbprint(none) != "" {
			t.Error("a thumbprint without a certificate")
		}
	}
}

// M5: a slow validation gives a warning.
func TestSlowValidationIsLogged(t *testing.T) {
	key := signers()["rsa"]
	a := newAdmin(t, nil)
	a.respond(issue(mint(t, key, nil, nil)))
	f := newSource(t, a, verified(a))
	answer := jwks(t, jwkOf(t, key, fields{"kid": "key-1"}))
	a.publish(func(w http.ResponseWriter, r *http.Request) {
		f.clock.Advance(150 * time.Millisecond)
		answer(w, r)
	})
	f.mustToken(t)
	if text := f.log.String(); !strings.Contains(text, "token validation was slow") || !strings.Contains(text, "duration=150ms result=success") {
		t.Error(text)
	}
}
