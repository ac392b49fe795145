package ui

import (
	"testing"

	"fyne.io/fyne/v2"
)

func TestAboutSaysWhatTheProgramIs(t *testing.T) {
	for _, look := range dresses() {
		t.Run(look.name, func(t *testing.T) {
			h := open(t, newFakeController(), look.language, look.theme)
			s := h.w.sh.text.s
			h.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF1})
			h.says("Ctrl+Shift+O")
			h.picture("help-" + look.name)
			h.tap(s("about.title"))
			for _, want := range []string{"1.2.3", "0123456789ab", "go1.26", "Apache License 2.0",
				"/home/a/.config/ingester/profiles", "/home/a/.local/state/ingester/queue.db", "/home/a/.local/state/ingester/ingester.log"} {
				h.says(want)
			}
			h.picture("about-" + look.name)
			h.tap(s("about.docs"))
			h.tap(s("button.copy"))
			want := s("about.version") + ": 1.2.3\n" + s("about.commit") + ": 0123456789ab\nGo: go1.26\n" + s("about.licence") + ": Apache License 2.0\n"
			if got := h.app.Clipboard().Content(); len(got) < len(want) || got[:len(want)] != want {
				t.Errorf("copied %q", got)
			}
		})
	}
}

func TestHelpIsInTheMenuOfProfiles(t *testing.T) {
	h := open(t, newFakeController(), "en", "light")
	items := helpItems(h.w.sh)
	items[1].Action()
	h.says("0123456789ab")
	items[0].Action()
	h.says("Add a folder")
	h.w.header.menu([]string{"Production"}, "Production")
	h.says("About Ingester")
}
