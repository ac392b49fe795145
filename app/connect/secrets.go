package connect

import (
	"context"
	"log/slog"

	"golang.org/x/net/http/httpproxy"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/keychain"
)

// keychainService is the name under which secrets are kept.
const keychainService = "io.github.artstore.ingester"

// Secrets finds the secrets of profiles: first those of this session (the embedded
// server's, and those that the user did not want to save), then the one that the
// command line gives, then those in the keychain.
type Secrets struct {
	keychain.Layered
	given    core.Secret      // --secret-file or INGESTER_CLIENT_SECRET
	proxy    httpproxy.Config // may hold a password
	redactor *core.Redactor   // learns all that are used

	published *auth.Publishers // the token servers that have published keys
}

// NewSecrets finds secrets in the keychain of this user, unless one was given.
func NewSecrets(given core.Secret, r *core.Redactor) *Secrets {
	proxy := *httpproxy.FromEnvironment()
	r.Learn(given, proxyPassword(proxy))
	return &Secrets{
		Layered:  keychain.Layered{Session: keychain.NewSession(), System: keychain.NewSystem(keychainService, keychain.DefaultTimeout)},
		given:    given,
		proxy:    proxy,
		redactor: r, published: &auth.Publishers{},
	}
}

// RememberPublishers keeps in a file which token servers have published keys, so
// that one that publishes none later is noticed, also after a restart.
func (s *Secrets) RememberPublishers(file string, log *slog.Logger) {
	s.published = auth.OpenPublishers(file, log)
}

// With finds secrets as s does. If a client secret is given, it is used, and the
// secrets of this session are not.
func (s *Secrets) With(client core.Secret) *Secrets {
	s.redactor.Learn(client)
	with := *s
	with.given = client
	if !client.IsZero() {
		with.Session = keychain.NewSession()
	}
	return &with
}

// forCaller finds secrets for a caller: first the one that the caller was given, then
// those in the keychain, but none that is for this process only.
func (s *Secrets) forCaller(t control.Terms) *Secrets {
	proxy := httpproxy.Config{HTTPProxy: t.Proxy.HTTP, HTTPSProxy: t.Proxy.HTTPS, NoProxy: t.Proxy.No, CGI: t.Proxy.CGI}
	s.redactor.Learn(t.Secret, t.Passphrase, proxyPassword(proxy))
	return &Secrets{Layered: keychain.Layered{Session: keychain.NewSession(), System: s.System}, given: t.Secret, proxy: proxy, redactor: s.redactor, published: s.published}
}

// Client returns the client secret of a profile.
func (s *Secrets) Client(ctx context.Context, profile string) (core.Secret, error) {
	if secret, err := s.Session.Get(ctx, profile, keychain.ItemClientSecret); err == nil {
		return secret, nil
	}
	if !s.given.IsZero() {
		return s.given, nil
	}
	return s.System.Get(ctx, profile, keychain.ItemClientSecret)
}

// Passphrase returns the passphrase of a profile's key.
func (s *Secrets) Passphrase(ctx context.Context, profile string) (core.Secret, error) {
	found, err := s.Get(ctx, profile, keychain.ItemPassphrase)
	s.redactor.Learn(found)
	return found, err
}
