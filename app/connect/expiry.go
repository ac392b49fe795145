package connect

import (
	"crypto/tls"
	"log/slog"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/metrics"
)

// expiryEvery is how often the end of the client certificate is read again: a
// program that runs for weeks sees it come near, or the certificate renewed.
const expiryEvery = time.Minute

// expiry follows the end of the client certificate in use.
type expiry struct {
	config  *tls.Config // whose client certificate follows its files
	metrics *metrics.Metrics
	log     *slog.Logger

	mu     sync.Mutex
	read   time.Time
	facts  core.CertificateFacts
	warned core.ExpiryLevel
}

// newExpiry reads the certificate of config for the first time. That it ends
// soon has been logged when the files were read.
func newExpiry(config *tls.Config, m *metrics.Metrics, log *slog.Logger, now time.Time) *expiry {
	e := &expiry{config: config, metrics: m, log: log}
	e.look(now)
	e.warned = e.facts.ExpiryLevel(now)
	return e
}

// end is when the certificate ends, zero without one. When that has come
// nearer by a level, the log says so.
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
	return e.facts.NotAfter
}

func (e *expiry) look(now time.Time) {
	e.read = now
	if e.config == nil || e.config.GetClientCertificate == nil {
		return
	}
	cert, err := e.config.GetClientCertificate(new(tls.CertificateRequestInfo))
	if err != nil || cert.Leaf == nil {
		return // what was known stays
	}
	e.facts = core.CertificateFacts{Subject: cert.Leaf.Subject.String(), NotAfter: cert.Leaf.NotAfter}
	e.metrics.SetCertificateExpiry(e.facts.NotAfter)
}
