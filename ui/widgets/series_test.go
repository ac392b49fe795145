package widgets

import (
	"math"
	"testing"
	"time"
)

// begin is the moment of the first sample.
var begin = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestSeriesKeepsFiveMinutes(t *testing.T) {
	var s Series
	if s.Last() != 0 || s.Max() != 0 || s.points(1) != nil {
		t.Error("an empty series has something")
	}
	for i := range 1000 {
		s.Add(begin.Add(time.Duration(i)*time.Second), float64(i))
	}
	s.Add(begin, 1e9) // an older sample is none
	points := s.points(2000)
	if n := len(points); n != 301 || points[0].x < 0 || points[n-1].x != 1 || points[n-1].y != 999.0/2000 {
		t.Errorf("%d points, the last one %v", n, points[n-1])
	}
	if s.Max() != 999 || s.Last() != 999 {
		t.Errorf("max %v, last %v", s.Max(), s.Last())
	}
}

func TestMeterTurnsACounterIntoARate(t *testing.T) {
	var m Meter
	for _, c := range []struct {
		second  int
		counter float64
		rate    float64
		ok      bool
	}{{0, 100, 0, false}, {2, 300, 100, true}, {2, 400, 0, false}, {3, 300, 0, true}, {4, 0, 0, false}, {5, 7, 7, true}} {
		rate, ok := m.Rate(begin.Add(time.Duration(c.second)*time.Second), c.counter)
		if rate != c.rate || ok != c.ok {
			t.Errorf("second %d: %v %v", c.second, rate, ok)
		}
	}
}

func TestScaleTop(t *testing.T) {
	for _, c := range []struct {
		highest float64
		whole   bool
		want    float64
	}{{0, false, 1}, {0, true, 4}, {3, true, 4}, {5, true, 8}, {9, false, 10}, {26, false, 40}, {80, false, 80}, {81, false, 100}, {0.3, false, 0.4}} {
		if got := ScaleTop(c.highest, c.whole); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: %v, want %v", c.highest, got, c.want)
		}
	}
}
