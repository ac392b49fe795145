package settings

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestCertificateCard(t *testing.T) {
	good := viewtest.Busy().CertificateFacts
	with := func(change func(*core.CertificateFacts)) core.CertificateFacts {
		f := good
		change(&f)
		return f
	}
	for name, c := range map[string]struct {
		facts core.CertificateFacts
		err   error
		want  []string
	}{
		"soon": {good, nil, []string{"scanner-07 · Example Archive", "Example Client CA 2", "scanner-07.example", "4F:9A:01", "SHA-256 4F:9A:11",
			"▲ 19 days left", "✓ belongs to this certificate"}},
		"over":     {with(func(f *core.CertificateFacts) { f.NotAfter = viewtest.Start().Add(-time.Hour) }), nil, []string{"✗ expired"}},
		"not yet":  {with(func(f *core.CertificateFacts) { f.NotBefore = viewtest.Start().Add(time.Hour) }), nil, []string{"✗ not valid yet"}},
		"long":     {with(func(f *core.CertificateFacts) { f.NotAfter = viewtest.Start().AddDate(1, 0, 0) }), nil, []string{"365 days left"}},
		"mismatch": {with(func(f *core.CertificateFacts) { f.KeyMatches = false }), &core.Error{Code: core.CodeKeyMismatch}, []string{"✗ does not belong to this certificate"}},
		"usage":    {with(func(f *core.CertificateFacts) { f.ClientAuth = false }), nil, []string{"▲ not issued for clients"}},
		"locked":   {core.CertificateFacts{}, &core.Error{Code: core.CodePassphraseMissing}, []string{"Enter the passphrase"}},
		"wrong":    {core.CertificateFacts{}, &core.Error{Code: core.CodePassphraseWrong}, []string{"The key can't be opened with this passphrase."}},
		"wrong, and the certificate is readable": {with(func(f *core.CertificateFacts) { f.KeyMatches = false }), &core.Error{Code: core.CodePassphraseWrong},
			[]string{"The key can't be opened with this passphrase.", "Example Client CA 2"}},
		"gone": {core.CertificateFacts{}, &core.Error{Code: core.CodeCertificateUnreadable, Err: fs.ErrNotExist}, []string{"A certificate file can't be read."}},
	} {
		t.Run(name, func(t *testing.T) {
			ctl := viewtest.Busy()
			ctl.CertificateFacts, ctl.CertificateErr = c.facts, c.err
			h := open(t, ctl, "en", "light")
			h.host.OpenSettings(view.TabCertificates)
			for _, want := range c.want {
				h.Until(want, func() bool { return strings.Contains(viewtest.Spaced(h.Words()), want) })
			}
			if core.CodeOf(c.err) == core.CodePassphraseWrong && h.SaysNow("does not belong") {
				t.Error("a key that can't be read is said to belong to another certificate")
			}
		})
	}
}

func TestFilesDroppedOnTheSettings(t *testing.T) {
	dir := t.TempDir()
	ca := coretest.NewCA(t, "Example Root CA")
	caFile := ca.WritePEM(t, dir)
	cert, key := coretest.WritePair(t, dir, "scanner", ca.Client(t, "scanner-07"))
	bundle := filepath.Join(dir, "scanner.P12")
	coretest.WriteFile(t, bundle, []byte("PKCS#12"))
	other := filepath.Join(dir, "letter.txt")
	coretest.WriteFile(t, other, []byte("Dear Sir"))

	ctl := viewtest.Fresh()
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabServer)
	h.host.Settings.Dropped([]string{key, caFile, cert})
	h.Until("the files", func() bool { return d.certificates.cert.Text == cert })
	c := d.certificates
	if c.key.Text != key || c.ca.Text != caFile || !c.mutual.Checked || c.kind.value() != certPEM || d.tab != view.TabCertificates {
		t.Errorf("CA %q, key %q", c.ca.Text, c.key.Text)
	}
	h.Called("certificate " + cert + " false")
	h.host.Settings.Dropped([]string{bundle})
	h.Until("the bundle", func() bool { return c.pkcs12.Text == bundle && c.kind.value() == certPKCS12 })
	p, _ := d.form.profile()
	if p.TLS.CertFile != "" || p.TLS.KeyFile != "" || p.TLS.PKCS12File != bundle || p.TLS.CACertFile != caFile {
		t.Errorf("the profile has %+v", p.TLS)
	}
	h.host.Settings.Dropped([]string{other, dir})
	h.Until("a word about the letter", func() bool { return strings.Contains(h.Words(), "That is no certificate, key or CA file.") })
	for _, call := range ctl.Calls() {
		if strings.HasPrefix(call, "scan") {
			t.Error("a file for the settings was taken for an upload")
		}
	}
}

func TestConnectionTestIsLiveAndCopyable(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.CheckGate = make(chan struct{})
	ctl.CheckSteps = append(ctl.CheckSteps, core.Step{
		Name: "signature", Status: core.StepFailed, Advice: "Ask the administrator.",
		Err: &core.Error{Code: core.CodeTokenUntrusted, Message: "no key fits"},
	})
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabServer)
	h.fill(d, view.TabServer, "ingester_url", "https://unsaved.example")
	h.Tap("Test connection")
	h.Until("the last line", func() bool { return len(d.check.steps) == len(ctl.CheckSteps) })
	h.Says("Sign-in server")
	h.Says("TLS 1.3, AES-128-GCM")
	h.Says("38 ms")
	h.Says("No permanent storage is online.")
	h.Says("The sign-in server's token can't be trusted.")
	if !d.copy.Disabled() || d.test.Text != "Stop the test" {
		t.Error("a running test can be copied, or can't be stopped")
	}
	close(ctl.CheckGate)
	h.Called("check https://unsaved.example")
	h.Until("the end", d.check.done)
	h.Tap("Copy report")
	report := h.App.Clipboard().Content()
	for _, want := range []string{"Profile:  Production", "https://unsaved.example", "admin", "tls", "24ms", "token_untrusted: no key fits", "-> Ask the administrator."} {
		if !strings.Contains(report, want) {
			t.Errorf("the report doesn't say %q:\n%s", want, report)
		}
	}
}

func TestConnectionTestCanBeStopped(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.CheckGate, ctl.CheckSteps = make(chan struct{}), nil
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabServer)
	h.Tap("Test connection")
	h.Tap("Stop the test")
	h.Until("the end", func() bool { return !d.check.running() })
	h.Says("Stopped")
	ctl.CheckGate, ctl.CheckErr = nil, &core.Error{Code: core.CodeProfileInvalid}
	h.Tap("Test connection")
	h.Until("the reason", func() bool { return strings.Contains(h.Words(), "The profile has a mistake.") })
}

// The empty field for a passphrase says whether the files need one.
func TestPassphraseHint(t *testing.T) {
	unread := &core.Error{Code: core.CodePassphraseMissing}
	for _, tt := range []struct {
		name     string
		language string
		facts    core.CertificateFacts
		err      error
		says     string
	}{
		{"not encrypted", "en", core.CertificateFacts{Fingerprint: "AB"}, nil, "not needed: the key is not encrypted"},
		{"not encrypted", "ru", core.CertificateFacts{Fingerprint: "AB"}, nil, "не нужен: ключ не зашифрован"},
		{"kept", "en", core.CertificateFacts{Fingerprint: "AB", Encrypted: true}, nil, "unchanged; one is kept"},
		{"needed", "en", core.CertificateFacts{Fingerprint: "AB", Encrypted: true}, unread, "the key is encrypted and needs one"},
		{"damaged", "en", core.CertificateFacts{}, &core.Error{Code: core.CodeCertificateUnreadable}, "only where the key has one"},
	} {
		t.Run(tt.name+" "+tt.language, func(t *testing.T) {
			ctl := viewtest.NewFake()
			p := ctl.SavedProfiles["Production"]
			p.TLS.CertFile = "/etc/ingester/client.pem"
			ctl.SavedProfiles["Production"], ctl.CertificateFacts, ctl.CertificateErr = p, tt.facts, tt.err
			h := open(t, ctl, tt.language, "light")
			h.host.OpenSettings(view.TabCertificates)
			h.Until("the dialog", func() bool { return h.settings() != nil })
			d := h.settings()
			h.Until(tt.says, func() bool { return d.certificates.passphrase.PlaceHolder == tt.says })
			d.certificates.passphrase.SetText("another")
			d.certificates.inspect()
			want := d.host.Text.S("settings.passphrase.new")
			if tt.err == nil {
				h.Until(want, func() bool { return d.certificates.passphrase.PlaceHolder == want })
			}
		})
	}
}
