package auth

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/artstore/ingester/core"
)

// The results that are reported to an Observer.
const (
	ResultSuccess  = "success"
	ResultFailure  = "failure"
	ResultCacheHit = "cache_hit" // token requests only: answered without a request
	ResultExpired  = "expired"   // validations only
)

// Observer counts what happens, for the metrics.
type Observer interface {
	// TokenRequest reports a call of Token that sent a request or was answered
	// from the cache, and how long it took until the answer was read.
	TokenRequest(result string, took time.Duration)
	// Validation reports one verification of a JWT.
	Validation(result string, took time.Duration)
}

// Config says where and how to sign in. TokenURL, ClientID and Secret are
// needed, the rest has defaults.
type Config struct {
	TokenURL      string
	JWKSURL       string // "": no verification, unless PublicKeyFile is set
	JWKSAssumed   bool   // JWKSURL is a guess: a server without this address publishes no keys
	PublicKeyFile string // PEM, instead of JWKSURL
	Grant         core.Grant
	ClientAuth    core.ClientAuth // oauth2 grant only; "" is basic
	ClientID      string
	Scope         string // oauth2 grant only
	// Secret returns the client secret. It is called for every fetch, before the
	// time limit starts, because a keychain may prompt the user.
	Secret func(context.Context) (core.Secret, error)
	// Timeout limits one whole token call. 0 is core.DefaultTokenTimeout, and
	// more than 30 s is 30 s.
	Timeout   time.Duration
	TLS       *tls.Config                           // nil: the system's roots, no client certificate
	Proxy     func(*http.Request) (*url.URL, error) // nil: HTTPS_PROXY and NO_PROXY
	Published *Publishers                           // nil: one of its own
	Observer  Observer                              // may be nil
	Redactor  *core.Redactor                        // learns secret and tokens; nil: one of its own
	Log       *slog.Logger                          // nil: nothing is logged
	Now       func() time.Time                      // nil: time.Now
}

// maxTimeout limits a token call, however slowly a server sends its answer.
const maxTimeout = 30 * time.Second

// withDefaults checks the configuration and sets the defaults.
func (c Config) withDefaults() (Config, error) {
	if err := checkURL("token_url", c.TokenURL); err != nil {
		return c, err
	}
	if c.JWKSURL != "" {
		if err := checkURL("jwks_url", c.JWKSURL); err != nil {
			return c, err
		}
	}
	if c.Grant == "" {
		c.Grant = core.GrantArtStore
	}
	if c.ClientAuth == "" {
		c.ClientAuth = core.ClientAuthBasic
	}
	switch {
	case c.Grant != core.GrantArtStore && c.Grant != core.GrantOAuth2:
		return c, invalidProfile("auth.grant is not one of the allowed words")
	case c.ClientAuth != core.ClientAuthBasic && c.ClientAuth != core.ClientAuthBody:
		return c, invalidProfile("auth.client_auth is not one of the allowed words")
	case c.ClientID == "":
		return c, invalidProfile("auth.client_id is required")
	case c.Secret == nil:
		return c, &core.Error{Kind: core.KindConfig, Code: core.CodeSecretMissing, Op: opToken, Message: "No client secret is set."}
	}
	if c.Timeout <= 0 {
		c.Timeout = core.DefaultTokenTimeout
	}
	c.Timeout = min(c.Timeout, maxTimeout)
	if c.Proxy == nil {
		c.Proxy = http.ProxyFromEnvironment
	}
	if c.Published == nil {
		c.Published = &Publishers{}
	}
	if c.Observer == nil {
		c.Observer = unobserved{}
	}
	if c.Redactor == nil {
		c.Redactor = core.NewRedactor()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

func checkURL(field, text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return invalidProfile("auth." + field + " is not an http or https URL")
	case u.Scheme == "http" && !core.IsLoopback(u):
		return invalidProfile("auth." + field + " uses http to another machine; use https")
	case u.User != nil:
		return invalidProfile("auth." + field + " must not hold a user name or password")
	}
	return nil
}

func invalidProfile(message string) *core.Error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opToken, Message: message}
}

type unobserved struct{}

func (unobserved) TokenRequest(string, time.Duration) {}
func (unobserved) Validation(string, time.Duration)   {}
