package metrics

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestMetricsShowTheRegistry(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "dark")
	v := h.v
	viewtest.Record(h.recorder.Take)
	v.Tick(h.Clock)
	for _, want := range []string{
		"Files since the start", "1,284", "1,281 stored", "3 failed", "1,293 attempts, 12 failed", "26 min left", "cache hits 99.4 %", "41 ms", "JWT check p95 0.3 ms", "19 days", "renew before 2026-12-13",
		"MiB/s, last 5 minutes", "The server is busy", "Too large for the server", "420 ms", "2.8 s", "9.1 s", "0.1 ms",
	} {
		h.Says(want)
	}
	h.Tap("Copy as text")
	for _, want := range []string{"Attempts: 1,293 attempts, 12 failed", "Token: 26 min left · cache hits 99.4 %", "Upload: 420 ms 2.8 s 9.1 s", "The server is busy: 2", "In flight: "} {
		if got := h.App.Clipboard().Content(); !strings.Contains(got, want) {
			t.Errorf("the text doesn't say %q:\n%s", want, got)
		}
	}
}

func TestMetricsWithoutFigures(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	v := h.v
	v.Tick(h.Clock)
	for _, want := range []string{"0 stored", "cache hits –", "0 attempts", "None"} {
		h.Says(want)
	}
}

func TestMetricsOfCertificateAndToken(t *testing.T) {
	en := viewtest.English(t)
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
		figure, color, note := certificateLeft(en, &core.Measurements{CertExpiry: viewtest.Start().AddDate(0, 0, c.days)}, viewtest.Start())
		if figure != c.figure || color != c.color || note != c.note {
			t.Errorf("%s: %q %s %q", name, figure, color, note)
		}
	}
	for left, want := range map[time.Duration]string{-time.Second: "expired", 42 * time.Second: "42 s left", 61*time.Minute + 5*time.Second: "1 h 1 min left"} {
		if got := viewtest.Spaced(tokenLeft(en, &core.Measurements{TokenExpiry: viewtest.Start().Add(left)}, viewtest.Start())); got != want {
			t.Errorf("%v: %q, want %q", left, got, want)
		}
	}
}

func TestErrorRows(t *testing.T) {
	en := viewtest.English(t)
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
	h := open(t, viewtest.NewFake(), "en", "light")
	v := h.v
	if v.serve.Checked || !v.copyURL.Disabled() {
		t.Error("on by default")
	}
	v.serve.SetChecked(true)
	h.Called("serve 127.0.0.1:9464")
	h.Until("the address", func() bool { return !v.copyURL.Disabled() })
	h.Tap("Copy address")
	if got := h.App.Clipboard().Content(); got != "http://127.0.0.1:9464/metrics" {
		t.Errorf("copied %q", got)
	}
	if !v.address.Disabled() {
		t.Error("the address of a running listener can be changed")
	}
	v.serve.SetChecked(false)
	h.Called("stop metrics")
	h.Until("the end", func() bool { return v.copyURL.Disabled() })

	h.Ctl.VerbErr = &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Err: errors.New("address in use")}
	v.address.SetText("127.0.0.1:1")
	v.serve.SetChecked(true)
	h.Called("serve 127.0.0.1:1")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "The request is not valid.") })
	if v.serve.Checked {
		t.Error("the switch says on, and nothing is served")
	}
}

// TestFiguresAreGathered, one each second.
func TestFiguresAreGathered(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	r := h.recorder
	for i := range 5 {
		h.Ctl.Change(func() {
			h.Ctl.Measured = core.Measurements{At: viewtest.Start().Add(time.Duration(i) * time.Second), BytesSent: float64(i) * 1000, ActiveUploads: i}
		})
		h.Clock = h.Clock.Add(time.Second)
		h.Until("the last answer", func() bool { return !r.asking })
		h.recorder.Measure(h.host, h.Clock)
		h.Until("the figures", func() bool { return !r.asking && r.newest.ActiveUploads == i })
	}
	if got := r.throughput.Last(); got != 1000 {
		t.Errorf("%v bytes a second", got)
	}
	if got := r.inFlight.Max(); got != 4 {
		t.Errorf("%v in flight", got)
	}
}

func TestAxisIsWrittenAsTheLanguageDoes(t *testing.T) {
	if got := axis(viewtest.Speaking(t, "ru"), 0.25); got != "0,25" {
		t.Errorf("a quarter is %q", got)
	}
}

// There is a card of the client certificate only while there is one.
func TestCertificateCardNeedsACertificate(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	says := func(want bool) {
		t.Helper()
		h.v.Tick(h.Clock)
		h.Tap("Copy as text")
		for _, words := range []string{h.Words(), h.App.Clipboard().Content()} {
			if strings.Contains(words, "Client certificate") != want {
				t.Errorf("a certificate is shown: %v", !want)
			}
		}
	}
	says(false)
	h.recorder.Take(core.Measurements{CertExpiry: viewtest.Start().AddDate(0, 0, 50)}, "")
	says(true)
	h.Says("50 days")
	h.recorder.Take(core.Measurements{}, "")
	says(false)
}

// While the figures are served the address is the real one; then it is again what was
// asked for.
func TestRealAddressOfTheListener(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	h.v.address.SetText("0.0.0.0:0")
	h.recorder.url, h.recorder.address = "http://127.0.0.1:41234/metrics", "0.0.0.0:41234"
	h.v.Tick(h.Clock)
	if got := h.v.address.Text; got != "0.0.0.0:41234" {
		t.Errorf("it is said to listen on %q", got)
	}
	h.recorder.url, h.recorder.address = "", ""
	h.v.Tick(h.Clock)
	if got := h.v.address.Text; got != "0.0.0.0:0" {
		t.Errorf("afterwards %q is to be served", got)
	}
}
