package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"

	"github.com/artstore/ingester/core/coretest"
)

// signers are the keys of the tests, made once because RSA is slow.
var signers = sync.OnceValue(func() map[string]crypto.Signer {
	keys := map[string]crypto.Signer{}
	keys["rsa"], _ = rsa.GenerateKey(rand.Reader, 2048)
	keys["rsa2"], _ = rsa.GenerateKey(rand.Reader, 2048)
	keys["p256"], _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	keys["p384"], _ = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	keys["ed25519"] = edwards
	return keys
})

// fields are the members of a JSON object; nil leaves one out.
type fields map[string]any

func (f fields) encode(t *testing.T) string {
	t.Helper()
	clean := maps.Clone(f)
	maps.DeleteFunc(clean, func(_ string, v any) bool { return v == nil })
	data, err := json.Marshal(clean)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// testNow is the first time of a fixture's clock.
var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// mint makes a token that is valid at testNow, changed by header and payload.
func mint(t *testing.T, key crypto.Signer, header, payload fields) string {
	t.Helper()
	h := fields{"alg": "RS256", "typ": "JWT", "kid": "key-1"}
	maps.Copy(h, header)
	p := fields{
		"sub": "sa_test", "type": "service_account", "scope": "files:read files:write",
		"iat": testNow.Unix(), "nbf": testNow.Unix(), "exp": testNow.Add(30 * time.Minute).Unix(),
	}
	maps.Copy(p, payload)
	return sign(t, key, h, p.encode(t))
}

// sign signs as the header's alg says, even if that is wrong.
func sign(t *testing.T, key crypto.Signer, header fields, payload string) string {
	t.Helper()
	input := header.encode(t) + "." + payload
	alg, _ := header["alg"].(string)
	var sig []byte
	var err error
	digest, hash := digestOf(alg, input)
	switch {
	case key == nil:
	case len(alg) > 2 && alg[:2] == "HS":
		public, _ := x509.MarshalPKIXPublicKey(key.Public())
		mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
		mac.Write([]byte(input))
		sig = mac.Sum(nil)
	case len(alg) > 2 && alg[:2] == "PS":
		sig, err = rsa.SignPSS(rand.Reader, key.(*rsa.PrivateKey), hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case len(alg) > 2 && alg[:2] == "ES":
		private := key.(*ecdsa.PrivateKey)
		r, s, signErr := ecdsa.Sign(rand.Reader, private, digest)
		size := (private.Curve.Params().BitSize + 7) / 8
		sig, err = append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...), signErr
	case alg == "EdDSA":
		sig = ed25519.Sign(key.(ed25519.PrivateKey), []byte(input))
	default:
		sig, err = rsa.SignPKCS1v15(rand.Reader, key.(*rsa.PrivateKey), hash, digest)
	}
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func digestOf(alg, input string) ([]byte, crypto.Hash) {
	switch {
	case len(alg) == 5 && alg[2:] == "384":
		sum := sha512.Sum384([]byte(input))
		return sum[:], crypto.SHA384
	case len(alg) == 5 && alg[2:] == "512":
		sum := sha512.Sum512([]byte(input))
		return sum[:], crypto.SHA512
	}
	sum := sha256.Sum256([]byte(input))
	return sum[:], crypto.SHA256
}

// jwkOf returns the public key as a JWK with more members.
func jwkOf(t *testing.T, key crypto.Signer, more fields) fields {
	t.Helper()
	public, err := jwk.Import(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(public)
	if err != nil {
		t.Fatal(err)
	}
	var f fields
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	maps.Copy(f, more)
	return f
}

// jwks answers with a set of keys.
func jwks(t *testing.T, keys ...fields) http.HandlerFunc {
	t.Helper()
	if keys == nil {
		keys = []fields{}
	}
	data, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return reply(string(data))
}

// issue makes a answer with token.
func issue(token string) http.HandlerFunc {
	return reply(`{"access_token":"` + token + `","token_type":"Bearer","expires_in":1800}`)
}

// writePublic writes public keys as PEM.
func writePublic(t *testing.T, keys ...crypto.Signer) string {
	t.Helper()
	var out []byte
	for _, key := range keys {
		der, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})...)
	}
	path := filepath.Join(t.TempDir(), "public.pem")
	coretest.WriteFile(t, path, out)
	return path
}
