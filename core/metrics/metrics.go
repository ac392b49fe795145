// Package metrics counts what the client does in a Prometheus registry of its own,
// provides the figures for the metrics panel, and serves them on an optional /metrics
// listener.
//
// Labels have values from fixed sets only: no path, file name, host, ID or token ever
// becomes a value.
package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/artstore/ingester/core"
)

// other replaces every label value that isn't known.
const other = "other"

// Build identifies the program.
type Build struct {
	Version, Commit, GoVersion string
}

// Metrics counts what happens. It implements the Observer of package engine and of package
// auth, and is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	files    *prometheus.CounterVec // outcome
	uploads  *prometheus.CounterVec // retention_policy, status
	duration prometheus.Histogram
	size     prometheus.Histogram
	active   prometheus.Gauge
	errors   *prometheus.CounterVec // error_code
	sent     prometheus.Counter

	tokens        *prometheus.CounterVec // result
	tokenDuration prometheus.Histogram
	checks        *prometheus.CounterVec // result
	checkDuration prometheus.Histogram

	tokenExpiry atomic.Int64 // Unix seconds, 0 for none
	certExpiry  atomic.Int64
}

// New returns metrics with a registry of their own. It has the program's figures, its
// build, and the figures of the Go runtime and the process.
func New(b Build) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.uploadMetrics()
	m.signInMetrics()
	m.expiry("ingester_token_expiry_timestamp_seconds",
		"When the access token expires, in Unix time; 0 without one.", &m.tokenExpiry)
	m.expiry("ingester_client_certificate_expiry_timestamp_seconds",
		"When the client certificate expires, in Unix time; 0 without one.", &m.certExpiry)
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "ingester_build_info", Help: "Always 1; the labels say which build this is."},
		[]string{"version", "commit", "goversion"})
	build.WithLabelValues(b.Version, b.Commit, b.GoVersion).Set(1)
	m.registry.MustRegister(build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// uploadMetrics makes the metrics of uploads. Every known label value is there from the
// start, at 0, so that a rate includes the first event.
func (m *Metrics) uploadMetrics() {
	m.files = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ingester_files_total", Help: "Files that came to an end, by outcome (stored, failed, unknown, taken, cancelled)."},
		[]string{"outcome"})
	m.uploads = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ingester_uploads_total", Help: "Upload attempts that ended, by retention policy and status (success, error)."},
		[]string{"retention_policy", "status"})
	m.duration = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "ingester_upload_duration_seconds", Help: "Time from the start of an upload attempt to its end.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800}})
	m.size = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "ingester_upload_size_bytes", Help: "Size of the files that were stored.",
		Buckets: prometheus.ExponentialBuckets(1<<10, 8, 9)}) // 1 KiB … 16 GiB
	m.active = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ingester_active_uploads", Help: "Upload attempts under way."})
	m.errors = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ingester_errors_total", Help: "Upload attempts that failed, by error code."},
		[]string{"error_code"})
	m.sent = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "ingester_sent_bytes_total", Help: "File content handed to connections, repeated attempts included."})
	m.registry.MustRegister(m.files, m.uploads, m.duration, m.size, m.active, m.errors, m.sent)
	for _, outcome := range outcomes() {
		m.files.WithLabelValues(outcome)
	}
	for _, retention := range []core.Retention{core.RetentionTemporary, core.RetentionPermanent} {
		m.uploads.WithLabelValues(string(retention), statusSuccess)
		m.uploads.WithLabelValues(string(retention), statusError)
	}
}

// signInMetrics makes the metrics of tokens and their verification.
func (m *Metrics) signInMetrics() {
	m.tokens = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ingester_oauth_token_requests_total", Help: "Token requests by result (success, cache_hit, failure)."},
		[]string{"result"})
	m.tokenDuration = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "ingester_oauth_token_duration_seconds", Help: "Time of token requests that went to the token server.",
		Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5}})
	m.checks = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ingester_jwt_validation_total", Help: "Verifications of a JWT by result (success, failure, expired)."},
		[]string{"result"})
	m.checkDuration = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "ingester_jwt_validation_duration_seconds", Help: "Time of verifications of a JWT.",
		Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1}})
	m.registry.MustRegister(m.tokens, m.tokenDuration, m.checks, m.checkDuration)
	for _, result := range tokenResults() {
		m.tokens.WithLabelValues(result)
	}
	for _, result := range checkResults() {
		m.checks.WithLabelValues(result)
	}
}

// expiry registers a gauge that shows a time.
func (m *Metrics) expiry(name, help string, at *atomic.Int64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
		func() float64 { return float64(at.Load()) }))
}

// SetTokenExpiry says when the present access token expires; the zero time means that
// there is none.
func (m *Metrics) SetTokenExpiry(t time.Time) { m.tokenExpiry.Store(unix(t)) }

// SetCertificateExpiry says when the client certificate expires; the zero time means that
// there is none.
func (m *Metrics) SetCertificateExpiry(t time.Time) { m.certExpiry.Store(unix(t)) }

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
