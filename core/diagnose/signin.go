package diagnose

import (
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
)

// scopeNeeded is the scope of a token that may upload.
const scopeNeeded = "files:write"

// signIn is the three steps of one token: package auth takes them at once and
// tells by its error which one failed.
type signIn struct {
	test  *test
	token core.Token
	err   *core.Error // of what follows the token
}

func (t *test) signIn() []task {
	s := &signIn{test: t}
	return []task{
		{Token, core.TargetAdmin, s.fetch},
		{Signature, core.TargetAdmin, s.signature},
		{Permission, core.TargetAdmin, s.permission},
	}
}

// fetch signs in.
func (s *signIn) fetch(ctx context.Context) verdict {
	p := s.test.cfg.Profile
	source, err := auth.New(auth.Config{
		TokenURL:      p.TokenURL(),
		JWKSURL:       p.JWKSURL(),
		PublicKeyFile: p.Auth.PublicKeyFile,
		Grant:         p.Auth.Grant,
		ClientAuth:    p.Auth.ClientAuth,
		ClientID:      p.Auth.ClientID,
		Scope:         p.Auth.Scope,
		Secret:        s.test.cfg.Secret,
		Timeout:       p.TokenTimeout(),
		TLS:           s.test.mine.config,
		Proxy:         s.test.cfg.Proxy,
		Log:           s.test.cfg.Log,
		Now:           s.test.cfg.Now,
	})
	if err != nil {
		return failed("", core.AsError(err))
	}
	defer func() { _ = source.Close() }() // always nil
	token, err := source.Token(ctx)
	if err == nil {
		s.token = token
		return verdict{detail: s.received()}
	}
	e := core.AsError(err)
	if e.Op == "fetch keys" || e.Code == core.CodeTokenUntrusted || e.Code == core.CodeScopeMissing {
		s.err = e
		return verdict{detail: "signed in as " + clean(p.Auth.ClientID)}
	}
	return failed("", e)
}

// received describes the token without showing it.
func (s *signIn) received() string {
	who := s.token.Subject
	if who == "" {
		who = s.test.cfg.Profile.Auth.ClientID
	}
	left := s.token.Expiry.Sub(s.test.cfg.Now()).Round(time.Second)
	return "signed in as " + clean(who) + "; the token is good for " + left.String() + ", until " + s.token.Expiry.UTC().Format(time.DateTime) + " UTC"
}

// signature says who vouches for the token.
func (s *signIn) signature(context.Context) verdict {
	p := s.test.cfg.Profile
	switch {
	case s.err != nil && s.err.Code != core.CodeScopeMissing:
		return failed("", s.err)
	case s.err == nil && s.token.Opaque:
		return verdict{detail: "the token is opaque: it holds no signature to verify"}
	case s.err == nil && !s.token.Verified:
		return verdict{
			detail: "not verified: no keys are configured",
			advice: "Set auth.jwks_url or auth.public_key_file, so that a forged token is noticed.",
		}
	case p.Auth.PublicKeyFile != "":
		return verdict{detail: "verified with the key in " + clean(filepath.Base(p.Auth.PublicKeyFile))}
	}
	detail := "verified with the token server's keys"
	if u, err := url.Parse(p.JWKSURL()); err == nil {
		detail += " (JWKS) from " + clean(u.Host)
	}
	return verdict{detail: detail}
}

// permission says whether the token is one for uploads. Package auth refuses
// a verified one that is not.
func (s *signIn) permission(context.Context) verdict {
	scopes := list(s.token.Scopes)
	switch {
	case s.err != nil:
		return failed("", s.err)
	case slices.Contains(s.token.Scopes, scopeNeeded):
		return verdict{detail: "to upload (" + scopes + ")"}
	case s.token.Verified:
		return verdict{detail: "to upload (role admin)"}
	case len(s.token.Scopes) == 0:
		return verdict{detail: "the token does not tell; the ingester decides"}
	}
	return verdict{
		detail: "the token's scopes are " + scopes,
		advice: "The scope " + scopeNeeded + " is missing: ask the administrator for it should the ingester refuse uploads.",
	}
}
