package ui

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

func TestSettingsChooseByTheDesktopsDialog(t *testing.T) {
	ctl := busy()
	var got FileQuestion
	ctl.dialogs.pick = func(_ context.Context, q FileQuestion) ([]string, error) {
		got = q
		return []string{"/home/a/Мой CA.pem"}, nil
	}
	h := open(t, ctl, "en", "light")
	d := h.openDialog(tabCertificates)
	h.tap("Choose…") // the uppermost is that of the last visible row
	h.until("the file", func() bool { return d.certificates.pkcs12.Text == "/home/a/Мой CA.pem" })
	if got.Near != "/etc/artstore" || strings.Join(got.Extensions, " ") != ".p12 .pfx" || got.Many || got.Title != "Choose a file" {
		t.Errorf("asked %+v", got)
	}
	d.close(false)

	var saved FileQuestion
	ctl.dialogs.pick = func(_ context.Context, q FileQuestion) ([]string, error) {
		saved = q
		return []string{filepath.Join("/home/a", q.Name)}, nil
	}
	d = h.openDialog(tabServer)
	d.export()
	h.called("export Production to Production" + profileExtension)
	h.until("the words", d.status.Visible)
	if got, want := d.status.Text, "Saved as Production.toml in "+filepath.FromSlash("/home/a"); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if !saved.Save || saved.Many {
		t.Errorf("asked %+v", saved)
	}
}
