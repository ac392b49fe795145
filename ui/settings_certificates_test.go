package ui

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

func TestCertificateCard(t *testing.T) {
	good := busy().facts
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
		"over":     {with(func(f *core.CertificateFacts) { f.NotAfter = start().Add(-time.Hour) }), nil, []string{"✗ expired"}},
		"not yet":  {with(func(f *core.CertificateFacts) { f.NotBefore = start().Add(time.Hour) }), nil, []string{"✗ not valid yet"}},
		"long":     {with(func(f *core.CertificateFacts) { f.NotAfter = start().AddDate(1, 0, 0) }), nil, []string{"365 days left"}},
		"mismatch": {with(func(f *core.CertificateFacts) { f.KeyMatches = false }), &core.Error{Code: core.CodeKeyMismatch}, []string{"✗ does not belong to this certificate"}},
		"usage":    {with(func(f *core.CertificateFacts) { f.ClientAuth = false }), nil, []string{"▲ not issued for clients"}},
		"locked":   {core.CertificateFacts{}, &core.Error{Code: core.CodePassphraseMissing}, []string{"Enter the passphrase"}},
		"wrong":    {core.CertificateFacts{}, &core.Error{Code: core.CodePassphraseWrong}, []string{"The passphrase of the key is wrong."}},
		"gone":     {core.CertificateFacts{}, &core.Error{Code: core.CodeCertificateUnreadable, Err: fs.ErrNotExist}, []string{"A certificate file can't be read."}},
	} {
		t.Run(name, func(t *testing.T) {
			ctl := busy()
			ctl.facts, ctl.factsErr = c.facts, c.err
			h := open(t, ctl, "en", "light")
			h.w.sh.openSettings(tabCertificates)
			for _, want := range c.want {
				h.until(want, func() bool { return strings.Contains(spaced(h.words()), want) })
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

	ctl := fresh()
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabServer)
	h.w.dropped([]string{key, caFile, cert})
	h.until("the files", func() bool { return d.certificates.cert.Text == cert })
	c := d.certificates
	if c.key.Text != key || c.ca.Text != caFile || !c.mutual.Checked || c.kind.value() != certPEM || d.tab != tabCertificates {
		t.Errorf("CA %q, key %q", c.ca.Text, c.key.Text)
	}
	h.called("certificate " + cert + " false")
	h.w.dropped([]string{bundle})
	h.until("the bundle", func() bool { return c.pkcs12.Text == bundle && c.kind.value() == certPKCS12 })
	p, _ := d.form.profile()
	if p.TLS.CertFile != "" || p.TLS.KeyFile != "" || p.TLS.PKCS12File != bundle || p.TLS.CACertFile != caFile {
		t.Errorf("the profile has %+v", p.TLS)
	}
	h.w.dropped([]string{other, dir})
	h.until("a word about the letter", func() bool { return strings.Contains(h.words(), "That is no certificate, key or CA file.") })
	for _, call := range ctl.calls() {
		if strings.HasPrefix(call, "scan") {
			t.Error("a file for the settings was taken for an upload")
		}
	}
}

func TestConnectionTestIsLiveAndCopyable(t *testing.T) {
	ctl := busy()
	ctl.held = make(chan struct{})
	ctl.steps = append(ctl.steps, core.Step{
		Name: "signature", Status: core.StepFailed, Advice: "Ask the administrator.",
		Err: &core.Error{Code: core.CodeTokenUntrusted, Message: "no key fits"},
	})
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabServer)
	h.fill(d, tabServer, "ingester_url", "https://unsaved.example")
	h.tap("Test connection")
	h.until("the last line", func() bool { return len(d.check.steps) == len(ctl.steps) })
	h.says("Sign-in server")
	h.says("TLS 1.3, AES-128-GCM")
	h.says("38 ms")
	h.says("No permanent storage is online.")
	h.says("The sign-in server's token can't be trusted.")
	if !d.copy.Disabled() || d.test.Text != "Stop the test" {
		t.Error("a running test can be copied, or can't be stopped")
	}
	close(ctl.held)
	h.called("check https://unsaved.example")
	h.until("the end", d.check.done)
	h.tap("Copy report")
	report := h.app.Clipboard().Content()
	for _, want := range []string{"Profile:  Production", "https://unsaved.example", "admin", "tls", "24ms", "token_untrusted: no key fits", "-> Ask the administrator."} {
		if !strings.Contains(report, want) {
			t.Errorf("the report doesn't say %q:\n%s", want, report)
		}
	}
}

func TestConnectionTestCanBeStopped(t *testing.T) {
	ctl := busy()
	ctl.held, ctl.steps = make(chan struct{}), nil
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabServer)
	h.tap("Test connection")
	h.tap("Stop the test")
	h.until("the end", func() bool { return !d.check.running() })
	h.says("Stopped")
	ctl.held, ctl.checkErr = nil, &core.Error{Code: core.CodeProfileInvalid}
	h.tap("Test connection")
	h.until("the reason", func() bool { return strings.Contains(h.words(), "The profile has a mistake.") })
}

// What the empty field for a passphrase says is what the files are.
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
			ctl := newFakeController()
			p := ctl.profiles["Production"]
			p.TLS.CertFile = "/etc/ingester/client.pem"
			ctl.profiles["Production"], ctl.facts, ctl.factsErr = p, tt.facts, tt.err
			h := open(t, ctl, tt.language, "light")
			h.w.sh.openSettings(tabCertificates)
			h.until("the dialog", func() bool { return h.settings() != nil })
			d := h.settings()
			h.until(tt.says, func() bool { return d.certificates.passphrase.PlaceHolder == tt.says })
			d.certificates.passphrase.SetText("another")
			d.certificates.inspect()
			want := d.s.text.s("settings.passphrase.new")
			if tt.err == nil {
				h.until(want, func() bool { return d.certificates.passphrase.PlaceHolder == want })
			}
		})
	}
}
