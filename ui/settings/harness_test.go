package settings

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, viewtest.Lasting()...) }

// harness is a window that has nothing but the settings.
type harness struct {
	*viewtest.Stage
	host *view.Host
	told int // how often the window was told that the profile has changed
}

// open shows the window in a language and a theme.
func open(t testing.TB, ctl *viewtest.Fake, language, theme string) *harness {
	t.Helper()
	h := &harness{Stage: viewtest.NewStage(t, ctl, language, theme)}
	h.host = h.NewHost()
	h.host.OpenSettings = func(tab view.Tab) { Show(h.host, tab) }
	h.host.TestConnection = func(tab view.Tab) { Test(h.host, tab) }
	h.host.ProfileChanged = func() { h.told++ }
	return h
}

// openDialog opens the settings dialog.
func (h *harness) openDialog(tab view.Tab) *Dialog {
	h.T.Helper()
	h.host.OpenSettings(tab)
	h.Until("the settings", func() bool { return h.settings() != nil })
	d := h.settings()
	if kept, err := h.Ctl.HasSecret(h.T.Context(), d.previous); err != nil || kept {
		h.Until("the answer about the secret", func() bool { return d.secret.kept.Visible() })
	}
	if h.Ctl.SavedProfiles[d.previous].TLS.HasClientCertificate() {
		h.Until("the card", func() bool { return d.certificates.card.values["settings.card.subject"].Visible() })
	}
	return d
}

// settings is the open settings dialog, nil while there is none.
func (h *harness) settings() *Dialog {
	d, _ := h.host.Settings.(*Dialog)
	return d
}

// fill types into a field and takes the focus away.
func (h *harness) fill(d *Dialog, tab view.Tab, key, value string) {
	h.T.Helper()
	d.selectTab(tab)
	e := d.entry(h.T, key)
	e.SetText(value)
	e.FocusLost()
}
