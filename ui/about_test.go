package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestAboutSaysWhatTheProgramIs(t *testing.T) {
	for _, look := range viewtest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			h := open(t, viewtest.NewFake(), look.Language, look.Theme)
			s := h.w.host.Text.S
			h.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF1})
			h.Says("Ctrl+Shift+O")
			h.Picture("help-" + look.Name)
			h.Tap(s("about.title"))
			for _, want := range []string{"1.2.3", "0123456789ab", "go1.26", "Apache License 2.0",
				"/home/a/.config/ingester/profiles", "/home/a/.local/state/ingester/queue.db", "/home/a/.local/state/ingester/ingester.log"} {
				h.Says(want)
			}
			h.Picture("about-" + look.Name)
			h.Tap(s("about.docs"))
			h.Tap(s("button.copy"))
			want := s("about.version") + ": 1.2.3\n" + s("about.commit") + ": 0123456789ab\nGo: go1.26\n" + s("about.licence") + ": Apache License 2.0\n"
			if got := h.App.Clipboard().Content(); len(got) < len(want) || got[:len(want)] != want {
				t.Errorf("copied %q", got)
			}
		})
	}
}

func TestHelpIsInTheMenuOfProfiles(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	items := helpItems(h.w.host)
	items[1].Action()
	h.Says("0123456789ab")
	items[0].Action()
	h.Says("Add a folder")
	h.w.header.menu([]string{"Production"}, "Production")
	h.Says("About Ingester")
}
