package connect

import (
	"crypto/tls"
	"log/slog"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/metrics"
)

// expiryEvery is how often the client certificate's expiry is read again: the program
// may run for weeks, and the certificate may be renewed.
const expiryEvery = time.Minute

// expiry knows when the client certificate in use expires.
type expiry struct {
	config  *tls.Config // its client certificate is read again when the files change
	metrics *metrics.Metrics
	log     *slog.Logger

	mu     sync.Mutex
	read   time.Time
	facts  core.CertificateFacts
	warned core.ExpiryLevel
}

// newExpiry reads the certificate of config for the first time. If it expires soon,
// that was logged when the files were read.
func newExpiry(config *tls.Config, m *metrics.Metrics, log *slog.Logger, now time.Time) *expiry {
	e := &expiry{config: config, metrics: m, log: log}
	e.look(now)
	e.warned = e.facts.ExpiryLevel(now)
	return e
}

// end is when the certificate expires, zero without one. It logs a warning each time
// that a level of warning is reached.
func (e *expiry) end(now time.Time) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Sub(e.read) >= expiryEvery {
		e.look(now)
	}
	level := e.facts.ExpiryLevel(now)
	if level > e.warned {
		e.log.Warn("the client certificate ends soon: ask your administrator for a new one",
			"subject", e.facts.Subject, "days_left", e.facts.DaysLeft(now), "not_after", e.facts.NotAfter)
	}
	e.warned = level
	e.metrics.SetCertificateExpiry(e.facts.NotAfter) // another profile may have been looked at since
	return e.facts.NotAfter
}

func (e *expiry) look(now time.Time) {
	e.read = now
	if e.config == nil || e.config.GetClientCertificate == nil {
		e.metrics.SetCertificateExpiry(time.Time{})
		return
	}
	cert, err := e.config.GetClientCertificate(new(tls.CertificateRequestInfo))
	if err != nil || cert.Leaf == nil {
		return // keep what was known
	}
	e.facts = core.CertificateFacts{Subject: cert.Leaf.Subject.String(), NotAfter: cert.Leaf.NotAfter}
	e.metrics.SetCertificateExpiry(e.facts.NotAfter)
}
