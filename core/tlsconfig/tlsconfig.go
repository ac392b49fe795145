// Package tlsconfig turns a profile's TLS settings into a *tls.Config.
package tlsconfig

import (
	"crypto/tls"
	"errors"
	"log/slog"

	"github.com/artstore/ingester/core"
)

var errTODO = errors.New("not built yet")

// Build returns the configuration, nil when TLS is disabled.
func Build(core.TLSSettings, core.Secret, *slog.Logger) (*tls.Config, error) { return nil, errTODO }

// Inspect reads the client certificate.
func Inspect(core.TLSSettings, core.Secret) (core.CertificateFacts, error) {
	return core.CertificateFacts{}, errTODO
}
