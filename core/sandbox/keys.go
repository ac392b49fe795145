package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/artstore/ingester/core/smallfile"
)

// tokenKeyBits is the size of the RSA key behind RS256.
const tokenKeyBits = 2048

// keyring makes tokens and verifies them.
type keyring struct {
	private  jwk.Key // its key ID is its thumbprint (RFC 7638)
	public   jwk.Key
	lifetime time.Duration
	now      func() time.Time
	plain    bool // the first generation's tokens, without scopes
}

// loadKeyring reads the signing key from dir, or creates one. It writes the public
// half beside it, for clients that use no JWKS.
func loadKeyring(dir string, cfg Config) (*keyring, error) {
	raw, err := loadTokenKey(filepath.Join(dir, "token.key"))
	if err != nil {
		return nil, err
	}
	if err := writePublicKey(filepath.Join(dir, "token.pub.pem"), &raw.PublicKey); err != nil {
		return nil, err
	}
	private, err := jwk.Import(raw)
	if err != nil {
		return nil, err
	}
	if err := jwk.AssignKeyID(private); err != nil {
		return nil, err
	}
	public, err := jwk.PublicKeyOf(private)
	if err != nil {
		return nil, err
	}
	err = errors.Join(public.Set(jwk.AlgorithmKey, jwa.RS256()), public.Set(jwk.KeyUsageKey, jwk.ForSignature))
	return &keyring{private: private, public: public, lifetime: cfg.TokenLifetime, now: cfg.Now, plain: cfg.Generation == generation1}, err
}

// loadTokenKey reads the key or creates one. A key that can't be read is an error:
// its public half may be in use.
func loadTokenKey(path string) (*rsa.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err := rsa.GenerateKey(rand.Reader, tokenKeyBits)
		if err != nil {
			return nil, err
		}
		return key, writeKey(path, key)
	}
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(data); block != nil {
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if key, ok := parsed.(*rsa.PrivateKey); err == nil && ok {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%s is damaged; delete it to get a new key", path)
}

func writePublicKey(path string, key *rsa.PublicKey) error {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return err
	}
	return smallfile.Write(path, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), privateFile)
}

// identity is who a token was issued to.
type identity struct {
	subject string
	name    string
	role    string
	scopes  []string
}

// Scopes and roles. Uploads need scopeWrite; roleAdmin needs no scope.
const (
	scopeRead   = "files:read"
	scopeWrite  = "files:write"
	roleService = "service"
	roleAdmin   = "admin"
	roleUser    = "user"
)

// may reports whether the token has one of the scopes, or needs none.
func (i identity) may(scopes ...string) bool {
	return i.role == roleAdmin || slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(i.scopes, scope) })
}

// issue signs a token for who, the client with the given ID. It contains both forms
// of the scope claim, because servers differ in which one they read.
func (k *keyring) issue(who identity, clientID string) (string, error) {
	now := k.now().UTC()
	b := jwt.NewBuilder().
		Subject(who.subject).
		JwtID(uuid.NewString()).
		IssuedAt(now).NotBefore(now).Expiration(now.Add(k.lifetime)).
		Claim("type", "service_account").
		Claim("role", who.role).
		Claim("name", who.name).
		Claim("client_id", clientID)
	if k.plain {
		b.Claim("rate_limit", 100) // requests a minute
	} else {
		b.Claim("scope", strings.Join(who.scopes, " ")).Claim("scopes", who.scopes)
	}
	token, err := b.Build()
	if err != nil {
		return "", err
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.RS256(), k.private))
	return string(signed), err
}

// verify reads a token of this keyring that is valid now.
func (k *keyring) verify(token string) (identity, error) {
	parsed, err := jwt.Parse([]byte(token), jwt.WithKey(jwa.RS256(), k.public),
		jwt.WithClock(jwt.ClockFunc(k.now)), jwt.WithRequiredClaim(jwt.ExpirationKey))
	if err != nil {
		return identity{}, err
	}
	var who identity
	who.subject, _ = parsed.Subject()
	// A claim that is missing or has another type grants nothing.
	_ = parsed.Get("role", &who.role)
	_ = parsed.Get("name", &who.name)
	var scope string
	_ = parsed.Get("scope", &scope)
	who.scopes = strings.Fields(scope)
	return who, nil
}

// authorise returns who sends a request, and refuses one whose token has none of
// the scopes. The refusal names the first scope.
func (s *Server) authorise(r *http.Request, scopes ...string) (identity, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return identity{}, s.noToken("a bearer token is required", "Отсутствует заголовок Authorization", nil)
	}
	who, err := s.tokens.verify(strings.TrimSpace(token))
	if err != nil || s.cfg.Faults.OtherKey {
		return identity{}, s.noToken("the token is not valid", "Невалидный или просроченный токен", err)
	}
	if !who.may(scopes...) {
		return identity{}, &refusal{status: http.StatusForbidden, code: codeForbidden, message: s.words("the token lacks the scope ", "Недостаточно прав: требуется scope ") + scopes[0]}
	}
	return who, nil
}

// noToken refuses a token with the text of the generation.
func (s *Server) noToken(own, second string, err error) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, message: s.words(own, second), err: err}
}

// words returns the text of the generation: the sandbox's own or the second's.
func (s *Server) words(own, second string) string {
	if s.cfg.Generation == generation2 {
		return second
	}
	return own
}

// readers are the scopes that allow reading. With the second generation scopeWrite
// does not.
func (s *Server) readers() []string {
	if s.cfg.Generation == generation2 {
		return []string{scopeRead}
	}
	return []string{scopeRead, scopeWrite}
}

// jwks answers the key that verifies tokens (RFC 7517).
func (s *Server) jwks(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=300")
	writeJSON(w, http.StatusOK, map[string][]jwk.Key{"keys": {s.tokens.public}})
}
