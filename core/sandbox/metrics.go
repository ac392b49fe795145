package sandbox

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics have the names of the real Ingester's metrics.
type metrics struct {
	registry *prometheus.Registry
	uploads  *prometheus.CounterVec // retention_policy, status
	duration prometheus.Histogram   // seconds
	size     prometheus.Histogram   // bytes
	active   prometheus.Gauge
	errors   *prometheus.CounterVec // error_code
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		uploads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ingester_uploads_total", Help: "Uploads that ended, by retention policy and status (success, error)."},
			[]string{"retention_policy", "status"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ingester_upload_duration_seconds", Help: "Time from the request to the answer of stored uploads.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800}}),
		size: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ingester_upload_size_bytes", Help: "Size of stored files.",
			Buckets: prometheus.ExponentialBuckets(1<<10, 8, 9)}), // 1 KiB … 16 GiB
		active: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ingester_active_uploads", Help: "Uploads under way."}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ingester_errors_total", Help: "Refused or failed requests by error code."},
			[]string{"error_code"}),
	}
	m.registry.MustRegister(m.uploads, m.duration, m.size, m.active, m.errors)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
