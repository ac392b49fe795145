package settings

import (
	"slices"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// shelf is a key store: an expired certificate, its successor, another one, and
// one of a server.
func shelf() []core.CertificateFacts {
	good := viewtest.Busy().CertificateFacts
	make := func(alias, name, sum string, change func(*core.CertificateFacts)) core.CertificateFacts {
		f := good
		f.Aliases, f.CommonName, f.Subject, f.Issuer, f.Fingerprint, f.NotAfter = []string{alias}, name, "CN="+name, "CN=Example CA", sum, viewtest.Start().AddDate(1, 0, 0)
		change(&f)
		return f
	}
	none := func(*core.CertificateFacts) {}
	return []core.CertificateFacts{
		make("scanner 2020", "scanner", "AA:01:02:03:04", func(f *core.CertificateFacts) { f.NotAfter = viewtest.Start().AddDate(-1, 0, 0) }),
		make("scanner", "scanner", "BB:01:02:03:04", none),
		make("reports", "reports", "CC:01:02:03:04", none),
		make("web", "web", "DD:01:02:03:04", func(f *core.CertificateFacts) { f.ClientAuth = false }),
	}
}

// One of several certificates in a file is chosen from a list that says the subject,
// the issuer and the expiry date of each; the profile gets its name.
func TestIdentityIsChosen(t *testing.T) {
	for language, want := range map[string][]string{
		"en": {"The file holds several client certificates, and none is chosen.", "choose one…", "scanner 2020 · scanner · ✗ expired 2025-11-24 · issued by Example CA", "reports · until 2027-11-24 · issued by Example CA", "web · ▲ not issued for clients · issued by Example CA"},
		"ru": {"В файле несколько сертификатов клиента, и ни один не выбран.", "выберите…", "scanner 2020 · scanner · ✗ срок истёк 2025-11-24 · выдан Example CA", "reports · до 2027-11-24 · выдан Example CA", "web · ▲ выдан не для клиентов · выдан Example CA"},
	} {
		t.Run(language, func(t *testing.T) {
			ctl := viewtest.Busy()
			p := ctl.SavedProfiles["Production"]
			p.TLS.PKCS12File = "/store.p12"
			ctl.SavedProfiles["Production"], ctl.CertificateFacts = p, core.CertificateFacts{Identities: shelf()}
			h := open(t, ctl, language, "light")
			ctl.CertificateErr = errorOf(core.CodeIdentityChoice)
			h.host.OpenSettings(view.TabCertificates)
			h.Until("the settings", func() bool { return h.settings() != nil })
			d := h.settings()
			row := d.row(t, "tls.identity")
			h.Until("the refusal", row.problem.Visible)
			c := d.certificates.identity
			if !strings.Contains(row.problem.Text, want[0]) || !d.accept.Disabled() || c.Selected != want[1] ||
				!slices.Equal([]string{c.Options[1], c.Options[3], c.Options[4]}, want[2:]) {
				t.Errorf("%q, %q", row.problem.Text, c.Options)
			}
			h.DialogFits()
			h.Picture("identity-" + language)
			ctl.CertificateFacts, ctl.CertificateErr = shelf()[2], nil
			ctl.CertificateFacts.Identities = shelf()
			c.SetSelectedIndex(3)
			h.Until("the card", func() bool { return strings.Contains(viewtest.Spaced(h.Words()), "CC:01:02") })
			if d.accept.Disabled() || row.problem.Visible() || c.value() != "reports" {
				t.Errorf("chosen is %q; %q", c.value(), row.problem.Text)
			}
			h.Picture("identity-chosen-" + language)
			d.save(false)
			h.Called(`save "Production" as "Production" session=false`)
			h.Until("the end of saving", func() bool { return h.settings() == nil })
			if got, err := ctl.Profile(t.Context(), "Production"); err != nil || got.TLS.Identity != "reports" {
				t.Errorf("saved %q, %v", got.TLS.Identity, err)
			}
		})
	}
}

// There is no row if one certificate leaves no choice. A name that the profile has
// stays until the user chooses another.
func TestIdentityRow(t *testing.T) {
	for name, tt := range map[string]struct {
		all      []core.CertificateFacts
		identity string
		err      core.Code
		visible  bool
		selected string
	}{
		"one":                {nil, "", "", false, ""},
		"one usable":         {shelf()[:2], "", "", true, "the only one that can be used now"},
		"by alias":           {shelf(), "Reports", "", true, "reports · until 2027-11-24 · issued by Example CA"},
		"by fingerprint":     {shelf(), "cc01020304", "", true, "reports · until 2027-11-24 · issued by Example CA"},
		"gone":               {shelf()[:2], "archive", core.CodeIdentityMissing, true, "archive (not in this file)"},
		"gone, one is there": {shelf()[1:2], "archive", core.CodeIdentityMissing, true, "archive (not in this file)"},
		"several":            {[]core.CertificateFacts{unnamed(shelf()[0]), unnamed(shelf()[1])}, "CN=scanner", "", true, "CN=scanner (several; the one that can be used)"},
	} {
		t.Run(name, func(t *testing.T) {
			ctl := viewtest.Busy()
			p := ctl.SavedProfiles["Production"]
			p.TLS.CertFile, p.TLS.Identity = "/c.pem", tt.identity
			ctl.SavedProfiles["Production"], ctl.CertificateFacts = p, shelf()[1]
			ctl.CertificateFacts.Identities = tt.all
			h := open(t, ctl, "en", "light")
			ctl.CertificateErr = errorOf(tt.err)
			d := h.openDialog(view.TabCertificates)
			h.Until("the answer", func() bool { return d.certificates.question() == d.certificates.answered })
			row, c := d.row(t, "tls.identity"), d.certificates.identity
			if row.row.Visible() != tt.visible || tt.visible && c.Selected != tt.selected || row.problem.Visible() != (tt.err != "") || d.accept.Disabled() != (tt.err != "") {
				t.Errorf("visible %t: %q of %q, %q", row.row.Visible(), c.Selected, c.Options, row.problem.Text)
			}
			if got, _ := d.form.profile(); got.TLS.Identity != tt.identity {
				t.Errorf("the profile's %q became %q", tt.identity, got.TLS.Identity)
			}
			d.certificates.mutual.SetChecked(false)
			if got, _ := d.form.profile(); got.TLS.Identity != "" || row.row.Visible() {
				t.Errorf("without a certificate: %q", got.TLS.Identity)
			}
		})
	}
}

func unnamed(f core.CertificateFacts) core.CertificateFacts {
	f.Aliases = nil
	return f
}

// The wizard stays on the page until one of several certificates is chosen, and saves
// the choice.
func TestWizardAsksForTheIdentity(t *testing.T) {
	ctl := viewtest.Fresh()
	h, d := wizardOf(t, ctl, "en", "light")
	h.addresses(d)
	h.Tap("Next")
	h.fill(d, view.TabSignIn, "auth.client_id", "sa_1")
	d.secret.SetText("s3cret")
	h.Tap("Next")
	ctl.CertificateFacts, ctl.CertificateErr = core.CertificateFacts{Identities: shelf()}, errorOf(core.CodeIdentityChoice)
	d.certificates.take("/store.p12", filePKCS12)
	d.certificates.inspect()
	row := d.row(t, "tls.identity")
	h.Until("the refusal", row.problem.Visible)
	h.Tap("Next")
	d.mustShow(t, view.TabCertificates)
	ctl.CertificateFacts, ctl.CertificateErr = shelf()[1], nil
	ctl.CertificateFacts.Identities = shelf()
	d.certificates.identity.SetSelectedIndex(2)
	h.Until("the answer", func() bool { return !row.problem.Visible() && d.certificates.question() == d.certificates.answered })
	h.Tap("Next")
	h.Called("check https://ingester.example")
	h.Until("the end of the test", func() bool { return !d.check.running() })
	h.Tap("Finish")
	h.Called(`save "" as "Archive" session=false`)
	if got := ctl.SavedProfiles["Archive"].TLS; got.Identity != "scanner" || got.PKCS12File != "/store.p12" {
		t.Errorf("saved %+v", got)
	}
}
