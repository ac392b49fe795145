package ui

import (
	"math"
	"testing"
	"time"
)

func TestSeriesKeepsFiveMinutes(t *testing.T) {
	var s series
	if s.last() != 0 || s.max() != 0 || s.points(1) != nil {
		t.Error("an empty series has something")
	}
	for i := range 1000 {
		s.add(start().Add(time.Duration(i)*time.Second), float64(i))
	}
	s.add(start(), 1e9) // an older sample is none
	points := s.points(2000)
	if n := len(points); n != 301 || points[0].x < 0 || points[n-1].x != 1 || points[n-1].y != 999.0/2000 {
		t.Errorf("%d points, the last one %v", n, points[n-1])
	}
	if s.max() != 999 || s.last() != 999 {
		t.Errorf("max %v, last %v", s.max(), s.last())
	}
}

func TestMeterTurnsACounterIntoARate(t *testing.T) {
	var m meter
	for _, c := range []struct {
		second  int
		counter float64
		rate    float64
		ok      bool
	}{{0, 100, 0, false}, {2, 300, 100, true}, {2, 400, 0, false}, {3, 300, 0, true}, {4, 0, 0, false}, {5, 7, 7, true}} {
		rate, ok := m.rate(start().Add(time.Duration(c.second)*time.Second), c.counter)
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
		if got := scaleTop(c.highest, c.whole); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: %v, want %v", c.highest, got, c.want)
		}
	}
	if got := axis(speaking(t, "ru"), 0.25); got != "0,25" {
		t.Errorf("a quarter is %q", got)
	}
}
