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

// signIn is the three steps of signing in. Package auth takes them together; its error
// tells which one failed.
type signIn struct {
	test  *test
	token core.Token
	err   *core.Error // the error of a step after fetching the token
}

// signIn takes the steps and returns the token, zero if there is no usable one.
func (t *test) signIn(ctx context.Context, reached bool) core.Token {
	s := &signIn{test: t}
	t.chain(ctx, reached,
		task{Token, core.TargetAdmin, s.fetch},
		task{Signature, core.TargetAdmin, s.signature},
		task{Permission, core.TargetAdmin, s.permission})
	return s.token
}

// fetch signs in.
func (s *signIn) fetch(ctx context.Context) verdict {
	p := s.test.cfg.Profile
	source, err := auth.New(auth.Config{
		TokenURL:      p.TokenURL(),
		JWKSURL:       p.JWKSURL(),
		JWKSAssumed:   p.JWKSAssumed(),
		PublicKeyFile: p.Auth.PublicKeyFile,
		Published:     s.test.cfg.Published,
		Grant:         p.Auth.Grant,
		ClientAuth:    p.Auth.ClientAuth,
		ClientID:      p.Auth.ClientID,
		Scope:         p.Auth.Scope,
		Secret:        s.test.cfg.Secret,
		Timeout:       p.TokenTimeout(),
		TLS:           s.test.mine.config,
		Proxy:         s.test.cfg.Proxy,
		Redactor:      s.test.cfg.Redactor,
		Log:           s.test.cfg.Log,
		Now:           s.test.cfg.Now,
	})
	if err != nil {
		return failed(core.AsError(err))
	}
	defer func() { _ = source.Close() }() // always nil
	token, err := source.Token(ctx)
	if err == nil {
		s.token = token
		return verdict{found: s.received()}
	}
	e := core.AsError(err)
	if e.Op == "fetch keys" || e.Code == core.CodeTokenUntrusted || e.Code == core.CodeScopeMissing {
		s.err = e
		return verdict{found: say("token.as", with{"Who": clean(p.Auth.ClientID)})}
	}
	return failed(e)
}

// received describes the token without showing it.
func (s *signIn) received() facts {
	who := s.token.Subject
	if who == "" {
		who = s.test.cfg.Profile.Auth.ClientID
	}
	left := s.token.Expiry.Sub(s.test.cfg.Now()).Round(time.Second)
	return say("token.good", with{"Who": clean(who), "Left": left, "Until": moment(s.token.Expiry)})
}

// signature tells how the token was verified.
func (s *signIn) signature(context.Context) verdict {
	p := s.test.cfg.Profile
	switch {
	case s.err != nil && s.err.Code != core.CodeScopeMissing:
		return failed(s.err)
	case s.err == nil && s.token.Opaque:
		return verdict{found: say("signature.opaque", nil)}
	case s.err == nil && s.token.Keyless:
		return verdict{found: say("signature.none", nil)}
	case s.err == nil && !s.token.Verified:
		return verdict{found: say("signature.off", nil), todo: say("signature.set", nil)}
	case p.Auth.PublicKeyFile != "":
		return verdict{found: say("signature.file", with{"File": clean(filepath.Base(p.Auth.PublicKeyFile))})}
	}
	told := say("signature.jwks", nil)
	if u, err := url.Parse(p.JWKSURL()); err == nil {
		told = append(told, fact("signature.from", with{"Host": clean(u.Host)}))
	}
	return verdict{found: told}
}

// permission tells whether the token allows uploads, as far as it says. Package auth
// refuses a verified token that has other scopes only.
func (s *signIn) permission(context.Context) verdict {
	scopes := list(s.token.Scopes)
	switch {
	case s.err != nil:
		return failed(s.err)
	case slices.Contains(s.token.Scopes, scopeNeeded):
		return verdict{found: say("permission.scope", with{"Scopes": scopes})}
	case s.token.Admin:
		return verdict{found: say("permission.admin", nil)}
	case len(s.token.Scopes) == 0:
		return verdict{found: say("permission.untold", nil)}
	}
	return verdict{
		found: say("permission.scopes", with{"Scopes": scopes}),
		todo:  say("permission.missing", with{"Scope": scopeNeeded}),
	}
}
