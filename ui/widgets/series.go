package widgets

import (
	"math"
	"time"
)

// chartSpan is how far back the metrics charts reach.
const chartSpan = 5 * time.Minute

// sample is one value at one moment.
type sample struct {
	at    time.Time
	value float64
}

// Series keeps the samples of the last chartSpan, oldest first.
type Series struct{ samples []sample }

// Add appends a sample and drops those that are too old. It keeps one sample before
// the span, so that the line reaches the left edge.
func (s *Series) Add(at time.Time, value float64) {
	if n := len(s.samples); n > 0 && !at.After(s.samples[n-1].at) {
		return
	}
	s.samples = append(s.samples, sample{at, value})
	edge := at.Add(-chartSpan)
	drop := 0
	for drop+1 < len(s.samples) && !s.samples[drop+1].at.After(edge) {
		drop++
	}
	if drop > 0 {
		s.samples = append(s.samples[:0], s.samples[drop:]...)
	}
}

// Max is the largest value, 0 without samples.
func (s *Series) Max() float64 {
	top := 0.0
	for _, p := range s.samples {
		top = math.Max(top, p.value)
	}
	return top
}

// Last is the newest value, 0 without samples.
func (s *Series) Last() float64 {
	if len(s.samples) == 0 {
		return 0
	}
	return s.samples[len(s.samples)-1].value
}

// points places the samples in a unit square: x is 0 at the left edge of the
// span and 1 now, y is 0 at the bottom and 1 at top.
func (s *Series) points(top float64) []point {
	if len(s.samples) == 0 || top <= 0 {
		return nil
	}
	now := s.samples[len(s.samples)-1].at
	out := make([]point, len(s.samples))
	for i, p := range s.samples {
		out[i] = point{
			x: 1 - float64(now.Sub(p.at))/float64(chartSpan),
			y: math.Min(p.value/top, 1),
		}
	}
	return out
}

// point is a place in the unit square of a chart.
type point struct{ x, y float64 }

// Meter turns a growing counter into a rate a second.
type Meter struct {
	at      time.Time
	counter float64
}

// Rate returns the growth a second since the last call. It reports false for the
// first call, when no time has passed, and when the counter has started again.
func (m *Meter) Rate(at time.Time, counter float64) (float64, bool) {
	was := *m
	if !was.at.IsZero() && !at.After(was.at) {
		return 0, false
	}
	m.at, m.counter = at, counter
	if was.at.IsZero() || counter < was.counter {
		return 0, false
	}
	return (counter - was.counter) / at.Sub(was.at).Seconds(), true
}

// ScaleTop returns the value of a chart's upper edge: the smallest of 1, 2, 4 and 8
// times a power of ten that is not below highest, so that the four grid lines have
// readable values. Where those must be whole numbers it is at least 4.
func ScaleTop(highest float64, whole bool) float64 {
	if whole && highest <= 4 {
		return 4
	}
	if highest <= 0 {
		return 1
	}
	base := math.Pow(10, math.Floor(math.Log10(highest)))
	for _, step := range []float64{1, 2, 4, 8} {
		if highest <= step*base*(1+1e-9) {
			return step * base
		}
	}
	return 10 * base
}
