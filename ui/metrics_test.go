package ui

import (
	"errors"
	"image/color"
	"math"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
)

func metrics(h *harness) *metricsView {
	h.w.choose(2)
	return h.w.pages[2].(*metricsView)
}

func TestMetricsShowTheRegistry(t *testing.T) {
	h := open(t, busy(), "en", "dark")
	v := metrics(h)
	h.record()
	v.Tick(h.clock)
	for _, want := range []string{
		"1,284", "1,281 stored", "3 failed", "26 min left", "cache hits 99.4 %", "41 ms", "JWT check p95 0.3 ms", "19 days", "renew before 2026-12-13",
		"MiB/s, last 5 minutes", "The server is busy", "Too large for the server", "420 ms", "2.8 s", "9.1 s", "0.1 ms",
	} {
		h.says(want)
	}
	h.tap("Copy as text")
	for _, want := range []string{"Token: 26 min left · cache hits 99.4 %", "Upload: 420 ms 2.8 s 9.1 s", "The server is busy: 2", "In flight: "} {
		if got := h.app.Clipboard().Content(); !strings.Contains(got, want) {
			t.Errorf("the text doesn't say %q:\n%s", want, got)
		}
	}
}

func TestMetricsWithoutFigures(t *testing.T) {
	h := open(t, newFakeController(), "en", "light")
	v := metrics(h)
	v.Tick(h.clock)
	for _, want := range []string{"0 stored", "cache hits –", "none in use", "None"} {
		h.says(want)
	}
}

func TestMetricsOfCertificateAndToken(t *testing.T) {
	en := english(t)
	for name, c := range map[string]struct {
		days   int
		figure string
		color  fyne.ThemeColorName
		note   string
	}{
		"over": {-1, "expired", theme.ColorNameError, "✗ on 2026-11-23"},
		"soon": {29, "29 days", theme.ColorNameWarning, "▲ renew before 2026-12-23"},
		"long": {30, "30 days", theme.ColorNameForeground, "valid until 2026-12-24"},
	} {
		figure, color, note := certificateLeft(en, &core.Measurements{CertExpiry: start().AddDate(0, 0, c.days)}, start())
		if figure != c.figure || color != c.color || note != c.note {
			t.Errorf("%s: %q %s %q", name, figure, color, note)
		}
	}
	for left, want := range map[time.Duration]string{-time.Second: "expired", 42 * time.Second: "42 s left", 61*time.Minute + 5*time.Second: "1 h 1 min left"} {
		if got := spaced(tokenLeft(en, &core.Measurements{TokenExpiry: start().Add(left)}, start())); got != want {
			t.Errorf("%v: %q, want %q", left, got, want)
		}
	}
}

func TestErrorRows(t *testing.T) {
	en := english(t)
	rows := errorRows(en, &core.Measurements{Errors: map[string]float64{
		"timeout": 7, "too_large": 1, "odd_code": 3, "stalled": 2, "proxy": 1, "rejected": 0,
	}}, 4)
	var got []string
	for _, r := range rows {
		got = append(got, strings.Join(r, "="))
	}
	want := "The server did not answer in time=7 Odd_code=3 The connection stood still=2 Others=2"
	if strings.Join(got, " ") != want {
		t.Errorf("%q", got)
	}
}

func TestMetricsListenerIsSwitched(t *testing.T) {
	h := open(t, newFakeController(), "en", "light")
	v := metrics(h)
	if v.serve.Checked || !v.copyURL.Disabled() {
		t.Error("on by default")
	}
	v.serve.SetChecked(true)
	h.called("serve 127.0.0.1:9464")
	h.until("the address", func() bool { return !v.copyURL.Disabled() })
	h.tap("Copy address")
	if got := h.app.Clipboard().Content(); got != "http://127.0.0.1:9464/metrics" {
		t.Errorf("copied %q", got)
	}
	if !v.address.Disabled() {
		t.Error("the address of a running listener can be changed")
	}
	v.serve.SetChecked(false)
	h.called("stop metrics")
	h.until("the end", func() bool { return v.copyURL.Disabled() })

	h.ctl.verbErr = &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Err: errors.New("address in use")}
	v.address.SetText("127.0.0.1:1")
	v.serve.SetChecked(true)
	h.called("serve 127.0.0.1:1")
	h.until("the error", func() bool { return strings.Contains(h.words(), "The request is not valid.") })
	if v.serve.Checked {
		t.Error("the switch says on, and nothing is served")
	}
}

// TestFiguresAreGatheredWhileAnotherPageIsShown: the last five minutes are
// there when they are looked at.
func TestFiguresAreGatheredWhileAnotherPageIsShown(t *testing.T) {
	h := open(t, newFakeController(), "en", "light")
	r := h.w.recorder
	for i := range 5 {
		h.ctl.mu.Lock()
		h.ctl.measured = core.Measurements{At: start().Add(time.Duration(i) * time.Second), BytesSent: float64(i) * 1000, ActiveUploads: i}
		h.ctl.mu.Unlock()
		h.clock = h.clock.Add(time.Second)
		h.until("the last answer", func() bool { return !r.asking })
		h.w.apply(change{link: h.ctl.link, profile: h.ctl.current})
		h.until("the figures", func() bool { return !r.asking && r.newest.ActiveUploads == i })
	}
	if got := r.throughput.last(); got != 1000 {
		t.Errorf("%v bytes a second", got)
	}
	if got := r.inFlight.max(); got != 4 {
		t.Errorf("%v in flight", got)
	}
}

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

// TestPlotDrawsTheLine: the line has the colour, the area below it is faint,
// and above it is nothing.
func TestPlotDrawsTheLine(t *testing.T) {
	const w, h = 100, 50
	img := plot(w, h, []point{{0, 0.5}, {0.5, 0.5}, {0.9, 0.5}}, 2, color.NRGBA{R: 0xff, A: 0xff})
	alpha := func(x, y int) uint8 { return img.At(x, y).(color.NRGBA).A }
	if a := alpha(20, h/2); a != 0xff {
		t.Errorf("the line has %#x", a)
	}
	if a := alpha(20, h-2); a != chartFillAlpha {
		t.Errorf("the area has %#x", a)
	}
	if a := alpha(20, 5); a != 0 {
		t.Errorf("above the line is %#x", a)
	}
	if a := alpha(97, h/2); a != 0 {
		t.Error("the line goes on after the last point")
	}
	for _, size := range [][2]int{{0, 0}, {1, 1}, {1, 9}} {
		if plot(size[0], size[1], []point{{0, 0}, {1, 1}}, 2, color.Black) == nil {
			t.Errorf("no picture of %v", size)
		}
	}
}
