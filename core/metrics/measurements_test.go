package metrics

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/artstore/ingester/core"
)

func TestMeasurements(t *testing.T) {
	m := newMetrics()
	now := time.Unix(1_800_000_000, 0)
	m.UploadStarted()
	m.UploadStarted()
	m.UploadStarted()
	m.UploadFinished(core.RetentionTemporary, 75*time.Millisecond, 10, nil)
	m.FileEnded(core.StateStored)
	m.FileEnded(core.StateFailed)
	m.FileEnded(core.StateFailed)
	m.UploadFinished(core.RetentionPermanent, 75*time.Millisecond, 10, &core.Error{Code: core.CodeStalled})
	m.BytesSent(17)
	m.TokenRequest("success", 100*time.Millisecond)
	m.TokenRequest("cache_hit", 0)
	m.TokenRequest("cache_hit", 0)
	m.TokenRequest("failure", 100*time.Millisecond)
	m.Validation("success", time.Millisecond)
	m.Validation("expired", time.Millisecond)
	m.SetTokenExpiry(now.Add(time.Hour))
	m.SetCertificateExpiry(now.Add(24 * time.Hour))

	got, err := m.Measurements(now)
	if err != nil {
		t.Fatal(err)
	}
	// For each histogram all observations are in one bucket: 50 to 100 ms, 50 to
	// 100 ms, up to 1 ms. Quantiles are spread evenly in it.
	want := core.Measurements{
		At: now, BytesSent: 17, ActiveUploads: 1,
		Files:         map[string]float64{"stored": 1, "failed": 2, "unknown": 0, "taken": 0, "cancelled": 0},
		Uploads:       map[string]float64{"success": 1, "error": 1},
		Errors:        map[string]float64{"stalled": 1},
		Upload:        core.Quantiles{P50: 75 * time.Millisecond, P95: 97500 * time.Microsecond, P99: 99500 * time.Microsecond, Count: 2},
		TokenRequest:  core.Quantiles{P50: 75 * time.Millisecond, P95: 97500 * time.Microsecond, P99: 99500 * time.Microsecond, Count: 2},
		Validation:    core.Quantiles{P50: 500 * time.Microsecond, P95: 950 * time.Microsecond, P99: 990 * time.Microsecond, Count: 2},
		TokenRequests: map[string]float64{"success": 1, "cache_hit": 2, "failure": 1},
		Validations:   map[string]float64{"success": 1, "failure": 0, "expired": 1},
		TokenExpiry:   now.Add(time.Hour),
		CertExpiry:    now.Add(24 * time.Hour),
	}
	close := cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() < time.Microsecond })
	if diff := cmp.Diff(want, got, close); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if rate := got.CacheHitRate(); rate != 0.5 {
		t.Errorf("cache hit rate %v, want 0.5", rate)
	}

	m.SetTokenExpiry(time.Time{})
	if got, err = m.Measurements(now); err != nil || !got.TokenExpiry.IsZero() {
		t.Errorf("token expiry %v, %v; want none", got.TokenExpiry, err)
	}
}

// A broken collector gives an error instead of zeros.
func TestMeasurementsThatFail(t *testing.T) {
	m := newMetrics()
	bad := prometheus.NewDesc("ingester_bad", "", nil, nil)
	m.registry.MustRegister(collector(func(out chan<- prometheus.Metric) {
		out <- prometheus.NewInvalidMetric(bad, errBroken)
	}))
	if _, err := m.Measurements(time.Now()); core.CodeOf(err) != core.CodeInternal {
		t.Errorf("error %v, want code %s", err, core.CodeInternal)
	}
}

// The examples follow the rules of histogram_quantile.
func TestQuantile(t *testing.T) {
	tests := map[string]struct {
		observed []float64 // seconds; bounds are 1, 2, 4
		q        float64
		want     time.Duration
	}{
		"nothing":                   {nil, 0.5, 0},
		"first bucket begins at 0":  {[]float64{0.9, 0.9}, 0.5, 500 * time.Millisecond},
		"middle of a bucket":        {[]float64{3, 3, 3, 3}, 0.5, 3 * time.Second},
		"end of a bucket":           {[]float64{0.5, 1.5}, 0.5, time.Second},
		"second of two buckets":     {[]float64{0.5, 1.5}, 0.75, 1500 * time.Millisecond},
		"over an empty bucket":      {[]float64{0.5, 3}, 0.75, 3 * time.Second},
		"above the last bound":      {[]float64{100, 200}, 0.5, 4 * time.Second},
		"partly above":              {[]float64{0.5, 0.5, 0.5, 100}, 0.99, 4 * time.Second},
		"exactly on the last bound": {[]float64{4, 4}, 0.99, 3980 * time.Millisecond},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "h", Buckets: []float64{1, 2, 4}})
			for _, v := range tt.observed {
				h.Observe(v)
			}
			var metric dto.Metric
			if err := h.Write(&metric); err != nil {
				t.Fatal(err)
			}
			if got := quantile(tt.q, metric.GetHistogram()); (got - tt.want).Abs() > time.Microsecond {
				t.Errorf("quantile(%v) of %v = %v, want %v", tt.q, tt.observed, got, tt.want)
			}
		})
	}
}
