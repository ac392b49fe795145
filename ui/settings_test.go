package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
)

// row finds the field of a key.
func (d *settingsDialog) row(t testing.TB, key string) *field {
	t.Helper()
	for _, fl := range d.form.fields {
		if fl.key == key {
			return fl
		}
	}
	t.Fatalf("no field %q", key)
	return nil
}

// entry is the n-th entry of a row, as a person reaches it.
func (d *settingsDialog) entry(t testing.TB, key string) *formEntry {
	t.Helper()
	var found *formEntry
	seen(t, d.row(t, key).row, func(o fyne.CanvasObject) {
		if e, ok := o.(*formEntry); ok {
			found = e
		}
	})
	if found == nil {
		t.Fatalf("no entry in the row of %q", key)
	}
	return found
}

// fill types into a field and leaves it.
func (h *harness) fill(d *settingsDialog, tab settingsTab, key, value string) {
	h.t.Helper()
	d.selectTab(tab)
	e := d.entry(h.t, key)
	e.SetText(value)
	e.FocusLost()
}

func TestSettingsSayWhatIsWrongBesideTheField(t *testing.T) {
	for _, c := range []struct {
		tab                   settingsTab
		key, value            string
		english, russian, end string
	}{
		{tabServer, "name", "a/b", "1 to 64 letters", "От 1 до 64 букв", "A"},
		{tabServer, "name", "", "1 to 64 letters", "От 1 до 64 букв", "A"},
		{tabServer, "ingester_url", "ftp://x", "such as https://", "адрес вида https://", "https://x.example"},
		{tabServer, "ingester_url", "http://x.example", "read on the way to x.example", "по пути к x.example", "http://localhost:1"},
		{tabServer, "ingester_url", "https://me:pw@x.example", "No user name or password", "Без имени и пароля", "https://x"},
		{tabServer, "admin_url", "", "Fill this in.", "Заполните это поле.", "https://a"},
		{tabSignIn, "auth.client_id", " ", "Fill this in.", "Заполните это поле.", "sa"},
		{tabTransfers, "upload.ttl_days", "366", "from 1 to 365", "от 1 до 365", "365"},
		{tabTransfers, "upload.ttl_days", "x", "from 1 to 365", "от 1 до 365", ""},
		{tabTransfers, "upload.concurrency", "1000", "from 0 to 256", "от 0 до 256", "4"},
		{tabTransfers, "upload.bandwidth_limit", "fast", "such as 500KiB", "вида 500KiB", "10MiB"},
		{tabMetrics, "metrics.listen", "9464", "such as 127.0.0.1:9464", "вида 127.0.0.1:9464", "127.0.0.1:9464"},
	} {
		for language, want := range map[string]string{"en": c.english, "ru": c.russian} {
			t.Run(c.key+" "+c.value+" "+language, func(t *testing.T) {
				h := open(t, busy(), language, "dark")
				d := h.openDialog(c.tab)
				d.entry(t, c.key).SetText(c.value)
				if d.row(t, c.key).problem.Visible() {
					t.Error("said before the field was left")
				}
				if !d.accept.Disabled() {
					t.Error("an invalid form can be saved")
				}
				h.fill(d, c.tab, c.key, c.value)
				if got := d.row(t, c.key).problem; !got.Visible() || !strings.Contains(got.Text, want) {
					t.Errorf("beside the field stands %q", got.Text)
				}
				d.save(false)
				h.fill(d, c.tab, c.key, c.end)
				if d.accept.Disabled() || d.row(t, c.key).problem.Visible() || d.status.Visible() {
					t.Errorf("mended, it still says %q, %q", d.row(t, c.key).problem.Text, d.status.Text)
				}
				for _, call := range h.ctl.calls() {
					if strings.HasPrefix(call, "save") {
						t.Error("an invalid form was saved")
					}
				}
			})
		}
	}
}

func TestSettingsAreSaved(t *testing.T) {
	h := open(t, busy(), "en", "light")
	d := h.openDialog(tabServer)
	h.fill(d, tabServer, "name", "Archive")
	h.fill(d, tabTransfers, "upload.concurrency", "6")
	h.fill(d, tabCertificates, "tls.ca_cert_file", "/etc/ca.pem")
	d.certificates.passphrase.SetText("open sesame")
	h.tap("Save")
	h.called(`save "Production" as "Archive" session=false`)
	h.until("the dialog to close", func() bool { return h.settings() == nil })
	p := h.ctl.profiles["Archive"]
	if p.Upload.Concurrency != 6 || p.TLS.CACertFile != "/etc/ca.pem" || p.Auth.ClientID != "sa_prod_reports_1a2b3c" || p.TLS.ProtocolVersion != core.TLSv13 {
		t.Errorf("saved %+v", p)
	}
	if h.ctl.secrets.Passphrase.Reveal() != "open sesame" || !h.ctl.secrets.Client.IsZero() {
		t.Error("a secret was lost, or one that was left alone was sent")
	}
	if d.certificates.passphrase.Text != "" {
		t.Error("the passphrase is still in the form")
	}
	h.until("the new name in the header", func() bool { return h.w.header.profile.Text == "Archive" })
}

func TestAnUntouchedFormSavesWhatItRead(t *testing.T) {
	ctl := busy()
	p := ctl.profiles["Production"]
	p.Auth.Timeout, p.Auth.Grant, p.Auth.Scope, p.Upload.TusURL = "7s", core.GrantOAuth2, "files:write", "https://t.example/files/"
	p.Auth.TokenURL, p.TLS.ServerName, p.TLS.Ciphers = "https://t.example/token", "other.example", "TLS_AES_128_GCM_SHA256"
	ctl.profiles["Production"] = p
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabServer)
	if d.changedByHand() {
		t.Error("the form says it was changed")
	}
	h.tap("Save")
	h.until("the dialog to close", func() bool { return h.settings() == nil })
	if got := ctl.profiles["Production"]; got != p {
		t.Errorf("read  %+v\nsaved %+v", p, got)
	}
}

func TestCancelChangesNothing(t *testing.T) {
	for _, how := range []string{"Cancel", "Escape in a field", "Escape"} {
		t.Run(how, func(t *testing.T) {
			ctl := busy()
			before := ctl.profiles["Production"]
			h := open(t, ctl, "en", "light")
			d := h.openDialog(tabServer)
			h.fill(d, tabServer, "name", "Other")
			d.secret.SetText("typed")
			d.selectTab(tabAppearance)
			escape := &fyne.KeyEvent{Name: fyne.KeyEscape}
			switch how {
			case "Cancel":
				h.tap("Cancel")
			case "Escape in a field":
				d.entry(t, "auth.client_id").TypedKey(escape)
			default:
				h.w.win.Canvas().OnTypedKey()(escape)
			}
			if h.settings() != nil || d.popup.Visible() {
				t.Error("the dialog is still there")
			}
			if len(ctl.profiles) != 1 || ctl.profiles["Production"] != before {
				t.Errorf("profiles are %v", ctl.profiles)
			}
			if d.secret.Text != "" {
				t.Error("the secret is still in the form")
			}
		})
	}
}

func TestAKeptSecretIsNeverShown(t *testing.T) {
	h := open(t, busy(), "en", "light")
	d := h.openDialog(tabSignIn)
	h.says("kept in the system keychain")
	if d.secret.Visible() {
		t.Error("the entry stands beside what is kept")
	}
	h.tap("Replace")
	if !d.secret.Visible() || d.secret.Text != "" || !d.secret.Password {
		t.Error("no empty password entry after Replace")
	}
	if h.w.win.Canvas().Focused() != fyne.Focusable(d.secret.formEntry) {
		t.Error("the entry has no focus")
	}
	d.secret.SetText("new")
	h.tap("Save")
	h.until("the save", func() bool { return h.settings() == nil })
	if h.ctl.secrets.Client.Reveal() != "new" {
		t.Error("the new secret was not saved")
	}
}

func TestWithoutAKeychainTheSessionIsOffered(t *testing.T) {
	for code, why := range map[core.Code]string{
		core.CodeKeychainUnavailable: "This computer has no keychain.",
		core.CodeKeychainLocked:      "The keychain is locked.",
		core.CodeKeychainFailed:      "The keychain did not answer.",
	} {
		t.Run(string(code), func(t *testing.T) {
			ctl := busy()
			ctl.noSecret = true
			ctl.saveErr = func(sessionOnly bool) error {
				if sessionOnly {
					return nil
				}
				return &core.Error{Kind: core.KindConfig, Code: code}
			}
			h := open(t, ctl, "en", "light")
			d := h.openDialog(tabSignIn)
			d.secret.SetText("s3cret")
			h.tap("Save")
			h.until("the offer", func() bool { return strings.Contains(h.words(), "Keep it for this session only?") })
			h.says(why)
			if h.settings() != d {
				t.Fatal("the dialog closed although nothing was saved")
			}
			h.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
			if h.settings() == nil || len(h.w.win.Canvas().Overlays().List()) != 1 {
				t.Fatal("Escape closes more than the question")
			}
			h.tap("Save")
			h.until("the offer again", func() bool { return strings.Contains(h.words(), "Keep it for this session only?") })
			h.tap("This session only")
			h.called(`save "Production" as "Production" session=true`)
			h.until("the dialog to close", func() bool { return h.settings() == nil })
			if ctl.secrets.Client.Reveal() != "s3cret" {
				t.Error("the secret is lost")
			}
		})
	}
}

func TestOtherFailuresOfSavingAreSaid(t *testing.T) {
	ctl := busy()
	ctl.saveErr = func(bool) error { return &core.Error{Kind: core.KindConfig, Code: core.CodeKeyMismatch} }
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabCertificates)
	d.certificates.passphrase.SetText("x")
	h.tap("Save")
	h.until("the reason", func() bool { return strings.Contains(d.status.Text, "The key does not belong to the certificate.") })
	if h.settings() != d || d.accept.Disabled() {
		t.Error("the form can't be mended")
	}
	if strings.Contains(h.words(), "session only") {
		t.Error("the session is offered for something else than the keychain")
	}
}

// The name of another profile is refused with a word that says so.
func TestATakenNameIsSaid(t *testing.T) {
	ctl := busy()
	ctl.profiles["Archive"] = core.NewProfile("Archive")
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabServer)
	h.fill(d, tabServer, "name", "archive")
	h.tap("Save")
	h.until("the reason", func() bool { return strings.Contains(d.status.Text, "Another profile has this name.") })
	if _, there := ctl.profiles["Production"]; !there || ctl.profiles["Archive"].Name != "Archive" || h.settings() != d {
		t.Error("saved all the same, or the form is gone")
	}
}

// What is amiss with a profile that is saved is said once the form is closed.
func TestSavedButNotReady(t *testing.T) {
	ctl := busy()
	ctl.notReady = &NotReadyError{Err: &core.Error{Kind: core.KindConfig, Code: core.CodePortBusy}}
	h := open(t, ctl, "en", "light")
	h.fill(h.openDialog(tabServer), tabServer, "name", "Live")
	h.tap("Save")
	h.until("the dialog to close", func() bool { return h.settings() == nil })
	h.until("the reason", func() bool { return strings.Contains(h.words(), "Another program uses the address of the metrics.") })
	h.says("Saved, but not all works")
}

func TestProfilesOfTheSettings(t *testing.T) {
	ctl := busy()
	archive := core.NewProfile("Archive")
	archive.IngesterURL, archive.AdminURL, archive.Auth.ClientID = "https://a.example", "https://a.example", "sa"
	ctl.profiles["Archive"] = archive
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabTransfers)
	names := []string{"Production", "Archive"}

	chooseItem(t, d.profilesMenu(names), "Archive")
	h.until("the other profile", func() bool { return h.settings() != nil && h.settings().previous == "Archive" })
	d = h.settings()
	if d.tab != tabTransfers {
		t.Errorf("the tab is %s", d.tab)
	}
	chooseItem(t, d.profilesMenu(names), "Duplicate")
	h.until("the copy", func() bool { return h.settings() != nil && h.settings().previous == "" })
	h.says("New profile")
	h.tap("Save")
	h.called(`save "" as "Archive 2" session=false`)
	h.called("use Archive 2")
	h.until("the dialog to close", func() bool { return h.settings() == nil })
	if p := ctl.profiles["Archive 2"]; p.IngesterURL != "https://a.example" {
		t.Errorf("the copy is %+v", p)
	}

	d = h.openDialog(tabServer)
	h.fill(d, tabServer, "name", "Changed")
	chooseItem(t, d.profilesMenu(names), "New profile…")
	h.says("What you changed here is lost.")
	h.tap("Leave")
	if d = h.settings(); d == nil || d.previous != "" || !d.accept.Disabled() {
		t.Fatal("no empty form for a new profile")
	}
	h.tap("Cancel")
	d = h.openDialog(tabServer)
	chooseItem(t, d.profilesMenu(names), "Remove…")
	h.says("Remove Archive 2?")
	h.tap("Remove")
	h.called("remove profile Archive 2")
	h.until("the first run", func() bool { return h.w.first != nil && h.settings() == nil })
}

func TestSettingsOfMetrics(t *testing.T) {
	ctl := busy()
	ctl.serving = "http://127.0.0.1:9464/metrics"
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabMetrics)
	h.until("the address", func() bool { return strings.Contains(h.words(), ctl.serving) })
	h.tap("Copy address")
	if got := h.app.Clipboard().Content(); got != "http://127.0.0.1:9464/metrics" {
		t.Errorf("copied %q", got)
	}
	h.fill(d, tabMetrics, "metrics.listen", "0.0.0.0:9464")
	h.says("Other computers can read the metrics")
	h.fill(d, tabMetrics, "metrics.listen", "localhost:9464")
	h.says("This computer only.")

	fresh := openSettings(&shell{app: h.app, win: h.w.win, ctl: ctl, text: h.w.sh.text, now: h.w.now, tasks: h.w.sh.tasks}, "", core.NewProfile(""), tabMetrics, nil)
	if p, _ := fresh.form.profile(); p.Metrics.Listen != "" {
		t.Errorf("a new profile serves metrics at %q", p.Metrics.Listen)
	}
	fresh.hide()
}

func TestAppearanceIsTakenOverBySave(t *testing.T) {
	h := open(t, busy(), "en", "light")
	d := h.openDialog(tabAppearance)
	var selects []interface{ SetSelected(string) }
	seen(t, d.pages[tabAppearance], func(o fyne.CanvasObject) {
		if s, ok := o.(interface{ SetSelected(string) }); ok {
			selects = append(selects, s)
		}
	})
	selects[0].SetSelected("Dark")
	selects[1].SetSelected("Русский")
	if h.app.Preferences().String(prefTheme) != "light" {
		t.Error("taken over before Save")
	}
	h.tap("Save")
	h.until("Russian", func() bool { return strings.Contains(h.words(), "История") })
	if h.app.Preferences().String(prefTheme) != "dark" || h.app.Preferences().String(prefLanguage) != "ru" {
		t.Error("not in the preferences")
	}
}

func TestSettingsFailures(t *testing.T) {
	ctl := busy()
	delete(ctl.profiles, "Production")
	h := open(t, ctl, "en", "light")
	h.w.sh.openSettings(tabServer)
	h.until("the error", func() bool { return strings.Contains(h.words(), "There is no such profile.") })
	if h.settings() != nil {
		t.Error("a dialog without a profile")
	}
}

func TestNothingHappensBelowTheSettings(t *testing.T) {
	h := open(t, busy(), "en", "light")
	h.w.transfers.tapRow("t1", 0)
	h.openDialog(tabServer)
	h.w.win.Canvas().Unfocus()
	h.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.w.typedShortcut(&fyne.ShortcutPaste{})
	for _, call := range h.ctl.calls() {
		if strings.HasPrefix(call, "cancel") || strings.HasPrefix(call, "scan") {
			t.Errorf("%s happened below the dialog", call)
		}
	}
}

// openDialog opens the settings dialog.
func (h *harness) openDialog(tab settingsTab) *settingsDialog {
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

// settings is the open settings dialog, nil while there is none.
func (h *harness) settings() *settingsDialog {
	d, _ := h.w.sh.settings.(*settingsDialog)
	return d
}
