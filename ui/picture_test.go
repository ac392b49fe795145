package ui

import (
	"log/slog"
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
)

// TestPictures draws every page and dialog in both themes and languages and at
// the smallest size; set INGESTER_PICTURES to a folder to look at them.
func TestPictures(t *testing.T) {
	for _, look := range dresses() {
		t.Run(look.name, func(t *testing.T) {
			for _, size := range []struct {
				name          string
				width, height float32
			}{{"", 1100, 720}, {"small-", 640, 420}} {
				ctl := busy()
				h := open(t, ctl, look.language, look.theme)
				h.w.win.Resize(fyne.NewSize(size.width, size.height))
				h.fillLog()
				h.working()
				h.record()
				for i, page := range []string{"transfers", "history", "metrics", "log"} {
					h.w.choose(i)
					h.until(page, func() bool { return i != 1 || len(h.w.pages[1].(*historyView).rows) > 0 })
					h.picture(size.name + page + "-" + look.name)
				}
				d := h.openSettings(tabServer)
				for _, tab := range settingsTabs {
					d.selectTab(tab)
					h.picture(size.name + "settings-" + string(tab) + "-" + look.name)
				}
				d.selectTab(tabCertificates)
				d.toggleTest()
				h.until("the end of the test", d.check.done)
				h.picture(size.name + "settings-test-" + look.name)
				d.close(false)
			}
			h := open(t, fresh(), look.language, look.theme)
			h.until("the first run", func() bool { return h.w.first != nil })
			h.picture("firstrun-" + look.name)
			h.w.win.Resize(fyne.NewSize(640, 420))
			h.picture("small-firstrun-" + look.name)
		})
	}
	t.Run("empty", func(t *testing.T) {
		h := open(t, newFakeController(), "en", "light")
		h.picture("empty")
	})
}

// fresh is a program without a profile.
func fresh() *fakeController {
	ctl := newFakeController()
	ctl.current, ctl.profiles, ctl.link = "", map[string]core.Profile{}, core.Link{State: core.LinkUnknown}
	return ctl
}

// busy is a program in the middle of its work.
func busy() *fakeController {
	ctl := newFakeController()
	ctl.snapshot = showcase(340)
	p := core.NewProfile("Production")
	p.IngesterURL, p.AdminURL = "https://ingester.example:8020", "https://admin.example:8000"
	p.Auth.ClientID = "sa_prod_reports_1a2b3c"
	p.TLS.CACertFile, p.TLS.PKCS12File = "/etc/artstore/example-root-ca.pem", "/etc/artstore/scanner-07.p12"
	p.Metrics.Listen = "127.0.0.1:9464"
	ctl.profiles[p.Name] = p
	ctl.facts = core.CertificateFacts{
		Subject: "scanner-07 · Example Archive", Issuer: "Example Client CA 2", Names: []string{"scanner-07.example"}, Serial: "4F:9A:01",
		Fingerprint: "4F:9A:11:02:AE:10:4F:9A:11:02:AE:10:4F:9A:11:02:AE:10:4F:9A:11:02:AE:10:4F:9A:11:02:AE:10:C2:71",
		NotBefore:   start().AddDate(0, -10, 0), NotAfter: start().AddDate(0, 0, 19).Add(time.Hour), KeyMatches: true, ClientAuth: true,
	}
	ctl.measured = figures(start(), 0, 4)
	ctl.steps = []core.Step{
		{Name: "address", Target: core.TargetAdmin, Status: core.StepOK, Detail: "https://admin.example:8000", Took: 2 * time.Millisecond},
		{Name: "tls", Target: core.TargetAdmin, Status: core.StepOK, Detail: "TLS 1.3, AES-128-GCM, vouched for by “Example Root CA”", Took: 24 * time.Millisecond},
		{Name: "token", Target: core.TargetAdmin, Status: core.StepOK, Detail: "good for 30 min", Took: 38 * time.Millisecond},
		{Name: "tcp", Target: core.TargetIngester, Status: core.StepOK, Detail: "ingester.example:8020", Took: 11 * time.Millisecond},
		{Name: "ready", Target: core.TargetIngester, Status: core.StepWarning, Detail: "temporary uploads only", Advice: "No permanent storage is online.", Took: 9 * time.Millisecond},
		{Name: "permission", Target: core.TargetIngester, Status: core.StepNotReached},
	}
	for i := range 60 {
		x := transfer(1000+i, "scans/plate "+string(rune('A'+i%26))+".tif", int64(i+1)<<20, core.StateStored)
		x.Receipt = &core.Receipt{FileID: "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11", SHA256: core.NewChecksum(make([]byte, 32)), UploadedAt: start().Add(-time.Duration(i) * time.Hour)}
		ctl.history = append(ctl.history, x)
	}
	return ctl
}

// figures are measurements in the middle of a day's work.
func figures(at time.Time, sent float64, active int) core.Measurements {
	return core.Measurements{
		At: at, BytesSent: sent, ActiveUploads: active,
		Uploads:      map[string]float64{"success": 1281, "error": 3},
		Errors:       map[string]float64{string(core.CodeServerBusy): 2, string(core.CodeTooLarge): 1},
		Upload:       core.Quantiles{P50: 420 * time.Millisecond, P95: 2800 * time.Millisecond, P99: 9100 * time.Millisecond, Count: 1284},
		TokenRequest: core.Quantiles{P50: 22 * time.Millisecond, P95: 41 * time.Millisecond, P99: 90 * time.Millisecond, Count: 8},
		Validation:   core.Quantiles{P50: 100 * time.Microsecond, P95: 300 * time.Microsecond, P99: time.Millisecond, Count: 8},
		TokenRequests: map[string]float64{
			"success": 8, "cache_hit": 1276,
		},
		TokenExpiry: at.Add(26*time.Minute + 10*time.Second), CertExpiry: start().AddDate(0, 0, 19).Add(time.Hour),
	}
}

// record lets five minutes of work pass before the metrics.
func (h *harness) record() {
	sent := 0.0
	for i := range 300 {
		sent += (14 + 8*math.Sin(float64(i)/23) + 4*math.Sin(float64(i)/7)) * (1 << 20)
		h.w.recorder.take(figures(start().Add(time.Duration(i-300)*time.Second), sent, 2+i/40%4), "")
	}
}

// fillLog writes what a program logs in a minute.
func (h *harness) fillLog() {
	log := slog.New(h.w.buffer)
	for i := range 30 {
		log.Info("file stored", "transfer", i, "seconds", 0.42, "http", "HTTP/2.0")
	}
	log.Warn("upload failed, waiting", "transfer", 12, "code", "server_busy", "status", 503, "retry_in", 8*time.Second)
	log.Error("upload failed", "transfer", 13, "code", "too_large", "status", 413)
}

// openSettings opens the settings dialog.
func (h *harness) openSettings(tab settingsTab) *settingsDialog {
	h.t.Helper()
	h.w.sh.openSettings(tab)
	h.until("the settings", func() bool { return h.settings() != nil })
	d := h.settings()
	if d.previous != "" && !h.ctl.noSecret {
		h.until("the answer about the secret", func() bool { return d.secret.kept.Visible() })
	}
	if h.ctl.profiles[d.previous].TLS.HasClientCertificate() {
		h.until("the card", func() bool { return d.certificates.card.values["settings.card.subject"].Visible() })
	}
	return d
}
