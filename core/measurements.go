package core

import "time"

// Quantiles are estimates from a histogram, zero without observations.
type Quantiles struct {
	P50, P95, P99 time.Duration
	Count         uint64
}

// Measurements holds the figures of the metrics panel, read from the Prometheus
// registry at one moment.
type Measurements struct {
	At            time.Time
	BytesSent     float64            // content bytes since the start, monotonic
	ActiveUploads int                // attempts under way
	Files         map[string]float64 // that came to an end, by state
	Uploads       map[string]float64 // attempts by status: "success", "error"
	Errors        map[string]float64 // attempts by error_code
	Upload        Quantiles
	TokenRequest  Quantiles
	Validation    Quantiles
	TokenRequests map[string]float64 // by result: "success", "cache_hit", "failure"
	Validations   map[string]float64 // by result: "success", "failure", "expired"
	TokenExpiry   time.Time          // zero without a token
	CertExpiry    time.Time          // client certificate; zero without one
}

// CacheHitRate is the share of token requests answered from the cache, 0…1,
// and 0 without requests.
func (m Measurements) CacheHitRate() float64 {
	hits := m.TokenRequests["cache_hit"]
	all := hits + m.TokenRequests["success"] + m.TokenRequests["failure"]
	if all == 0 {
		return 0
	}
	return hits / all
}
