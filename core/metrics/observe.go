package metrics

import (
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// Values of the label "status".
const (
	statusSuccess = "success"
	statusError   = "error"
)

// resultCacheHit is the result if the token came from the cache: nothing was requested, so
// its time says nothing about the token server.
const resultCacheHit = "cache_hit"

// tokenResults returns the values of the label "result" of token requests, which are
// package auth's.
func tokenResults() []string { return []string{"success", resultCacheHit, "failure"} }

// checkResults returns those of verifications.
func checkResults() []string { return []string{"success", "failure", "expired"} }

// UploadStarted counts one attempt as under way.
func (m *Metrics) UploadStarted() { m.active.Inc() }

// UploadFinished counts one attempt that ended, with the file's retention, how long it
// took, the file's size in bytes, and the error (nil on success).
func (m *Metrics) UploadFinished(r core.Retention, took time.Duration, size int64, err error) {
	m.active.Dec()
	m.duration.Observe(took.Seconds())
	policy := oneOf(string(r), string(core.RetentionTemporary), string(core.RetentionPermanent))
	if err != nil {
		m.uploads.WithLabelValues(policy, statusError).Inc()
		m.errors.WithLabelValues(errorCode(err)).Inc()
		return
	}
	m.uploads.WithLabelValues(policy, statusSuccess).Inc()
	m.size.Observe(float64(size))
}

// outcomes returns the values of the label "outcome".
func outcomes() []string {
	var ends []string
	for _, s := range []core.State{core.StateStored, core.StateFailed, core.StateUnknown, core.StateTaken, core.StateCancelled} {
		ends = append(ends, string(s))
	}
	return ends
}

// FileEnded counts a file that came to an end, however many attempts that took.
func (m *Metrics) FileEnded(as core.State) {
	m.files.WithLabelValues(oneOf(string(as), outcomes()...)).Inc()
}

// BytesSent counts content bytes handed to a connection.
func (m *Metrics) BytesSent(n int64) {
	if n > 0 { // a counter never falls
		m.sent.Add(float64(n))
	}
}

// TokenRequest counts one call for a token, and the time of those that sent a request.
func (m *Metrics) TokenRequest(result string, took time.Duration) {
	m.tokens.WithLabelValues(oneOf(result, tokenResults()...)).Inc()
	if result != resultCacheHit {
		m.tokenDuration.Observe(took.Seconds())
	}
}

// Validation counts one verification of a JWT.
func (m *Metrics) Validation(result string, took time.Duration) {
	m.checks.WithLabelValues(oneOf(result, checkResults()...)).Inc()
	m.checkDuration.Observe(took.Seconds())
}

// oneOf returns value if it is known, and other if not.
func oneOf(value string, known ...string) string {
	if slices.Contains(known, value) {
		return value
	}
	return other
}
