package auth

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

const (
	scopeNeeded = "files:write" // the scope that uploads need
	roleAdmin   = "admin"       // has all permissions

	// slowValidation is how long a verification may take without a warning.
	slowValidation = 100 * time.Millisecond
)

// accept decides whether the token of an answer may be used and for how long. A
// token that is not a JWT is accepted as opaque. A JWT that has expired or is bound
// to another client certificate is never accepted. If there are keys to verify it,
// neither is one that is forged, not valid yet, without an expiry, or with scopes of
// which none is for uploads. A token without scopes is accepted, as the server knows
// what its accounts may do.
func (s *Source) accept(ctx context.Context, a answer) (core.Token, time.Duration, error) {
	token := core.Token{Value: core.NewSecret(a.token), Type: "Bearer", Scopes: a.scopes}
	if !looksLikeJWT(a.token) {
		token.Opaque = true
		return token, orElse(a.lifetime, s.untold()), nil
	}
	c, malformed := parseJWT(a.token)
	err := errNoKeys
	if s.keys != nil {
		start := s.mono()
		err = s.validate(ctx, a.token, c, malformed)
		token.Keyless = errors.Is(err, errNoKeys)
		if !token.Keyless {
			s.validated(ctx, s.mono()-start, err)
		}
		token.Verified = err == nil
	}
	switch {
	case !errors.Is(err, errNoKeys):
	case malformed != nil:
		// Without keys nothing can be verified, so it doesn't matter that the token
		// only looks like a JWT.
		token.Opaque = true
		return token, orElse(a.lifetime, s.untold()), nil
	default:
		err = s.checkUse(c)
	}
	if err != nil {
		return core.Token{}, 0, untrusted(err)
	}
	token.Subject, token.Admin = c.subject, c.admin
	if len(c.scopes) > 0 {
		token.Scopes = c.scopes
	}
	return token, s.lifetimeOf(a, c), nil
}

// validate verifies a token and checks its claims. malformed is the error of parsing
// it, which doesn't matter if there are no keys.
func (s *Source) validate(ctx context.Context, token string, c claims, malformed error) error {
	if malformed != nil {
		if _, err := s.keys.renew(ctx); errors.Is(err, errNoKeys) {
			return err
		}
		return malformed
	}
	if err := s.keys.verify(ctx, token, c); err != nil {
		return err
	}
	if c.exp.IsZero() {
		return badClaim("it has no claim exp")
	}
	if name := c.early(s.cfg.Now()); name != "" {
		return badClaim("its claim " + name + " lies in the future by this computer's clock; check the clock")
	}
	if err := s.checkUse(c); err != nil {
		return err
	}
	if len(c.scopes) > 0 && !c.admin && !slices.Contains(c.scopes, scopeNeeded) {
		return &core.Error{Kind: core.KindAuth, Code: core.CodeScopeMissing, Op: opToken, Message: "This account may not upload: its token lacks the scope " + scopeNeeded + "."}
	}
	return nil
}

// checkUse finds out, before a file is sent, that no server would accept this token
// from us: it has expired, or is bound to another certificate (RFC 8705 §3). No key
// is needed for that.
func (s *Source) checkUse(c claims) error {
	if c.expired(s.cfg.Now()) {
		return claimExpired
	}
	if c.certificateHash != "" && c.certificateHash != thumbprint(s.cfg.TLS) {
		// The next request must present the present certificate.
		s.client.CloseIdleConnections()
		return badClaim("it is bound to another client certificate than this profile's")
	}
	return nil
}

func (s *Source) validated(ctx context.Context, took time.Duration, err error) {
	result := ResultSuccess
	switch {
	case errors.Is(err, claimExpired):
		result = ResultExpired
	case core.CodeOf(err) == core.CodeCancelled:
		return // the failure says nothing about the token
	case err != nil:
		result = ResultFailure
	}
	s.cfg.Observer.Validation(result, took)
	if took > slowValidation {
		s.cfg.Log.WarnContext(ctx, "token validation was slow", "duration", took, "result", result)
	}
}

// lifetimeOf returns how long a token is valid: by the answer, else by its claim,
// else the Admin Module's usual half hour. It is at most the leeway longer than the
// claim says.
func (s *Source) lifetimeOf(a answer, c claims) time.Duration {
	if c.exp.IsZero() {
		return orElse(a.lifetime, s.untold())
	}
	now := s.cfg.Now()
	if left := c.exp.Sub(now); a.lifetime == 0 && left > 0 {
		return min(left, maxLifetime)
	}
	return min(orElse(a.lifetime, defaultLifetime), c.exp.Add(leeway).Sub(now))
}

// untold is the assumed lifetime of a token that doesn't say it: half an hour, or as
// long as an earlier one lived until a server refused it.
func (s *Source) untold() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return orElse(s.outlived, defaultLifetime)
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// thumbprint returns the x5t#S256 (RFC 8705 §3.1) of the certificate that config
// presents, "" for none.
func thumbprint(config *tls.Config) string {
	if config == nil {
		return ""
	}
	var cert *tls.Certificate
	switch {
	case config.GetClientCertificate != nil:
		found, err := config.GetClientCertificate(&tls.CertificateRequestInfo{})
		if err != nil {
			return ""
		}
		cert = found
	case len(config.Certificates) > 0:
		cert = &config.Certificates[0]
	}
	if cert == nil || len(cert.Certificate) == 0 {
		return ""
	}
	sum := sha256.Sum256(cert.Certificate[0])
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// untrusted returns the error of a token that can't be trusted.
func untrusted(err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	return &core.Error{Kind: core.KindAuth, Code: core.CodeTokenUntrusted, Op: opToken, Message: "The token server's token can't be trusted: " + err.Error() + "."}
}
