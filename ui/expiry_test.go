package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// passes lets time pass without an event.
func (h *harness) passes(days float64) {
	h.Clock = viewtest.Start().Add(time.Duration(days * 24 * float64(time.Hour)))
	h.w.apply(change{link: h.Ctl.CurrentLink, profile: h.Ctl.CurrentProfile})
}

// putAway taps the bar's cross.
func (b *expiryBar) putAway(t *testing.T) {
	t.Helper()
	viewtest.Seen(t, b.content, func(o fyne.CanvasObject) {
		if button, ok := o.(*widgets.IconButton); ok {
			test.Tap(button)
		}
	})
	if b.content.Visible() {
		t.Fatal("the warning can't be put away")
	}
}

// A window that stays open for weeks warns a month, a week and a day before its
// certificate expires, each time until the warning is dismissed, and never keeps
// the user from working.
func TestExpiryBar(t *testing.T) {
	for _, tt := range []struct {
		language string
		says     map[float64]string // by day; "" for nothing
		days     []float64
	}{
		{"en", map[float64]string{
			0: "", 9: "", 10.5: "ends in 29 days, on 2027-01-03. Ask for a new one.", 20: "ends in 20 days",
			33.5: "ends in 6 days", 39.5: "ends within a day, on 2027-01-03.", 41: "ended on 2027-01-03.",
		}, []float64{0, 9, 10.5, 20, 33.5, 39.5, 41}},
		{"ru", map[float64]string{
			0: "", 19: "через 21 день, 2027-01-03.", 17.5: "через 22 дня", 33.5: "через 6 дней",
			39.5: "в течение суток", 41: "истёк 2027-01-03. Запросите новый.",
		}, []float64{0, 17.5, 19, 33.5, 39.5, 41}},
	} {
		t.Run(tt.language, func(t *testing.T) {
			ctl := viewtest.NewFake()
			ctl.CurrentLink.CertificateExpiry = viewtest.Start().AddDate(0, 0, 40)
			h := open(t, ctl, tt.language, "light")
			b := h.w.expiry
			for _, day := range tt.days {
				h.passes(day)
				want := tt.says[day]
				if b.content.Visible() != (want != "") || !strings.Contains(b.words.Words, want) {
					t.Errorf("day %v: shown %t, %q; want %q", day, b.content.Visible(), b.words.Words, want)
				}
				color := theme.ColorNameError
				if day < 33 {
					color = theme.ColorNameWarning
				}
				if want != "" && b.ground.Line != color {
					t.Errorf("day %v is %s", day, b.ground.Line)
				}
			}
			if h.w.win.Canvas().Overlays().Top() != nil {
				t.Error("the warning is modal")
			}
		})
	}
}

// A dismissed warning stays hidden, also after a restart and in another language.
// The next level, another certificate and another profile are warned about again.
func TestExpiryBarIsPutAway(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.CurrentLink.CertificateExpiry = viewtest.Start().AddDate(0, 0, 40)
	h := open(t, ctl, "en", "light")
	visible := func(what string, want bool) {
		t.Helper()
		if h.w.expiry.content.Visible() != want {
			t.Errorf("%s: shown is not %t", what, want)
		}
	}
	h.passes(15)
	visible("a month before", true)
	h.w.expiry.putAway(t)
	h.passes(16)
	visible("put away", false)
	h.w.appearanceChanged()
	h.passes(17)
	visible("in another look", false)
	h.passes(34)
	visible("a week before", true)
	h.w.expiry.putAway(t)
	h.passes(39.5)
	visible("a day before", true)
	h.w.expiry.putAway(t)
	ctl.Change(func() { ctl.CurrentLink.CertificateExpiry = viewtest.Start().AddDate(0, 0, 60) })
	h.passes(39.6)
	visible("another certificate", true)
	h.w.expiry.putAway(t)
	ctl.Change(func() { ctl.CurrentProfile = "Another" })
	h.passes(39.7)
	visible("another profile", true)
	ctl.Change(func() { ctl.CurrentLink.CertificateExpiry = viewtest.Start().AddDate(2, 0, 0) })
	h.passes(39.8)
	visible("renewed", false)
}

// The bar leads to the tab where a new certificate is chosen.
func TestExpiryBarLeadsToSettings(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.CurrentLink.CertificateExpiry = viewtest.Start().AddDate(0, 0, 5)
	h := open(t, ctl, "en", "dark")
	h.Until("the warning", func() bool { return h.w.expiry.content.Visible() })
	h.Picture("expiry-week-dark")
	h.w.win.Resize(fyne.NewSize(640, 420))
	h.Picture("small-expiry-week-dark")
	viewtest.Seen(t, h.w.expiry.content, func(o fyne.CanvasObject) {
		if button := viewtest.ButtonOf(o); button != nil && button.Text != "" {
			test.Tap(o.(fyne.Tappable))
		}
	})
	h.Until("the settings", func() bool { return h.w.host.Settings != nil && h.Tab() == "Certificates" })
}
