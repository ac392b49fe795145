package connect

import (
	"context"
	"log/slog"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/diagnose"
)

// Check runs the connection test of a profile, step by step. The keychain is asked for
// a passphrase only if none is given and a key needs one.
func Check(ctx context.Context, p core.Profile, s *Secrets, passphrase core.Secret, step func(core.Step)) error {
	if passphrase.IsZero() {
		// The test reports what is wrong with the files.
		_, passphrase, _ = buildTLS(ctx, p, s, slog.New(slog.DiscardHandler))
	}
	s.redactor.Learn(passphrase)
	return diagnose.Run(ctx, diagnose.Config{
		Profile:    p,
		Secret:     func(ctx context.Context) (core.Secret, error) { return s.Client(ctx, p.Name) },
		Passphrase: passphrase,
		Proxy:      proxyFunc(&s.proxy),
		Published:  s.published,
		Redactor:   s.redactor,
	}, step)
}
