package settings

import (
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestRefusedFilesCannotBeSaved checks that what saving would refuse is said below the
// field, until another file is chosen or the same one is good.
func TestRefusedFilesCannotBeSaved(t *testing.T) {
	facts := viewtest.Busy().CertificateFacts
	facts.KeyMatches = false
	other, client := core.CertificateFacts{}, viewtest.Busy().CertificateFacts
	for _, c := range []struct {
		name, language string
		cert, key, p12 string
		facts          core.CertificateFacts
		code, caCode   core.Code
		field, says    string
	}{
		{"mismatch", "en", "/c.pem", "/k.pem", "", facts, core.CodeKeyMismatch, "", "tls.key_file", "The key does not belong to the certificate."},
		{"mismatch in one file", "ru", "/c.pem", "", "", facts, core.CodeKeyMismatch, "", "tls.cert_file", "Ключ не подходит к сертификату."},
		{"key unreadable", "en", "/c.pem", "/k.pem", "", facts, core.CodeCertificateUnreadable, "", "tls.key_file", "A certificate file can't be read."},
		{"unreadable", "en", "/c.pem", "/k.pem", "", other, core.CodeCertificateUnreadable, "", "tls.cert_file", "A certificate file can't be read."},
		{"expired", "en", "/c.pem", "/k.pem", "", client, core.CodeCertificateExpired, "", "tls.cert_file", "The client certificate has expired. Ask your administrator"},
		{"bundle", "ru", "", "", "/c.p12", other, core.CodeCertificateUnreadable, "", "tls.pkcs12_file", "Файл сертификата не читается."},
		{"passphrase", "en", "", "", "/c.p12", other, core.CodePassphraseWrong, "", passphraseField, "The key can't be opened with this passphrase."},
		{"authority", "en", "/c.pem", "", "", client, "", core.CodeCAInvalid, "tls.ca_cert_file", "The CA file holds no CA certificate."},
		{"authority alone", "ru", "", "", "", other, "", core.CodeCertificateUnreadable, "tls.ca_cert_file", "Файл сертификата не читается."},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctl := viewtest.Busy()
			p := ctl.SavedProfiles["Production"]
			p.TLS.CertFile, p.TLS.KeyFile, p.TLS.PKCS12File = c.cert, c.key, c.p12
			ctl.SavedProfiles["Production"], ctl.CertificateFacts = p, c.facts
			h := open(t, ctl, c.language, "light")
			ctl.CertificateErr, ctl.CAErr = errorOf(c.code), errorOf(c.caCode)
			h.host.OpenSettings(view.TabCertificates)
			h.Until("the settings", func() bool { return h.settings() != nil })
			d := h.settings()
			if d.accept.Disabled() {
				t.Error("unread files can't be saved")
			}
			problem := d.row(t, c.field).problem
			h.Until("the refusal", problem.Visible)
			if !strings.Contains(problem.Text, c.says) || !d.accept.Disabled() || !strings.Contains(d.status.Text, d.row(t, c.field).label) {
				t.Errorf("beside %s stands %q, below %q", c.field, problem.Text, d.status.Text)
			}
			e := d.entry(t, c.field)
			was := e.Text
			e.SetText("/other")
			if d.accept.Disabled() || problem.Visible() {
				t.Error("another file can't be saved")
			}
			e.SetText(was)
			if !d.accept.Disabled() {
				t.Error("the first file can be saved again")
			}
			ctl.CertificateErr, ctl.CAErr = nil, nil
			e.FocusLost()
			h.Until("the mended file", func() bool { return !d.accept.Disabled() && !problem.Visible() })
		})
	}
}

func errorOf(code core.Code) error {
	if code == "" {
		return nil
	}
	return &core.Error{Kind: core.KindConfig, Code: code}
}

// TestAPassphraseThatIsStillToBeTyped keeps the form from being saved if saving would
// refuse it, but is not called wrong before its field has lost the focus. A locked
// keychain keeps nothing from being saved: it may be open by then.
func TestAPassphraseThatIsStillToBeTyped(t *testing.T) {
	for code, blocks := range map[core.Code]bool{core.CodePassphraseMissing: true, core.CodeKeychainLocked: false, core.CodeKeychainUnavailable: false} {
		t.Run(string(code), func(t *testing.T) {
			ctl := viewtest.Busy()
			h := open(t, ctl, "en", "light")
			ctl.CertificateErr = errorOf(code)
			h.host.OpenSettings(view.TabCertificates)
			h.Until("the card", func() bool { return strings.Contains(viewtest.Spaced(h.Words()), "Enter the passphrase") })
			d := h.settings()
			if d.accept.Disabled() != blocks || d.row(t, passphraseField).problem.Visible() {
				t.Errorf("at first: can't be saved: %v", d.accept.Disabled())
			}
			d.certificates.passphrase.FocusLost()
			if d.row(t, passphraseField).problem.Visible() != blocks {
				t.Errorf("left empty it says %q", d.row(t, passphraseField).problem.Text)
			}
			d.certificates.passphrase.SetText("open sesame")
			if d.accept.Disabled() {
				t.Error("with a passphrase it can't be saved")
			}
		})
	}
}

// TestTheWizardGoesBackToRefusedFiles that were read when their page was left already.
func TestTheWizardGoesBackToRefusedFiles(t *testing.T) {
	ctl := viewtest.Fresh()
	ctl.CertificateErr = errorOf(core.CodeCertificateUnreadable)
	h, d := wizardOf(t, ctl, "en", "light")
	h.addresses(d)
	h.fill(d, view.TabSignIn, "auth.client_id", "sa_1")
	d.certificates.mutual.SetChecked(true)
	d.entry(t, "tls.cert_file").SetText("/c.pem")
	d.selectTab(tabTest)
	d.mustShow(t, tabTest)
	d.certificates.inspect()
	h.Until("the page of the files", func() bool { return d.tab == view.TabCertificates })
	h.Says("A certificate file can't be read.")
	h.Tap("Next")
	d.mustShow(t, view.TabCertificates)
}
