package settings

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestAddressesAreCompleted: what people type for an address becomes one, and what is none
// stays for the form to refuse.
func TestAddressesAreCompleted(t *testing.T) {
	for text, want := range map[string]string{
		"server.example:8020":           "https://server.example:8020",
		"server.example":                "https://server.example",
		" server.example:8020/ ":        "https://server.example:8020",
		"HTTPS://Server.example/":       "https://Server.example",
		"https://server.example/files/": "https://server.example/files/",
		"http://server.example:80":      "http://server.example:80",
		"localhost:8020":                "https://localhost:8020",
		"10.0.0.7":                      "https://10.0.0.7",
		"[::1]:8020":                    "https://[::1]:8020",
		"scanner:8020":                  "https://scanner:8020",
		"ftp://x":                       "ftp://x",
		"me:pw@x.example":               "me:pw@x.example",
		"server":                        "server",
		"/etc/hosts":                    "/etc/hosts",
		"not an address":                "not an address",
		"https://":                      "https://",
		"":                              "",
	} {
		if got := completed(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
		if again := completed(completed(text)); again != completed(text) {
			t.Errorf("%q changes again, to %q", text, again)
		}
	}
}

// TestAddressIsCompletedInTheField when the user leaves it, and it can be saved like that.
func TestAddressIsCompletedInTheField(t *testing.T) {
	ctl := viewtest.Busy()
	h := open(t, ctl, "en", "light")
	d := h.openDialog(view.TabServer)
	e := d.entry(t, "ingester_url")
	h.Win.Canvas().Focus(e)
	e.SetText("new.example:8020")
	h.Win.Canvas().Unfocus()
	if e.Text != "https://new.example:8020" {
		t.Errorf("the field holds %q", e.Text)
	}
	e.SetText("other.example:8020")
	if p, found := d.form.profile(); p.IngesterURL != "https://other.example:8020" || len(found) > 0 {
		t.Errorf("the profile has %q, wrong are %v", p.IngesterURL, found)
	}
}

// TestReturnGoesOn: in the settings it saves, or goes to what is wrong; in the wizard it
// goes to the next page.
func TestReturnGoesOn(t *testing.T) {
	enter := &fyne.KeyEvent{Name: fyne.KeyReturn}
	t.Run("wrong", func(t *testing.T) {
		h := open(t, viewtest.Busy(), "en", "light")
		d := h.openDialog(view.TabServer)
		h.fill(d, view.TabSignIn, "auth.client_id", "")
		d.selectTab(view.TabServer)
		d.entry(t, "name").TypedKey(enter)
		if h.settings() == nil || d.tab != view.TabSignIn || h.Win.Canvas().Focused() != fyne.Focusable(d.entry(t, "auth.client_id")) {
			t.Errorf("it is on the tab %s", d.tab)
		}
	})
	t.Run("right", func(t *testing.T) {
		ctl := viewtest.Busy()
		h := open(t, ctl, "en", "light")
		d := h.openDialog(view.TabServer)
		d.entry(t, "admin_url").SetText("admin.example:8443")
		d.entry(t, "admin_url").TypedKey(enter)
		h.Until("the dialog to close", func() bool { return h.settings() == nil })
		if got := ctl.SavedProfiles["Production"].AdminURL; got != "https://admin.example:8443" {
			t.Errorf("saved with %q", got)
		}
	})
	t.Run("wizard", func(t *testing.T) {
		h := open(t, viewtest.Fresh(), "en", "light")
		ShowConnect(h.host)
		d := h.settings()
		d.entry(t, "name").TypedKey(enter)
		if d.tab != view.TabServer {
			t.Fatalf("an empty page was left for %s", d.tab)
		}
		h.addresses(d)
		d.entry(t, "ingester_url").TypedKey(enter)
		if d.tab != view.TabSignIn {
			t.Errorf("it is on the page %s", d.tab)
		}
	})
}
