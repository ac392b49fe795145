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
	scopeNeeded = "files:write" // what an upload asks for
	roleAdmin   = "admin"       // may do everything

	// slowValidation is the time from which a verification is worth a
	// warning.
	slowValidation = 100 * time.Millisecond
)

// accept decides whether the token of an answer may be used and for how long.
// A token that is no JWT passes as opaque. A JWT that has expired or is bound
// to another client certificate never passes; with keys to verify by, neither
// does one that is forged, too early, without an end, or with scopes of which
// none is for uploads. One without scopes says nothing of permission: the
// server knows what its accounts may do.
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
		// There is nothing to verify by, so what only looks like a JWT is
		// the server's business.
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

// validate verifies a token and looks at its claims. malformed is what came of
// parsing it; where there are no keys, that doesn't matter.
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

// checkUse finds out before a file is sent that no server would take a token
// from us: it has expired, or is bound to another certificate (RFC 8705 §3).
// To know that much, no key is needed.
func (s *Source) checkUse(c claims) error {
	if c.expired(s.cfg.Now()) {
		return claimExpired
	}
	if c.certificateHash != "" && c.certificateHash != thumbprint(s.cfg.TLS) {
		// The next request shall present the certificate of today.
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
		return // says nothing about the token
	case err != nil:
		result = ResultFailure
	}
	s.cfg.Observer.Validation(result, took)
	if took > slowValidation {
		s.cfg.Log.WarnContext(ctx, "token validation was slow", "duration", took, "result", result)
	}
}

// lifetimeOf is how long a token is good: what the answer says, else what its
// claim says, else the Admin Module's usual half hour. It outlives its claim
// by no more than the leeway.
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

// untold is how long a token is good of which nobody says that: half an hour, or
// as long as an earlier one was until a server refused it.
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

// thumbprint is the x5t#S256 (RFC 8705 §3.1) of the certificate that config
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

// untrusted words what is wrong with a token.
func untrusted(err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	return &core.Error{Kind: core.KindAuth, Code: core.CodeTokenUntrusted, Op: opToken, Message: "The token server's token can't be trusted: " + err.Error() + "."}
}
