// Package diagnose is the connection test. It takes the steps of an upload one by one,
// except the upload itself, and reports of each step what it found, how long that took
// and, after a failure, what to do.
//
// It never uploads anything: at most it begins a resumable upload, if the server offers
// them, and deletes it while it is empty. It verifies as strictly as an upload does. A
// certificate that can't be trusted is taken from the error of the verification.
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

// The names of the steps, in the order in which a server is tested. They are part of
// the command line's JSON.
const (
	Address           = "address"            // the URL can be used
	Proxy             = "proxy"              // the proxy is reached and lets us through
	DNS               = "dns"                // the name has addresses
	TCP               = "tcp"                // a program listens at the address
	TLS               = "tls"                // the server's certificate and the cipher
	ClientCertificate = "client_certificate" // the certificate is asked for, sent and accepted
	HTTP              = "http"               // the server answers, and its HTTP version
	Clock             = "clock"              // the server's clock and ours agree
	Token             = "token"              // signing in
	Signature         = "signature"          // who signed the token
	Permission        = "permission"         // the token allows uploads
	Ready             = "ready"              // the ingester takes uploads
	Storage           = "storage"            // which files it keeps, and for how long
	Authorization     = "authorization"      // it accepts the token
	Resumable         = "tus"                // large files can be resumed
)

// op is the operation in this package's errors.
const op = "test connection"

// Config says what to test. Profile and Secret are needed.
type Config struct {
	Profile    core.Profile
	Secret     func(context.Context) (core.Secret, error) // the client secret
	Passphrase core.Secret                                // opens the key or PKCS#12 file
	Proxy      func(*http.Request) (*url.URL, error)      // nil: HTTPS_PROXY and NO_PROXY
	Published  *auth.Publishers                           // addresses that have published keys; nil: none known
	Redactor   *core.Redactor                             // learns secret and token; may be nil
	Log        *slog.Logger                               // nil: nothing is logged
	Now        func() time.Time                           // nil: time.Now
}

// Run makes the test. It calls step for each step's result, in order. If the token
// server and the ingester have the same address, steps about both are reported once.
// After a failure the steps that depend on it are not reached, and the others go on.
//
// The error is the *core.Error of the first step that failed; its kind decides the exit
// code. It is nil if all steps pass, even with warnings.
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
