package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
)

// wizardOf opens the wizard of a first run.
func wizardOf(t *testing.T, ctl *fakeController, language, theme string) (*harness, *settingsDialog) {
	t.Helper()
	h := open(t, ctl, language, theme)
	h.until("the first run", func() bool { return h.w.first != nil })
	h.tap(h.w.sh.text.s("first.connect.do"))
	if h.settings() == nil || h.settings().guide == nil {
		t.Fatal("no wizard")
	}
	return h, h.settings()
}

// addresses fills the first page in.
func (h *harness) addresses(d *settingsDialog) {
	h.fill(d, tabServer, "name", "Archive")
	h.fill(d, tabServer, "ingester_url", "https://ingester.example")
	h.fill(d, tabServer, "admin_url", "https://admin.example")
}

// visible lists the pages of the wizard that can be seen.
func (d *settingsDialog) visible() (out []settingsTab) {
	for _, name := range settingsTabs {
		if page := d.pages[name]; page != nil && page.Visible() {
			out = append(out, name)
		}
	}
	if d.check.row.Visible() {
		out = append(out, tabTest)
	}
	return out
}

func (d *settingsDialog) mustShow(t *testing.T, want settingsTab) {
	t.Helper()
	if got := d.visible(); len(got) != 1 || got[0] != want {
		t.Errorf("the wizard shows %v, want %s", got, want)
	}
}

func TestWizardGoesThroughItsPages(t *testing.T) {
	for _, look := range dresses() {
		t.Run(look.name, func(t *testing.T) {
			ctl := fresh()
			ctl.steps, ctl.facts = busy().steps, busy().facts
			h, d := wizardOf(t, ctl, look.language, look.theme)
			s := h.w.sh.text.s
			picture := func(page string) {
				h.picture("wizard-" + page + "-" + look.name)
				h.w.win.Resize(fyne.NewSize(640, 420))
				d.popup.Resize(within(h.w.sh, settingsWidth, settingsHeight))
				h.picture("small-wizard-" + page + "-" + look.name)
				h.w.win.Resize(fyne.NewSize(1100, 720))
				d.popup.Resize(within(h.w.sh, settingsWidth, settingsHeight))
			}
			if h.w.win.Canvas().Focused() == nil {
				t.Error("the first field is not focused")
			}
			h.addresses(d)
			d.mustShow(t, tabServer)
			picture("1-server")
			h.tap(s("wizard.next"))
			d.mustShow(t, tabSignIn)
			h.fill(d, tabSignIn, "auth.client_id", "sa_1")
			d.secret.SetText("s3cret")
			picture("2-signin")
			h.tap(s("wizard.next"))
			d.mustShow(t, tabCertificates)
			d.certificates.take("/etc/artstore/scanner-07.p12", filePKCS12)
			d.certificates.inspect()
			h.until("the card", func() bool { return d.certificates.card.values["settings.card.subject"].Visible() })
			picture("3-certificates")
			h.tap(s("wizard.next"))
			d.mustShow(t, tabTest)
			h.until("the end of the test", d.check.done)
			picture("4-test")
			h.tap(s("wizard.finish"))
			h.until("the profile", func() bool { return h.w.header.profile.Text == "Archive" && h.w.first == nil })
			p := ctl.profiles["Archive"]
			if p.Auth.ClientID != "sa_1" || p.TLS.PKCS12File == "" || ctl.secrets.Client.Reveal() != "s3cret" || ctl.current != "Archive" {
				t.Errorf("saved %+v", p)
			}
			if p.Upload != core.NewProfile("").Upload || p.Metrics != core.NewProfile("").Metrics {
				t.Error("what the wizard does not ask for has changed")
			}
			if h.settings() != nil || d.secret.Text != "" {
				t.Error("the wizard or its secret stays behind")
			}
		})
	}
}

func TestWizardStaysOnAPageWithAMistake(t *testing.T) {
	for language, want := range map[string]string{"en": "such as https://", "ru": "адрес вида https://"} {
		t.Run(language, func(t *testing.T) {
			h, d := wizardOf(t, fresh(), language, "light")
			s := h.w.sh.text.s
			if d.row(t, "name").problem.Visible() {
				t.Error("said before anything was tried")
			}
			h.tap(s("wizard.next"))
			d.mustShow(t, tabServer)
			h.says(s("settings.reason.required"))
			if !d.status.Visible() {
				t.Error("nothing says why the page stays")
			}
			h.addresses(d)
			h.fill(d, tabServer, "ingester_url", "ftp://x")
			h.tap(s("wizard.next"))
			d.mustShow(t, tabServer)
			h.says(want)
			if h.w.sh.win.Canvas().Focused() != firstEntry(d.row(t, "ingester_url").row) {
				t.Error("the cursor is not where something has to be mended")
			}
			h.picture("wizard-mistake-" + language)
			h.addresses(d)
			if d.status.Visible() {
				t.Error("mended, it is still said")
			}
			h.tap(s("wizard.next"))
			d.mustShow(t, tabSignIn)
			if d.row(t, "auth.client_id").problem.Visible() {
				t.Error("a new page begins with reproaches")
			}
			h.tap(s("button.back"))
			d.mustShow(t, tabServer)
			if d.guide.back.Disabled() != true {
				t.Error("there is a way back from the first page")
			}
			h.tap(s("settings.cancel"))
			for _, call := range h.ctl.calls() {
				if call == "use Archive" || len(call) > 4 && call[:4] == "save" {
					t.Errorf("cancelled, it did %q", call)
				}
			}
			if h.w.first == nil {
				t.Error("cancelled, the first run is over")
			}
		})
	}
}

// TestWizardTestsAnewAndSaysWhatToDo: a test that was left is stopped, the
// next one waits for its end, and a failure does not keep one from finishing.
func TestWizardTestsAnewAndSaysWhatToDo(t *testing.T) {
	ctl := fresh()
	ctl.held = make(chan struct{})
	ctl.steps = []core.Step{{Name: "tcp", Target: core.TargetIngester, Status: core.StepFailed,
		Err: &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused}}}
	h, d := wizardOf(t, ctl, "en", "light")
	h.addresses(d)
	h.fill(d, tabSignIn, "auth.client_id", "sa_1")
	d.selectTab(tabTest)
	if !d.check.running() {
		t.Fatal("the test does not begin")
	}
	h.tap("Back")
	d.mustShow(t, tabCertificates)
	h.tap("Next")
	d.mustShow(t, tabTest)
	h.until("the first test's end and the second one", func() bool { return d.check.running() && !d.guide.due && len(d.check.steps) == 1 })
	close(ctl.held)
	h.until("the end of the test", d.check.done)
	h.says("Something is not right yet.")
	h.picture("wizard-failed")
	if d.accept.Disabled() {
		t.Error("a failed test keeps one from finishing")
	}
	h.tap("Finish")
	h.called(`save "" as "Archive" session=false`)
}

func TestWizardLeadsBackToTheFirstMistake(t *testing.T) {
	h, d := wizardOf(t, fresh(), "en", "light")
	// A file that is dropped shows its page, past those that are empty still.
	d.certificates.take("/etc/ca.pem", fileCA)
	d.selectTab(tabCertificates)
	d.mustShow(t, tabCertificates)
	h.tap("Next")
	d.mustShow(t, tabServer)
	if d.check.running() || d.check.done() {
		t.Error("an incomplete profile was tested")
	}
}

func TestImportedProfileAsksForItsSecretAndTests(t *testing.T) {
	ctl := fresh()
	ctl.noSecret = true
	h := open(t, ctl, "en", "light")
	h.until("the first run", func() bool { return h.w.first != nil })
	ctl.imported = core.Profile{IngesterURL: "https://ingester.example", AdminURL: "https://admin.example", Auth: core.AuthSettings{ClientID: "sa_1"}}
	h.w.takeProfile("/handed-out.toml")
	h.until("the wizard", func() bool { return h.settings() != nil })
	d := h.settings()
	h.says("Step 1 of 3: sign-in")
	h.until("what is known of the secret", func() bool { return d.secretNote.Text == "No secret is kept for this profile yet." })
	d.secret.SetText("s3cret")
	h.picture("wizard-import")
	h.tap("Next")
	h.tap("Next")
	h.called("check https://ingester.example")
	h.until("the end of the test", func() bool { return !d.check.running() })
	h.tap("Finish")
	h.called(`save "Imported" as "Imported" session=false`)
	h.until("the end", func() bool { return h.settings() == nil })
	if ctl.secrets.Client.Reveal() != "s3cret" {
		t.Error("the secret was not saved")
	}
}

func TestWizardOffersTheSessionWithoutAKeychain(t *testing.T) {
	ctl := fresh()
	ctl.saveErr = func(sessionOnly bool) error {
		if sessionOnly {
			return nil
		}
		return &core.Error{Kind: core.KindConfig, Code: core.CodeKeychainUnavailable}
	}
	h, d := wizardOf(t, ctl, "en", "light")
	h.addresses(d)
	h.fill(d, tabSignIn, "auth.client_id", "sa_1")
	d.secret.SetText("s3cret")
	d.selectTab(tabTest)
	h.tap("Finish")
	h.called(`save "" as "Archive" session=false`)
	h.until("the offer", func() bool { return !d.saving })
	h.tap("This session only")
	h.called(`save "" as "Archive" session=true`)
	h.until("the end", func() bool { return h.settings() == nil })
}

func TestAutostartIsAChoiceOfTheSettings(t *testing.T) {
	for _, look := range dresses() {
		t.Run(look.name, func(t *testing.T) {
			ctl := busy()
			h := open(t, ctl, look.language, look.theme)
			s := h.w.sh.text.s
			h.openDialog(tabAppearance)
			box := h.check(s("settings.autostart.use"))
			h.until("the answer", func() bool { return !box.Disabled() })
			h.picture("settings-autostart-" + look.name)
			box.SetChecked(true)
			h.tap(s("settings.save"))
			h.called("autostart true")
			h.until("the end", func() bool { return h.settings() == nil })
			d := h.openDialog(tabAppearance)
			box = h.check(s("settings.autostart.use"))
			h.until("the answer", func() bool { return box.Checked })
			d.close(false)
			ctl.desktop.autostartErr = &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed}
			h.openDialog(tabAppearance)
			h.until("why not", func() bool { return h.saysNow(explained(h.w.sh.text, ctl.desktop.autostartErr)) })
			if !h.check(s("settings.autostart.use")).Disabled() {
				t.Error("what can't be read can be changed")
			}
		})
	}
}
