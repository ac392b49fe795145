// Package diagnose is the connection test: it goes the way of an upload step
// by step, up to but without the upload, and says of each step what it found,
// how long that took and, where it went wrong, what to do.
//
// It never uploads anything: at most a resumable upload is begun and deleted
// before it has a byte, where the server offers that. And it verifies as strictly as an upload does.
// What a server showed that could not be trusted is read from the error.
package diagnose

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/wire"
)

// The names of the steps, in the order in which a server is tested. They are
// part of the command line's JSON.
const (
	Address           = "address"            // the URL can be used
	Proxy             = "proxy"              // reached, and lets us through
	DNS               = "dns"                // the name has addresses
	TCP               = "tcp"                // something listens there
	TLS               = "tls"                // the server's certificate and the cipher
	ClientCertificate = "client_certificate" // asked for, sent, accepted
	HTTP              = "http"               // the server answers, and in which version
	Clock             = "clock"              // the server's and ours
	Token             = "token"              // signing in
	Signature         = "signature"          // whose the token is
	Permission        = "permission"         // the token is one for uploads
	Ready             = "ready"              // the ingester takes uploads
	Storage           = "storage"            // for how long it keeps them
	Authorization     = "authorization"      // it accepts the token
	Resumable         = "tus"                // large files go on after an interruption
)

// op is the operation that errors of this package name.
const op = "test connection"

// Config says what to test. Profile and Secret are needed.
type Config struct {
	Profile    core.Profile
	Secret     func(context.Context) (core.Secret, error) // of the client
	Passphrase core.Secret                                // of the key or PKCS#12 file
	Proxy      func(*http.Request) (*url.URL, error)      // nil: HTTPS_PROXY and NO_PROXY
	Published  *auth.Publishers                           // who has published keys; nil: nobody known
	Redactor   *core.Redactor                             // learns secret and token; may be nil
	Log        *slog.Logger                               // nil: nothing is logged
	Now        func() time.Time                           // nil: time.Now
}

// Run makes the test. It calls step for each verdict, in order; where the
// token server and the ingester have one address, what concerns both is said
// once. After a failure the steps that need what failed are not reached, the
// others go on.
//
// The error is the *core.Error of the first step that failed, whose kind
// decides the exit code; nil when all pass, be it with warnings.
func Run(ctx context.Context, cfg Config, step func(core.Step)) error {
	if cfg.Proxy == nil {
		cfg.Proxy = http.ProxyFromEnvironment
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	t := &test{cfg: cfg, tell: step}
	t.run(ctx)
	if t.first == nil && ctx.Err() != nil {
		t.first = wire.NetworkError(op, ctx.Err())
	}
	if t.first == nil {
		return nil
	}
	return t.first
}
