package settings

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestSettingsChooseByTheDesktopsDialog(t *testing.T) {
	ctl := viewtest.Busy()
	var got view.FileQuestion
	ctl.Dialogs.Pick = func(_ context.Context, q view.FileQuestion) ([]string, error) {
		got = q
		return []string{"/home/a/Мой CA.pem"}, nil
	}
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabCertificates)
	h.Tap("Choose…") // Tap takes the last one, which is in the last visible row
	h.Until("the file", func() bool { return d.certificates.pkcs12.Text == "/home/a/Мой CA.pem" })
	if got.Near != "/etc/artstore" || strings.Join(got.Extensions, " ") != ".p12 .pfx" || got.Many || got.Title != "Choose a file" {
		t.Errorf("asked %+v", got)
	}
	d.Close(false)

	var saved view.FileQuestion
	ctl.Dialogs.Pick = func(_ context.Context, q view.FileQuestion) ([]string, error) {
		saved = q
		return []string{filepath.Join("/home/a", q.Name)}, nil
	}
	d = h.openDialog(view.TabServer)
	d.export()
	h.Called("export Production to Production" + ProfileExtension)
	h.Until("the words", d.status.Visible)
	if got, want := d.status.Text, "Saved as Production.toml in "+filepath.FromSlash("/home/a"); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if !saved.Save || saved.Many {
		t.Errorf("asked %+v", saved)
	}
}
