package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

// A profile that is to lead elsewhere while files are queued for where it leads:
// the user is asked, and the answer goes with the profile.
func TestQueuedFilesAreAskedAbout(t *testing.T) {
	for _, tt := range []struct {
		language, key, button, says, asked string
		edit                               func(d *settingsDialog)
	}{
		{"en", "queued.wait", "Let them wait", "3 files are not stored yet", "queued 0", nil},
		{"en", "queued.move", "To the new one", "leads to https://other.example.", "queued 1", nil},
		{"en", "queued.cancel", "Cancel them", "may have, in whole or in part, is never sent", "queued 2", nil},
		{"ru", "queued.move", "На новый адрес", "3 файла ещё не сохранены", "queued 1", nil},
	} {
		t.Run(tt.language+" "+tt.key, func(t *testing.T) {
			ctl := busy()
			ctl.bound = 3
			h := open(t, ctl, tt.language, "light")
			h.w.sh.openSettings(tabServer)
			h.until("the settings", func() bool { return h.settings() != nil })
			d := h.settings()
			d.entry(t, "ingester_url").SetText("https://other.example")
			d.save(false)
			h.until("the question", func() bool { return h.saysNow(tt.button) })
			h.says(tt.says)
			if slices.ContainsFunc(ctl.calls(), func(a string) bool { return strings.HasPrefix(a, "save ") }) {
				t.Error("it was saved before the answer")
			}
			h.tap(d.s.text.s("button.back"))
			if h.settings() != d || d.saving || d.accept.Disabled() {
				t.Error("there is no way back")
			}
			d.save(false)
			h.until("the question", func() bool { return h.saysNow(tt.button) })
			h.tap(tt.button)
			h.until("the end", func() bool { return h.settings() == nil })
			if !slices.Contains(ctl.calls(), tt.asked) {
				t.Errorf("asked %q", ctl.calls())
			}
		})
	}
}

// Where nothing leads elsewhere nobody is asked; an error keeps the dialog.
func TestQueuedFilesAreLeftAlone(t *testing.T) {
	ctl := busy()
	ctl.bound, ctl.boundErr = 3, errors.New("broken")
	h := open(t, ctl, "en", "light")
	h.w.sh.openSettings(tabServer)
	h.until("the settings", func() bool { return h.settings() != nil })
	d := h.settings()
	d.save(false)
	h.until("the error", func() bool { return !d.saving && d.status.Visible() })
	ctl.boundErr = nil
	d.save(false)
	h.until("the end", func() bool { return h.settings() == nil })
	if !slices.Contains(ctl.calls(), "queued 0") {
		t.Errorf("asked %q", ctl.calls())
	}
}

// In the smallest window all answers can be seen, in either language.
func TestQueuedQuestionInASmallWindow(t *testing.T) {
	for _, language := range languages() {
		ctl := busy()
		ctl.bound = 3
		h := open(t, ctl, language, "light")
		h.w.win.Resize(fyne.NewSize(leastWidth, leastHeight))
		h.w.sh.openSettings(tabServer)
		h.until("the settings", func() bool { return h.settings() != nil })
		h.settings().entry(t, "ingester_url").SetText("https://other.example")
		h.settings().save(false)
		h.until("the question", func() bool { return h.saysNow(h.w.sh.text.s("queued.wait")) })
		h.dialogFits()
	}
}
