package connect

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/core/tlsconfig"
	"github.com/artstore/ingester/core/tus"
	"github.com/artstore/ingester/core/upload"
)

// connect builds a connection, without using the network.
func (c *Connections) connect(ctx context.Context, by engine.Route) (*connection, error) {
	p, secrets, err := c.settings(by)
	if err != nil {
		return nil, err
	}
	roots := tlsconfig.NewWatch(p.TLS, c.cfg.Log) // before the file is read: later changes count
	config, _, err := buildTLS(ctx, p, secrets, c.cfg.Log)
	if err != nil {
		return nil, err
	}
	proxy := proxyFunc(&secrets.proxy)
	tokens, err := auth.New(auth.Config{
		TokenURL: p.TokenURL(), JWKSURL: p.JWKSURL(), JWKSAssumed: p.JWKSAssumed(), PublicKeyFile: p.Auth.PublicKeyFile, Published: secrets.published,
		Grant: p.Auth.Grant, ClientAuth: p.Auth.ClientAuth, ClientID: p.Auth.ClientID, Scope: p.Auth.Scope,
		Secret:  func(ctx context.Context) (core.Secret, error) { return secrets.Client(ctx, p.Name) },
		Timeout: p.TokenTimeout(), TLS: config, Proxy: proxy, Observer: c.cfg.Metrics, Redactor: c.cfg.Secrets.redactor, Log: c.cfg.Log,
	})
	if err != nil {
		return nil, err
	}
	measured, limit := measuredTokens{tokens, c.cfg.Metrics}, c.limit(by, p)
	client, err := upload.New(upload.Config{
		BaseURL: p.IngesterURL, AdminURL: p.AdminURL, TLS: config, HTTPVersion: p.Upload.HTTPVersion, Streams: p.Upload.Concurrency,
		Tokens: measured, ClientID: p.Auth.ClientID, Limiter: limit, UserAgent: c.cfg.UserAgent, Proxy: proxy, Log: c.cfg.Log,
	})
	if err != nil {
		return nil, err
	}
	resumable, err := tus.New(tus.Config{
		URL: p.TusURL(), TLS: config, HTTPVersion: p.Upload.HTTPVersion, Streams: p.Upload.Concurrency,
		CompleteIsStored: p.Upload.TusComplete == core.TusCompleteStored,
		Tokens:           measured, Limiter: limit, UserAgent: c.cfg.UserAgent, Proxy: proxy, Log: c.cfg.Log,
	})
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &connection{
		endpoint: c.endpoint(p, by), protocol: p.Upload.Protocol, client: client, tus: resumable, log: c.cfg.Log, tokens: tokens,
		roots: roots, looked: now, expiry: newExpiry(config, c.cfg.Metrics, c.cfg.Log, now),
	}, nil
}

// buildTLS builds the TLS configuration of p, and returns the passphrase that it
// needed. The keychain is asked for it only if a key needs one.
func buildTLS(ctx context.Context, p core.Profile, s *Secrets, log *slog.Logger) (*tls.Config, core.Secret, error) {
	config, err := tlsconfig.Build(p.TLS, core.Secret{}, log)
	if core.CodeOf(err) != core.CodePassphraseMissing {
		return config, core.Secret{}, err
	}
	passphrase, err := s.Passphrase(ctx, p.Name)
	if err != nil {
		return nil, core.Secret{}, err
	}
	config, err = tlsconfig.Build(p.TLS, passphrase, log)
	return config, passphrase, err
}

// measuredTokens tells the metrics when the present token expires.
type measuredTokens struct {
	*auth.Source
	metrics *metrics.Metrics
}

// Token implements transport.Tokens.
func (t measuredTokens) Token(ctx context.Context) (core.Token, error) {
	return t.TokenFor(ctx, 0)
}

// TokenFor implements transport.Tokens.
func (t measuredTokens) TokenFor(ctx context.Context, d time.Duration) (core.Token, error) {
	token, err := t.Source.TokenFor(ctx, d)
	if err == nil {
		t.metrics.SetTokenExpiry(token.Expiry)
	}
	return token, err
}
