package auth

import (
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// Whatever a token server answers: parsing never panics, and an accepted token fits into a
// header and has a limited lifetime.
func FuzzParseAnswer(f *testing.F) {
	f.Add([]byte(with()))
	f.Add([]byte(with("expires_in", "1e400", "scope", `"a b"`)))
	f.Add([]byte("\ufeff" + with()))
	f.Add([]byte(`{"a":[{"b":"\"["}],"a":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseAnswer(body)
		if err != nil {
			if core.CodeOf(err) != core.CodeTokenInvalid {
				t.Errorf("another error: %v", err)
			}
			return
		}
		if a.token == "" || len(a.token) > maxToken || strings.ContainsAny(a.token, " \r\n\t\x00") || a.lifetime < 0 || a.lifetime > maxLifetime {
			t.Errorf("%+v", a)
		}
	})
}

// Whatever a token looks like: parsing never panics, and its claims can be checked.
func FuzzParseJWT(f *testing.F) {
	f.Add("eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln")
	f.Add("e30.e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		c, err := parseJWT(token)
		if err == nil && (c.alg == "" || !looksLikeJWT(token)) {
			t.Errorf("%q is a JWT without an algorithm or without looking like one", token)
		}
		_, _ = c.expired(time.Now()), c.early(time.Now())
	})
}

// Whatever a key server answers: parsing never panics, and every key can verify.
func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"1","use":"sig"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		set, err := parseKeys(body)
		if (err == nil) != (len(set) > 0) {
			t.Errorf("%d keys, %v", len(set), err)
		}
		for _, key := range set {
			if !usable(key.key) {
				t.Errorf("%T can't verify", key.key)
			}
		}
	})
}
