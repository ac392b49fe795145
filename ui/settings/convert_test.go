package settings

import (
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// TestCommandForAnOldKey: a key whose encryption is not supported is refused with the
// command that converts the file that has it; for any other key there is no such command.
func TestCommandForAnOldKey(t *testing.T) {
	encrypted := &core.KeyEncryptionError{}
	for _, c := range []struct {
		name, cert, key string
		cause           error
		file            string // that the command converts, "" for no command
	}{
		{"two files", "/c.pem", "/old k.pem", encrypted, "/old k.pem"},
		{"one file", "/both.pem", "", encrypted, "/both.pem"},
		{"another algorithm", "/c.pem", "/k.pem", errors.New("OPENSSH PRIVATE KEY"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctl := viewtest.Busy()
			ctl.CertificateFacts = core.CertificateFacts{}
			ctl.CertificateErr = &core.Error{Kind: core.KindConfig, Code: core.CodeKeyUnsupported, Err: c.cause}
			p := ctl.SavedProfiles["Production"]
			p.TLS.CertFile, p.TLS.KeyFile, p.TLS.PKCS12File = c.cert, c.key, ""
			ctl.SavedProfiles["Production"] = p
			h := open(t, ctl, "en", "light")
			h.host.OpenSettings(view.TabCertificates)
			said := "This kind of key is not supported."
			if c.file != "" {
				said = wording.ConvertKey(c.file)
			}
			h.Until(said, func() bool { return strings.Contains(viewtest.Spaced(h.Words()), said) })
			if c.file == "" && h.SaysNow("openssl") {
				t.Error("a command is offered that can't help")
			}
		})
	}
}

// TestReturnInThePassphrase goes on as in every other field.
func TestReturnInThePassphrase(t *testing.T) {
	ctl := viewtest.Busy()
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabCertificates)
	d.certificates.passphrase.SetText("s3cret")
	d.certificates.passphrase.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.Until("the dialog to close", func() bool { return h.settings() == nil })
}

// TestImportGoesToTheSecret, which is all that a profile file lacks.
func TestImportGoesToTheSecret(t *testing.T) {
	ctl := viewtest.Busy()
	h := open(t, ctl, "en", "light")
	p := ctl.SavedProfiles["Production"]
	p.Name = "Imported"
	ShowImported(h.host, p)
	d := h.settings()
	if d.tab != view.TabSignIn || h.Win.Canvas().Focused() != fyne.Focusable(d.secret.formEntry) {
		t.Errorf("on the page %s the focus is on %T", d.tab, h.Win.Canvas().Focused())
	}
}
