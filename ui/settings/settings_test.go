package settings

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// row finds the field of a key.
func (d *Dialog) row(t testing.TB, key string) *field {
	t.Helper()
	for _, fl := range d.form.fields {
		if fl.key == key {
			return fl
		}
	}
	t.Fatalf("no field %q", key)
	return nil
}

// entry is the entry of a field.
func (d *Dialog) entry(t testing.TB, key string) *formEntry {
	t.Helper()
	var found *formEntry
	viewtest.Seen(t, d.row(t, key).row, func(o fyne.CanvasObject) {
		if e, ok := o.(*formEntry); ok {
			found = e
		}
	})
	if found == nil {
		t.Fatalf("no entry in the row of %q", key)
	}
	return found
}

func TestSettingsSayWhatIsWrongBesideTheField(t *testing.T) {
	for _, c := range []struct {
		tab                   view.Tab
		key, value            string
		english, russian, end string
	}{
		{view.TabServer, "name", "a/b", "1 to 64 letters", "От 1 до 64 букв", "A"},
		{view.TabServer, "name", "", "1 to 64 letters", "От 1 до 64 букв", "A"},
		{view.TabServer, "ingester_url", "ftp://x", "such as https://", "адрес вида https://", "https://x.example"},
		{view.TabServer, "ingester_url", "http://x.example", "read on the way to x.example", "по пути к x.example", "http://localhost:1"},
		{view.TabServer, "ingester_url", "https://me:pw@x.example", "No user name or password", "Без имени и пароля", "https://x"},
		{view.TabServer, "admin_url", "", "Fill this in.", "Заполните это поле.", "https://a"},
		{view.TabSignIn, "auth.client_id", " ", "Fill this in.", "Заполните это поле.", "sa"},
		{view.TabTransfers, "upload.ttl_days", "366", "from 1 to 365", "от 1 до 365", "365"},
		{view.TabTransfers, "upload.ttl_days", "x", "from 1 to 365", "от 1 до 365", ""},
		{view.TabTransfers, "upload.concurrency", "1000", "from 0 to 256", "от 0 до 256", "4"},
		{view.TabTransfers, "upload.bandwidth_limit", "fast", "such as 500KiB", "вида 500KiB", "10MiB"},
		{view.TabMetrics, "metrics.listen", "9464", "such as 127.0.0.1:9464", "вида 127.0.0.1:9464", "127.0.0.1:9464"},
	} {
		for language, want := range map[string]string{"en": c.english, "ru": c.russian} {
			t.Run(c.key+" "+c.value+" "+language, func(t *testing.T) {
				h := open(t, viewtest.Busy(), language, "dark")
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
				for _, call := range h.Ctl.Calls() {
					if strings.HasPrefix(call, "save") {
						t.Error("an invalid form was saved")
					}
				}
			})
		}
	}
}

func TestSettingsAreSaved(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	d := h.openDialog(view.TabServer)
	h.fill(d, view.TabServer, "name", "Archive")
	h.fill(d, view.TabTransfers, "upload.concurrency", "6")
	h.fill(d, view.TabCertificates, "tls.ca_cert_file", "/etc/ca.pem")
	d.certificates.passphrase.SetText("open sesame")
	h.Tap("Save")
	h.Called(`save "Production" as "Archive" session=false`)
	h.Until("the dialog to close", func() bool { return h.settings() == nil })
	p := h.Ctl.SavedProfiles["Archive"]
	if p.Upload.Concurrency != 6 || p.TLS.CACertFile != "/etc/ca.pem" || p.Auth.ClientID != "sa_prod_reports_1a2b3c" || p.TLS.ProtocolVersion != core.TLSv13 {
		t.Errorf("saved %+v", p)
	}
	if h.Ctl.SavedSecrets.Passphrase.Reveal() != "open sesame" || !h.Ctl.SavedSecrets.Client.IsZero() {
		t.Error("a secret was lost, or one that was left alone was sent")
	}
	if d.certificates.passphrase.Text != "" {
		t.Error("the passphrase is still in the form")
	}
	if h.told != 1 {
		t.Errorf("the window was told %d times that the profile has changed", h.told)
	}
}

func TestAnUntouchedFormSavesWhatItRead(t *testing.T) {
	ctl := viewtest.Busy()
	p := ctl.SavedProfiles["Production"]
	p.Auth.Timeout, p.Auth.Grant, p.Auth.Scope, p.Upload.TusURL = "7s", core.GrantOAuth2, "files:write", "https://t.example/files/"
	p.Auth.TokenURL, p.TLS.ServerName, p.TLS.Ciphers = "https://t.example/token", "other.example", "TLS_AES_128_GCM_SHA256"
	ctl.SavedProfiles["Production"] = p
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabServer)
	if d.changedByHand() {
		t.Error("the form says it was changed")
	}
	h.Tap("Save")
	h.Until("the dialog to close", func() bool { return h.settings() == nil })
	if got := ctl.SavedProfiles["Production"]; got != p {
		t.Errorf("read  %+v\nsaved %+v", p, got)
	}
}

func TestCancelChangesNothing(t *testing.T) {
	for _, how := range []string{"Cancel", "Escape in a field", "Escape"} {
		t.Run(how, func(t *testing.T) {
			ctl := viewtest.Busy()
			before := ctl.SavedProfiles["Production"]
			h := open(t, ctl, "en", "light")
			d := h.openDialog(view.TabServer)
			h.fill(d, view.TabServer, "name", "Other")
			d.secret.SetText("typed")
			d.selectTab(view.TabAppearance)
			escape := &fyne.KeyEvent{Name: fyne.KeyEscape}
			switch how {
			case "Cancel":
				h.Tap("Cancel")
			case "Escape in a field":
				d.entry(t, "auth.client_id").TypedKey(escape)
			default:
				h.Win.Canvas().OnTypedKey()(escape)
			}
			if how != "Cancel" { // Escape is one key, and much may be typed
				h.Says("What you changed here is lost.")
				h.Tap("Back")
				if h.settings() == nil || d.secret.Text != "typed" {
					t.Fatal("what was typed is lost")
				}
				d.entry(t, "auth.client_id").TypedKey(escape)
				h.Tap("Leave")
			}
			if h.settings() != nil || d.popup.Visible() {
				t.Error("the dialog is still there")
			}
			if len(ctl.SavedProfiles) != 1 || ctl.SavedProfiles["Production"] != before {
				t.Errorf("profiles are %v", ctl.SavedProfiles)
			}
			if d.secret.Text != "" {
				t.Error("the secret is still in the form")
			}
		})
	}
}

func TestAKeptSecretIsNeverShown(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	d := h.openDialog(view.TabSignIn)
	h.Says("kept in the system keychain")
	if d.secret.Visible() {
		t.Error("the entry stands beside what is kept")
	}
	h.Tap("Replace")
	if !d.secret.Visible() || d.secret.Text != "" || !d.secret.Password {
		t.Error("no empty password entry after Replace")
	}
	if h.Win.Canvas().Focused() != fyne.Focusable(d.secret.formEntry) {
		t.Error("the entry has no focus")
	}
	d.secret.SetText("new")
	h.Tap("Save")
	h.Until("the save", func() bool { return h.settings() == nil })
	if h.Ctl.SavedSecrets.Client.Reveal() != "new" {
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
			ctl := viewtest.Busy()
			ctl.NoSecret = true
			ctl.SaveErr = func(sessionOnly bool) error {
				if sessionOnly {
					return nil
				}
				return &core.Error{Kind: core.KindConfig, Code: code}
			}
			h := open(t, ctl, "en", "light")
			d := h.openDialog(view.TabSignIn)
			d.secret.SetText("s3cret")
			h.Tap("Save")
			h.Until("the offer", func() bool { return strings.Contains(h.Words(), "Keep it for this session only?") })
			h.Says(why)
			if h.settings() != d {
				t.Fatal("the dialog closed although nothing was saved")
			}
			h.Win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
			if h.settings() == nil || len(h.Win.Canvas().Overlays().List()) != 1 {
				t.Fatal("Escape closes more than the question")
			}
			h.Tap("Save")
			h.Until("the offer again", func() bool { return strings.Contains(h.Words(), "Keep it for this session only?") })
			h.Tap("This session only")
			h.Called(`save "Production" as "Production" session=true`)
			h.Until("the dialog to close", func() bool { return h.settings() == nil })
			if ctl.SavedSecrets.Client.Reveal() != "s3cret" {
				t.Error("the secret is lost")
			}
		})
	}
}

func TestOtherFailuresOfSavingAreSaid(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.SaveErr = func(bool) error { return &core.Error{Kind: core.KindConfig, Code: core.CodeKeyMismatch} }
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabCertificates)
	d.certificates.passphrase.SetText("x")
	h.Tap("Save")
	h.Until("the reason", func() bool { return strings.Contains(d.status.Text, "The key does not belong to the certificate.") })
	if h.settings() != d || d.accept.Disabled() {
		t.Error("the form can't be mended")
	}
	if strings.Contains(h.Words(), "session only") {
		t.Error("the session is offered for something else than the keychain")
	}
}

// The name of another profile is refused, and the message says so.
func TestATakenNameIsSaid(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.SavedProfiles["Archive"] = core.NewProfile("Archive")
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabServer)
	h.fill(d, view.TabServer, "name", "archive")
	h.Tap("Save")
	h.Until("the reason", func() bool { return strings.Contains(d.status.Text, "Another profile has this name.") })
	if _, there := ctl.SavedProfiles["Production"]; !there || ctl.SavedProfiles["Archive"].Name != "Archive" || h.settings() != d {
		t.Error("saved all the same, or the form is gone")
	}
}

// What is wrong with a profile that is saved all the same is said when the form has
// closed.
func TestSavedButNotReady(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.NotReady = &view.NotReadyError{Err: &core.Error{Kind: core.KindConfig, Code: core.CodePortBusy}}
	h := open(t, ctl, "en", "light")
	h.fill(h.openDialog(view.TabServer), view.TabServer, "name", "Live")
	h.Tap("Save")
	h.Until("the dialog to close", func() bool { return h.settings() == nil })
	h.Until("the reason", func() bool { return strings.Contains(h.Words(), "Another program uses the address of the metrics.") })
	h.Says("Saved, but not all works")
}

func TestProfilesOfTheSettings(t *testing.T) {
	ctl := viewtest.Busy()
	archive := core.NewProfile("Archive")
	archive.IngesterURL, archive.AdminURL, archive.Auth.ClientID = "https://a.example", "https://a.example", "sa"
	ctl.SavedProfiles["Archive"] = archive
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabTransfers)
	names := []string{"Production", "Archive"}

	viewtest.ChooseItem(t, d.profilesMenu(names), "Archive")
	h.Until("the other profile", func() bool { return h.settings() != nil && h.settings().previous == "Archive" })
	d = h.settings()
	if d.tab != view.TabTransfers {
		t.Errorf("the tab is %s", d.tab)
	}
	viewtest.ChooseItem(t, d.profilesMenu(names), "Duplicate")
	h.Until("the copy", func() bool { return h.settings() != nil && h.settings().previous == "" })
	h.Says("New profile")
	h.Tap("Save")
	h.Called(`save "" as "Archive 2" session=false`)
	h.Called("use Archive 2")
	h.Until("the dialog to close", func() bool { return h.settings() == nil })
	if p := ctl.SavedProfiles["Archive 2"]; p.IngesterURL != "https://a.example" {
		t.Errorf("the copy is %+v", p)
	}

	d = h.openDialog(view.TabServer)
	h.fill(d, view.TabServer, "name", "Changed")
	viewtest.ChooseItem(t, d.profilesMenu(names), "New profile…")
	h.Says("What you changed here is lost.")
	h.Tap("Leave")
	if d = h.settings(); d == nil || d.previous != "" || !d.accept.Disabled() {
		t.Fatal("no empty form for a new profile")
	}
	h.Tap("Cancel")
	d = h.openDialog(view.TabServer)
	viewtest.ChooseItem(t, d.profilesMenu(names), "Remove…")
	h.Until("the question", func() bool { return h.SaysNow("Remove Archive 2?") })
	if h.SaysNow("not stored yet") {
		t.Error("no file is for it")
	}
	h.Tap("Remove")
	h.Called("remove profile Archive 2")
	h.Called("use Production") // after the last one comes the first
	h.Until("the end of the dialog", func() bool { return h.settings() == nil && h.told == 2 && ctl.CurrentProfile == "Production" })

	ctl.BoundFiles = 3
	d = h.openDialog(view.TabServer)
	viewtest.ChooseItem(t, d.profilesMenu(names), "Remove…")
	h.Until("the question", func() bool { return h.SaysNow("3 files that are not stored yet are for it") })
	h.Tap("Back")
	if ctl.SavedProfiles["Production"].Name == "" {
		t.Error("it was removed all the same")
	}
}

func TestSettingsOfMetrics(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.Serving = "http://127.0.0.1:9464/metrics"
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabMetrics)
	h.Until("the address", func() bool { return strings.Contains(h.Words(), ctl.Serving) })
	h.Tap("Copy address")
	if got := h.App.Clipboard().Content(); got != "http://127.0.0.1:9464/metrics" {
		t.Errorf("copied %q", got)
	}
	h.fill(d, view.TabMetrics, "metrics.listen", "0.0.0.0:9464")
	h.Says("Other computers can read the metrics")
	h.fill(d, view.TabMetrics, "metrics.listen", "localhost:9464")
	h.Says("This computer only.")

	fresh := openSettings(&view.Host{App: h.App, Win: h.Win, Controller: ctl, Text: h.host.Text, Now: h.host.Now, Tasks: h.host.Tasks}, "", core.NewProfile(""), view.TabMetrics, nil)
	if p, _ := fresh.form.profile(); p.Metrics.Listen != "" {
		t.Errorf("a new profile serves metrics at %q", p.Metrics.Listen)
	}
	fresh.hide()
}

func TestAppearanceIsTakenOverBySave(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	d := h.openDialog(view.TabAppearance)
	var selects []interface{ SetSelected(string) }
	viewtest.Seen(t, d.pages[view.TabAppearance], func(o fyne.CanvasObject) {
		if s, ok := o.(interface{ SetSelected(string) }); ok {
			selects = append(selects, s)
		}
	})
	selects[0].SetSelected("Dark")
	selects[1].SetSelected("Русский")
	if h.App.Preferences().String(view.PrefTheme) != "light" {
		t.Error("taken over before Save")
	}
	changed := false
	h.host.AppearanceChanged = func() { changed = true }
	h.Tap("Save")
	h.Until("the window to be told", func() bool { return changed })
	if h.App.Preferences().String(view.PrefTheme) != "dark" || h.App.Preferences().String(view.PrefLanguage) != "ru" {
		t.Error("not in the preferences")
	}
}

func TestSettingsFailures(t *testing.T) {
	ctl := viewtest.Busy()
	delete(ctl.SavedProfiles, "Production")
	h := open(t, ctl, "en", "light")
	h.host.OpenSettings(view.TabServer)
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "There is no such profile.") })
	if h.settings() != nil {
		t.Error("a dialog without a profile")
	}
}
