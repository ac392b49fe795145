package metrics

import (
	"context"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// Recorder keeps the figures of the last five minutes. It also records while another
// page is shown.
type Recorder struct {
	throughput widgets.Series // bytes a second
	inFlight   widgets.Series // attempts under way
	sent       widgets.Meter
	newest     core.Measurements
	url        string // of the /metrics listener, "" while it is off
	address    string // that it listens on

	asked  time.Time
	asking bool
	failed bool // the last measurement did
}

// Take adds the figures of a moment.
func (r *Recorder) Take(m core.Measurements, url string) {
	if rate, ok := r.sent.Rate(m.At, m.BytesSent); ok {
		r.throughput.Add(m.At, rate)
	}
	r.inFlight.Add(m.At, float64(m.ActiveUploads))
	r.newest, r.url = m, url
}

// measureEvery is the least time between measurements: less than the second between
// two ticks of the pump, which may come a little early.
const measureEvery = 750 * time.Millisecond

// Measure reads the figures about once a second. It does nothing while a read goes on.
func (r *Recorder) Measure(host *view.Host, now time.Time) {
	if r.asking || now.Sub(r.asked) < measureEvery {
		return
	}
	r.asking, r.asked = true, now
	type answer struct {
		figures core.Measurements
		url     string
		address string
	}
	view.Async(host, func(ctx context.Context) (answer, error) {
		m, err := host.Controller.Measurements(ctx)
		return answer{m, host.Controller.MetricsURL(), host.Controller.MetricsAddress()}, err
	}, func(a answer, err error) {
		r.asking = false
		if err != nil {
			if !r.failed {
				host.Log.Warn("reading measurements", "error", err)
			}
			r.failed = true
			return
		}
		r.failed = false
		r.address = a.address
		r.Take(a.figures, a.url)
	})
}
