package settings

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// If a profile with queued files is saved with another server, the user is asked what
// becomes of them, and the answer is saved too.
func TestQueuedFilesAreAskedAbout(t *testing.T) {
	for _, tt := range []struct {
		language, key, button, says, asked string
		edit                               func(d *Dialog)
	}{
		{"en", "queued.wait", "Let them wait", "3 files are not stored yet", "queued 0", nil},
		{"en", "queued.move", "To the new one", "leads to https://other.example.", "queued 1", nil},
		{"en", "queued.cancel", "Cancel them", "may have, in whole or in part, is never sent", "queued 2", nil},
		{"ru", "queued.move", "На новый адрес", "3 файла ещё не сохранены", "queued 1", nil},
	} {
		t.Run(tt.language+" "+tt.key, func(t *testing.T) {
			ctl := viewtest.Busy()
			ctl.BoundFiles = 3
			h := open(t, ctl, tt.language, "light")
			h.host.OpenSettings(view.TabServer)
			h.Until("the settings", func() bool { return h.settings() != nil })
			d := h.settings()
			d.entry(t, "ingester_url").SetText("https://other.example")
			d.save(false)
			h.Until("the question", func() bool { return h.SaysNow(tt.button) })
			h.Says(tt.says)
			if slices.ContainsFunc(ctl.Calls(), func(a string) bool { return strings.HasPrefix(a, "save ") }) {
				t.Error("it was saved before the answer")
			}
			h.Tap(d.host.Text.S("button.back"))
			if h.settings() != d || d.saving || d.accept.Disabled() {
				t.Error("there is no way back")
			}
			d.save(false)
			h.Until("the question", func() bool { return h.SaysNow(tt.button) })
			h.Tap(tt.button)
			h.Until("the end", func() bool { return h.settings() == nil })
			if !slices.Contains(ctl.Calls(), tt.asked) {
				t.Errorf("asked %q", ctl.Calls())
			}
		})
	}
}

// Nobody is asked if the server stays the same. After an error the dialog stays.
func TestQueuedFilesAreLeftAlone(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.BoundFiles, ctl.BoundErr = 3, errors.New("broken")
	h := open(t, ctl, "en", "light")
	h.host.OpenSettings(view.TabServer)
	h.Until("the settings", func() bool { return h.settings() != nil })
	d := h.settings()
	d.save(false)
	h.Until("the error", func() bool { return !d.saving && d.status.Visible() })
	ctl.BoundErr = nil
	d.save(false)
	h.Until("the end", func() bool { return h.settings() == nil })
	if !slices.Contains(ctl.Calls(), "queued 0") {
		t.Errorf("asked %q", ctl.Calls())
	}
}

// All answers fit into the smallest window, in both languages.
func TestQueuedQuestionInASmallWindow(t *testing.T) {
	for _, language := range wording.Languages() {
		ctl := viewtest.Busy()
		ctl.BoundFiles = 3
		h := open(t, ctl, language, "light")
		h.Win.Resize(fyne.NewSize(view.LeastWidth, view.LeastHeight))
		h.host.OpenSettings(view.TabServer)
		h.Until("the settings", func() bool { return h.settings() != nil })
		h.settings().entry(t, "ingester_url").SetText("https://other.example")
		h.settings().save(false)
		h.Until("the question", func() bool { return h.SaysNow(h.host.Text.S("queued.wait")) })
		h.DialogFits()
	}
}
