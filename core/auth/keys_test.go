package auth

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// oneKey returns a source that has a token signed with the first key, the only one that its
// server publishes, and the key that follows.
func oneKey(t *testing.T) (a *admin, f fixture, first, second crypto.Signer) {
	t.Helper()
	first, second = signers()["rsa"], signers()["rsa2"]
	a = newAdmin(t, nil)
	a.publish(jwks(t, jwkOf(t, first, fields{"kid": "key-1"})))
	a.respond(issue(mint(t, first, nil, nil)))
	f = newSource(t, a, verified(a))
	f.Invalidate(f.mustToken(t))
	return a, f, first, second
}

// Keys are rotated: because of an unknown key ID the set is fetched again, at most once a
// minute.
func TestRotation(t *testing.T) {
	a, f, first, second := oneKey(t)

	a.respond(issue(mint(t, second, fields{"kid": "key-2"}, nil)))
	for range 3 { // before the server publishes the new key, and then before another fetch is allowed
		e := f.failure(t, core.KindServer, core.CodeServerBusy)
		if e.RetryAfter != keysPause-f.clock.Elapsed() {
			t.Errorf("try again in %v after %v", e.RetryAfter, f.clock.Elapsed())
		}
	}
	if a.keys.Load() != 1 || a.tokens.Load() != 4 {
		t.Errorf("%d key sets in half a minute, %d tokens", a.keys.Load(), a.tokens.Load())
	}
	f.clock.Advance(keysPause)
	f.mustFail(t, core.KindAuth, core.CodeTokenUntrusted) // a key that is not published is not the server's
	f.clock.Advance(keysPause)
	a.publish(jwks(t, jwkOf(t, first, fields{"kid": "key-1"}), jwkOf(t, second, fields{"kid": "key-2"})))
	f.Invalidate(f.mustToken(t))
	f.mustToken(t)
	if a.keys.Load() != 3 {
		t.Errorf("%d key sets", a.keys.Load())
	}
}

// A server may change the key and keep its ID, and a withdrawn key is not trusted for ever.
func TestRotationUnderOneID(t *testing.T) {
	a, f, _, second := oneKey(t)
	f.clock.Advance(2 * time.Minute)
	a.publish(jwks(t, jwkOf(t, second, fields{"kid": "key-1"})))
	a.respond(issue(mint(t, second, nil, nil)))
	f.Invalidate(f.mustToken(t))

	f.clock.AdvanceMono(keysMaxAge + time.Second)
	a.publish(refuse(http.StatusServiceUnavailable, ""))
	f.mustFail(t, core.KindServer, core.CodeServerBusy)
	if a.keys.Load() != 3 {
		t.Errorf("%d key sets", a.keys.Load())
	}
}

// Without keys a token can't be verified and is refused.
func TestKeysUnreachable(t *testing.T) {
	key := signers()["rsa"]
	other := newAdmin(t, nil)
	for _, tt := range []struct {
		name string
		jwks http.HandlerFunc
		kind core.Kind
		code core.Code
	}{
		{"not found", http.NotFound, core.KindAuth, core.CodeTokenUntrusted},
		{"busy", refuse(503, ""), core.KindServer, core.CodeServerBusy},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+keysPath, http.StatusFound)
		}, core.KindServer, core.CodeRedirect},
		{"cut off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.KindNetwork, core.CodeConnectionLost},
		{"HTML", reply("<html>"), core.KindAuth, core.CodeTokenUntrusted},
		{"no list", reply(`{"keys":{}}`), core.KindAuth, core.CodeTokenUntrusted},
		{"no keys", reply(`{"keys":[]}`), core.KindAuth, core.CodeTokenUntrusted},
		{"longer than 64 KiB", reply(`{"keys":[],"x":"` + strings.Repeat("x", maxBody) + `"}`), core.KindAuth, core.CodeTokenUntrusted},
		{"a key for encryption", jwks(t, jwkOf(t, key, fields{"kid": "key-1", "use": "enc"})), core.KindAuth, core.CodeTokenUntrusted},
		{"a symmetric key", jwks(t, fields{"kty": "oct", "kid": "key-1", "k": "AAAA"}), core.KindAuth, core.CodeTokenUntrusted},
		{"a weak key", jwks(t, fields{"kty": "RSA", "kid": "key-1", "e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(weakRSA(t).Public().(*rsa.PublicKey).N.Bytes())}), core.KindAuth, core.CodeTokenUntrusted},
		{"junk for keys", jwks(t, fields{"kty": "RSA"}, fields{"kty": "?"}), core.KindAuth, core.CodeTokenUntrusted},
		{"two keys with the ID", jwks(t, jwkOf(t, key, fields{"kid": "key-1"}), jwkOf(t, signers()["rsa2"], fields{"kid": "key-1"})), core.KindAuth, core.CodeTokenUntrusted},
		{"two keys with the ID behind one without", jwks(t, jwkOf(t, signers()["rsa2"], nil), jwkOf(t, key, fields{"kid": "key-1"}), jwkOf(t, signers()["rsa2"], fields{"kid": "key-1"})), core.KindAuth, core.CodeTokenUntrusted},
		{"key for another algorithm", jwks(t, jwkOf(t, key, fields{"kid": "key-1", "alg": "PS256"})), core.KindAuth, core.CodeTokenUntrusted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAdmin(t, nil)
			a.respond(issue(mint(t, key, nil, nil)))
			a.publish(tt.jwks)
			f := newSource(t, a, verified(a))
			f.mustFail(t, tt.kind, tt.code)
			if f.seen.validation(ResultFailure) != 1 || f.Valid() {
				t.Errorf("counted %v", f.seen.validations)
			}
		})
	}
	if other.keys.Load() != 0 {
		t.Error("a redirect to other keys was followed")
	}
}

func weakRSA(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A public key from a file that an administrator handed out.
func TestPublicKeyFile(t *testing.T) {
	key := signers()["rsa"]
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(key.Public().(*rsa.PublicKey))})
	cert := coretest.NewCA(t, "Admin").Issue(t, coretest.Leaf{CommonName: "keys", Key: key})
	for name, content := range map[string][]byte{
		"PKCS1":       pkcs1,
		"certificate": append([]byte("a text before\n"), coretest.EncodeCertificates(cert.Certificate...)...),
		"PKIX":        nil,
		"BOM":         append([]byte("\ufeff"), pkcs1...),
		"UTF-16":      []byte("\xff\xfe" + strings.ReplaceAll(string(pkcs1), "", "\x00")[1:]),
		"CR":          bytes.ReplaceAll(pkcs1, []byte("\n"), []byte("\r")),
		"indented":    bytes.ReplaceAll(pkcs1, []byte("\n"), []byte("  \n  ")),
		"glued":       append(bytes.TrimSpace(pemOf(t, signers()["ed25519"])), pkcs1...),
		"trusted":     pem.EncodeToMemory(&pem.Block{Type: "TRUSTED CERTIFICATE", Bytes: append(bytes.Clone(cert.Leaf.Raw), 0x30, 0)}),
	} {
		t.Run(name, func(t *testing.T) {
			path := writePublic(t, signers()["ed25519"], key)
			if content != nil {
				coretest.WriteFile(t, path, content)
			}
			a := newAdmin(t, nil)
			a.respond(issue(mint(t, key, nil, nil)))
			f := newSource(t, a, verified(a), func(c *Config) { c.PublicKeyFile = path })
			if !f.mustToken(t).Verified || a.keys.Load() != 0 {
				t.Error("not verified by the file")
			}
			f.Invalidate(f.mustToken(t))
			a.respond(issue(mint(t, signers()["rsa2"], nil, nil)))
			f.mustFail(t, core.KindAuth, core.CodeTokenUntrusted)
		})
	}
	for name, content := range map[string]string{"no PEM": "junk", "a private key": string(coretest.EncodeKey(t, key)), "a weak key": string(pemOf(t, weakRSA(t)))} {
		path := filepath.Join(t.TempDir(), "bad.pem")
		coretest.WriteFile(t, path, []byte(content))
		if _, err := readPublicKeys(path); core.CodeOf(err) != core.CodeCertificateUnreadable {
			t.Errorf("%s: %v", name, err)
		}
	}
	for words, content := range map[string][]byte{
		"block 2 (line 9): it is cut off":               append(bytes.Clone(pkcs1), pkcs1[:90]...),
		"block 1 (line 1): its BEGIN line is damaged":   append(bytes.Clone(pkcs1[1:]), pkcs1...),
		"block 2 (line 9) holds no public key":          append(bytes.Clone(pkcs1), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("junk")})...),
		"UTF-16 that is cut off":                        []byte("\xff\xfex"),
		"block 1 (line 1): its base64 is damaged":       bytes.Replace(pkcs1, []byte("\nM"), []byte("\n?"), 1),
		"block 1 (line 1): it begins as RSA PUBLIC KEY": bytes.Replace(pkcs1, []byte("END RSA"), []byte("END X"), 1),
	} {
		path := filepath.Join(t.TempDir(), "bad.pem")
		coretest.WriteFile(t, path, content)
		if _, err := readPublicKeys(path); core.CodeOf(err) != core.CodeCertificateUnreadable || !strings.Contains(err.Error(), words) {
			t.Errorf("%v; want %q", err, words)
		}
	}
	if _, err := readPublicKeys(t.TempDir()); core.CodeOf(err) != core.CodeCertificateUnreadable {
		t.Errorf("a folder: %v", err)
	}
}

func pemOf(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestKeyFits(t *testing.T) {
	p224, _ := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	for _, k := range []publicKey{{key: p224.Public()}, {key: "no key"}} {
		for _, alg := range []string{"ES256", "ES384", "RS256", "EdDSA"} {
			if k.fits(alg, "") {
				t.Errorf("%T fits %s", k.key, alg)
			}
		}
	}
	if usable("no key") {
		t.Error("a text is a key")
	}
	if err := (&keys{}).verify(t.Context(), "", claims{alg: "XX"}); err == nil {
		t.Error("an unknown algorithm was checked")
	}
}

// Keys are rotated while the key server fails: because of an unknown key ID it is asked once
// a minute, however many tokens are fetched, and the error stays the same.
func TestRotationWhileKeysFail(t *testing.T) {
	a, f, _, second := oneKey(t)

	a.respond(issue(mint(t, second, fields{"kid": "key-2"}, nil)))
	a.publish(refuse(http.StatusServiceUnavailable, ""))
	f.clock.AdvanceMono(keysPause)
	for range 4 * keysPause / quiet { // each waits until a token may be fetched
		f.mustFail(t, core.KindServer, core.CodeServerBusy)
	}
	if a.keys.Load() != 1+4 {
		t.Errorf("%d key sets in 4 minutes", a.keys.Load())
	}
	f.clock.AdvanceMono(keysPause)
	a.publish(jwks(t, jwkOf(t, second, fields{"kid": "key-2"})))
	f.mustToken(t)
}

// If the caller cancels a fetch of keys, that says nothing about the server: the next call
// fetches at once.
func TestRotationGivenUp(t *testing.T) {
	a, f, _, second := oneKey(t)
	f.clock.AdvanceMono(keysPause)

	a.respond(issue(mint(t, second, fields{"kid": "key-2"}, nil)))
	ctx, cancel := context.WithCancel(t.Context())
	a.publish(func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	if _, err := f.Token(ctx); core.CodeOf(err) != core.CodeCancelled {
		t.Error(err)
	}
	a.publish(jwks(t, jwkOf(t, second, fields{"kid": "key-2"})))
	f.mustToken(t)
	if a.keys.Load() != 3 {
		t.Errorf("%d key sets", a.keys.Load())
	}
}

// Keys that are declared for something other than verifying are not used.
func TestKeyOperations(t *testing.T) {
	key := signers()["rsa"]
	for _, tt := range []struct {
		ops  any
		want bool
	}{{nil, true}, {[]string{"verify"}, true}, {[]string{"sign", "verify"}, true}, {[]string{"encrypt"}, false}, {[]string{}, false}} {
		more := fields{"kid": "key-1"}
		if tt.ops != nil {
			more["key_ops"] = tt.ops
		}
		raw, err := json.Marshal(jwkOf(t, key, more))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := parseKey(raw); ok != tt.want {
			t.Errorf("key_ops %v: used %t", tt.ops, ok)
		}
	}
}

// A gateway that answers only the first of two requests in a row (nginx limit_req without a
// burst) refuses the keys after every token: they are fetched before the next token.
func TestKeysBehindABusyGateway(t *testing.T) {
	key := signers()["rsa"]
	a := newAdmin(t, nil)
	var f fixture
	last := -time.Hour
	limited := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if now := f.clock.Elapsed(); now-last < time.Second {
				answer = refuse(http.StatusServiceUnavailable, "")
			} else {
				last = now
			}
			answer(w, r)
		}
	}
	a.respond(func(w http.ResponseWriter, r *http.Request) { limited(issue(mint(t, key, nil, nil)))(w, r) })
	a.publish(func(w http.ResponseWriter, r *http.Request) {
		limited(jwks(t, jwkOf(t, key, fields{"kid": "key-1"})))(w, r)
	})
	f = newSource(t, a, verified(a))
	e := f.failure(t, core.KindServer, core.CodeServerBusy)
	if strings.Contains(e.Message, "auth.jwks_url") {
		t.Errorf("it is busy, but the address is blamed: %s", e.Message)
	}
	f.mustFail(t, core.KindServer, core.CodeServerBusy) // the keys are there now
	if token := f.mustToken(t); !token.Verified {
		t.Error("not verified")
	}
	if a.tokens.Load() != 3 || a.keys.Load() != 2 {
		t.Errorf("%d tokens, %d key sets", a.tokens.Load(), a.keys.Load())
	}
}
