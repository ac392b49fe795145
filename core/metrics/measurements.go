package metrics

import (
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/artstore/ingester/core"
)

// Measurements reads the figures of the metrics panel from the registry. They are the same
// that /metrics shows.
func (m *Metrics) Measurements(now time.Time) (core.Measurements, error) {
	families, err := m.registry.Gather()
	if err != nil {
		return core.Measurements{}, &core.Error{Kind: core.KindServer, Code: core.CodeInternal,
			Op: "read metrics", Message: "The figures could not be gathered.", Err: err}
	}
	f := make(figures, len(families))
	for _, family := range families {
		f[family.GetName()] = family.GetMetric()
	}
	return core.Measurements{
		At:            now,
		BytesSent:     f.value("ingester_sent_bytes_total"),
		ActiveUploads: int(f.value("ingester_active_uploads")),
		Files:         f.by("outcome", "ingester_files_total"),
		Uploads:       f.by("status", "ingester_uploads_total"),
		Errors:        f.by("error_code", "ingester_errors_total"),
		Upload:        f.quantiles("ingester_upload_duration_seconds"),
		TokenRequest:  f.quantiles("ingester_oauth_token_duration_seconds"),
		Validation:    f.quantiles("ingester_jwt_validation_duration_seconds"),
		TokenRequests: f.by("result", "ingester_oauth_token_requests_total"),
		Validations:   f.by("result", "ingester_jwt_validation_total"),
		TokenExpiry:   f.moment("ingester_token_expiry_timestamp_seconds"),
		CertExpiry:    f.moment("ingester_client_certificate_expiry_timestamp_seconds"),
	}, nil
}

// figures has the gathered metrics by name.
type figures map[string][]*dto.Metric

// value returns the only counter or gauge with this name.
func (f figures) value(name string) float64 {
	for _, metric := range f[name] {
		return number(metric)
	}
	return 0
}

// by sums up the counters with this name by one label.
func (f figures) by(label, name string) map[string]float64 {
	sums := map[string]float64{}
	for _, metric := range f[name] {
		for _, pair := range metric.GetLabel() {
			if pair.GetName() == label {
				sums[pair.GetValue()] += number(metric)
			}
		}
	}
	return sums
}

// moment reads a gauge in Unix seconds.
func (f figures) moment(name string) time.Time {
	if seconds := f.value(name); seconds != 0 {
		return time.Unix(int64(seconds), 0)
	}
	return time.Time{}
}

func (f figures) quantiles(name string) core.Quantiles {
	for _, metric := range f[name] {
		h := metric.GetHistogram()
		return core.Quantiles{
			P50: quantile(0.50, h), P95: quantile(0.95, h), P99: quantile(0.99, h),
			Count: h.GetSampleCount(),
		}
	}
	return core.Quantiles{}
}

func number(m *dto.Metric) float64 {
	if c := m.GetCounter(); c != nil {
		return c.GetValue()
	}
	return m.GetGauge().GetValue()
}

// quantile estimates like Prometheus' histogram_quantile: observations are assumed to be
// spread evenly within a bucket, the first bucket begins at 0, and observations above the
// last bound count as that bound.
func quantile(q float64, h *dto.Histogram) time.Duration {
	total := h.GetSampleCount()
	if total == 0 {
		return 0
	}
	rank := q * float64(total)
	lower, below := 0.0, 0.0
	for _, bucket := range h.GetBucket() {
		upper, upTo := bucket.GetUpperBound(), float64(bucket.GetCumulativeCount())
		if math.IsInf(upper, +1) {
			break
		}
		if upTo >= rank {
			return seconds(lower + (upper-lower)*(rank-below)/(upTo-below))
		}
		lower, below = upper, upTo
	}
	return seconds(lower)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
