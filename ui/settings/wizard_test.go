package settings

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// wizardOf opens the wizard of a first run.
func wizardOf(t *testing.T, ctl *viewtest.Fake, language, theme string) (*harness, *Dialog) {
	t.Helper()
	h := open(t, ctl, language, theme)
	ShowConnect(h.host)
	if h.settings() == nil || h.settings().guide == nil {
		t.Fatal("no wizard")
	}
	return h, h.settings()
}

// addresses fills in the first page.
func (h *harness) addresses(d *Dialog) {
	h.fill(d, view.TabServer, "name", "Archive")
	h.fill(d, view.TabServer, "ingester_url", "https://ingester.example")
	h.fill(d, view.TabServer, "admin_url", "https://admin.example")
}

// visible lists the pages of the wizard that can be seen.
func (d *Dialog) visible() (out []view.Tab) {
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

func (d *Dialog) mustShow(t *testing.T, want view.Tab) {
	t.Helper()
	if got := d.visible(); len(got) != 1 || got[0] != want {
		t.Errorf("the wizard shows %v, want %s", got, want)
	}
}

func TestWizardGoesThroughItsPages(t *testing.T) {
	for _, look := range viewtest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			ctl := viewtest.Fresh()
			ctl.CheckSteps, ctl.CertificateFacts = viewtest.Busy().CheckSteps, viewtest.Busy().CertificateFacts
			h, d := wizardOf(t, ctl, look.Language, look.Theme)
			s := h.host.Text.S
			picture := func(page string) {
				h.Picture("wizard-" + page + "-" + look.Name)
				h.Win.Resize(fyne.NewSize(640, 420))
				d.popup.Resize(view.Within(h.host, settingsWidth, settingsHeight))
				h.Picture("small-wizard-" + page + "-" + look.Name)
				h.Win.Resize(fyne.NewSize(1100, 720))
				d.popup.Resize(view.Within(h.host, settingsWidth, settingsHeight))
			}
			if h.Win.Canvas().Focused() == nil {
				t.Error("the first field is not focused")
			}
			h.addresses(d)
			d.mustShow(t, view.TabServer)
			picture("1-server")
			h.Tap(s("wizard.next"))
			d.mustShow(t, view.TabSignIn)
			h.fill(d, view.TabSignIn, "auth.client_id", "sa_1")
			d.secret.SetText("s3cret")
			picture("2-signin")
			h.Tap(s("wizard.next"))
			d.mustShow(t, view.TabCertificates)
			d.certificates.take("/etc/artstore/scanner-07.p12", filePKCS12)
			d.certificates.inspect()
			h.Until("the card", func() bool { return d.certificates.card.values["settings.card.subject"].Visible() })
			picture("3-certificates")
			h.Tap(s("wizard.next"))
			d.mustShow(t, tabTest)
			h.Until("the end of the test", d.check.done)
			picture("4-test")
			h.Tap(s("wizard.finish"))
			h.Until("the profile", func() bool { return h.told == 1 })
			p := ctl.SavedProfiles["Archive"]
			if p.Auth.ClientID != "sa_1" || p.TLS.PKCS12File == "" || ctl.SavedSecrets.Client.Reveal() != "s3cret" || ctl.CurrentProfile != "Archive" {
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
			h, d := wizardOf(t, viewtest.Fresh(), language, "light")
			s := h.host.Text.S
			if d.row(t, "name").problem.Visible() {
				t.Error("said before anything was tried")
			}
			h.Tap(s("wizard.next"))
			d.mustShow(t, view.TabServer)
			h.Says(s("settings.reason.required"))
			if !d.status.Visible() {
				t.Error("nothing says why the page stays")
			}
			h.addresses(d)
			h.fill(d, view.TabServer, "ingester_url", "ftp://x")
			h.Tap(s("wizard.next"))
			d.mustShow(t, view.TabServer)
			h.Says(want)
			if h.Win.Canvas().Focused() != firstEntry(d.row(t, "ingester_url").row) {
				t.Error("the cursor is not where something has to be mended")
			}
			h.Picture("wizard-mistake-" + language)
			h.addresses(d)
			if d.status.Visible() {
				t.Error("mended, it is still said")
			}
			h.Tap(s("wizard.next"))
			d.mustShow(t, view.TabSignIn)
			if d.row(t, "auth.client_id").problem.Visible() {
				t.Error("a new page begins with reproaches")
			}
			h.Tap(s("button.back"))
			d.mustShow(t, view.TabServer)
			if d.guide.(*wizard).back.Disabled() != true {
				t.Error("there is a way back from the first page")
			}
			h.Tap(s("settings.cancel"))
			for _, call := range h.Ctl.Calls() {
				if call == "use Archive" || len(call) > 4 && call[:4] == "save" {
					t.Errorf("cancelled, it did %q", call)
				}
			}
			if h.told != 0 {
				t.Error("cancelled, the window is told that the profile has changed")
			}
		})
	}
}

// TestWizardTestsAgainAndSaysWhatToDo checks that leaving the page stops the test, that
// the next one waits for its end, and that a profile that fails can be saved.
func TestWizardTestsAgainAndSaysWhatToDo(t *testing.T) {
	ctl := viewtest.Fresh()
	ctl.CheckGate = make(chan struct{})
	ctl.CheckSteps = []core.Step{{Name: "tcp", Target: core.TargetIngester, Status: core.StepFailed,
		Err: &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused}}}
	h, d := wizardOf(t, ctl, "en", "light")
	h.addresses(d)
	h.fill(d, view.TabSignIn, "auth.client_id", "sa_1")
	d.selectTab(tabTest)
	if !d.check.running() {
		t.Fatal("the test does not begin")
	}
	h.Tap("Back")
	d.mustShow(t, view.TabCertificates)
	h.Tap("Next")
	d.mustShow(t, tabTest)
	h.Until("the first test's end and the second one", func() bool { return d.check.running() && !d.guide.(*wizard).due && len(d.check.steps) == 1 })
	close(ctl.CheckGate)
	h.Until("the end of the test", d.check.done)
	h.Says("Something is not right yet.")
	h.Picture("wizard-failed")
	if d.accept.Disabled() {
		t.Error("a failed test keeps one from finishing")
	}
	h.Tap("Finish")
	h.Called(`save "" as "Archive" session=false`)
}

func TestWizardLeadsBackToTheFirstMistake(t *testing.T) {
	h, d := wizardOf(t, viewtest.Fresh(), "en", "light")
	// A dropped file shows its page, even if earlier pages are empty.
	d.certificates.take("/etc/ca.pem", fileCA)
	d.selectTab(view.TabCertificates)
	d.mustShow(t, view.TabCertificates)
	h.Tap("Next")
	d.mustShow(t, view.TabServer)
	if d.check.running() || d.check.done() {
		t.Error("an incomplete profile was tested")
	}
}

func TestImportedProfileAsksForItsSecretAndTests(t *testing.T) {
	ctl := viewtest.Fresh()
	ctl.NoSecret = true
	h := open(t, ctl, "en", "light")
	ctl.Imported = core.Profile{IngesterURL: "https://ingester.example", AdminURL: "https://admin.example", Auth: core.AuthSettings{ClientID: "sa_1"}}
	p, err := ctl.ImportProfile(t.Context(), "/handed-out.toml")
	if err != nil {
		t.Fatal(err)
	}
	ShowImported(h.host, p)
	d := h.settings()
	h.Says("Step 1 of 3: sign-in")
	h.Until("what is known of the secret", func() bool { return d.secretNote.Text == "No secret is kept for this profile yet." })
	d.secret.SetText("s3cret")
	h.Picture("wizard-import")
	h.Tap("Next")
	h.Tap("Next")
	h.Called("check https://ingester.example")
	h.Until("the end of the test", func() bool { return !d.check.running() })
	h.Tap("Finish")
	h.Called(`save "Imported" as "Imported" session=false`)
	h.Until("the end", func() bool { return h.settings() == nil })
	if ctl.SavedSecrets.Client.Reveal() != "s3cret" {
		t.Error("the secret was not saved")
	}
}

func TestWizardOffersTheSessionWithoutAKeychain(t *testing.T) {
	ctl := viewtest.Fresh()
	ctl.SaveErr = func(sessionOnly bool) error {
		if sessionOnly {
			return nil
		}
		return &core.Error{Kind: core.KindConfig, Code: core.CodeKeychainUnavailable}
	}
	h, d := wizardOf(t, ctl, "en", "light")
	h.addresses(d)
	h.fill(d, view.TabSignIn, "auth.client_id", "sa_1")
	d.secret.SetText("s3cret")
	d.selectTab(tabTest)
	h.Tap("Finish")
	h.Called(`save "" as "Archive" session=false`)
	h.Until("the offer", func() bool { return !d.saving })
	h.Tap("This session only")
	h.Called(`save "" as "Archive" session=true`)
	h.Until("the end", func() bool { return h.settings() == nil })
}

func TestAutostartIsAChoiceOfTheSettings(t *testing.T) {
	for _, look := range viewtest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			ctl := viewtest.Busy()
			h := open(t, ctl, look.Language, look.Theme)
			s := h.host.Text.S
			h.openDialog(view.TabAppearance)
			box := h.Check(s("settings.autostart.use"))
			h.Until("the answer", func() bool { return !box.Disabled() })
			h.Picture("settings-autostart-" + look.Name)
			box.SetChecked(true)
			h.Tap(s("settings.save"))
			h.Called("autostart true")
			h.Until("the end", func() bool { return h.settings() == nil })
			d := h.openDialog(view.TabAppearance)
			box = h.Check(s("settings.autostart.use"))
			h.Until("the answer", func() bool { return box.Checked })
			d.Close(false)
			ctl.Desktop.AutostartErr = &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed}
			h.openDialog(view.TabAppearance)
			h.Until("why not", func() bool { return h.SaysNow(h.host.Text.Explained(ctl.Desktop.AutostartErr)) })
			if !h.Check(s("settings.autostart.use")).Disabled() {
				t.Error("what can't be read can be changed")
			}
		})
	}
}
