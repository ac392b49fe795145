package metrics

import (
	"context"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// Recorder keeps what the metrics panel draws. It goes on while another page
// is shown, so that the last five minutes are there when they are looked at.
type Recorder struct {
	throughput widgets.Series // bytes a second
	inFlight   widgets.Series // attempts under way
	sent       widgets.Meter
	newest     core.Measurements
	url        string // of the /metrics listener, "" while it is off

	asked  time.Time
	asking bool
	failed bool // the last question
}

// Take adds the figures of one moment.
func (r *Recorder) Take(m core.Measurements, url string) {
	if rate, ok := r.sent.Rate(m.At, m.BytesSent); ok {
		r.throughput.Add(m.At, rate)
	}
	r.inFlight.Add(m.At, float64(m.ActiveUploads))
	r.newest, r.url = m, url
}

// measureEvery is how far apart the questions are: a second, less what two
// looks of the pump may differ by.
const measureEvery = 750 * time.Millisecond

// Measure asks for the figures of this moment, about once a second and never
// twice at a time.
func (r *Recorder) Measure(host *view.Host, now time.Time) {
	if r.asking || now.Sub(r.asked) < measureEvery {
		return
	}
	r.asking, r.asked = true, now
	type answer struct {
		figures core.Measurements
		url     string
	}
	view.Async(host, func(ctx context.Context) (answer, error) {
		m, err := host.Controller.Measurements(ctx)
		return answer{m, host.Controller.MetricsURL()}, err
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
		r.Take(a.figures, a.url)
	})
}
