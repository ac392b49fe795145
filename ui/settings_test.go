package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

func TestNothingHappensBelowTheSettings(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	h.w.transfers.Tap("t1", 0)
	h.openSettings(view.TabServer)
	h.w.win.Canvas().Unfocus()
	h.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.w.typedShortcut(&fyne.ShortcutPaste{})
	for _, call := range h.Ctl.Calls() {
		if strings.HasPrefix(call, "cancel") || strings.HasPrefix(call, "scan") {
			t.Errorf("%s happened below the dialog", call)
		}
	}
}

// TestSavedProfileShowsInTheHeader under its new name.
func TestSavedProfileShowsInTheHeader(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	h.openSettings(view.TabServer)
	h.Enter("Name", "Archive")
	h.Tap("Save")
	h.Until("the new name in the header", func() bool { return h.w.header.profile.Text == "Archive" })
}

// TestWithoutAProfileTheFirstRunComes back once the only one is removed.
func TestWithoutAProfileTheFirstRunComes(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	h.openSettings(view.TabServer)
	h.Tap("Profiles")
	h.Until("the menu", func() bool { return h.SaysNow("Remove…") })
	h.Choose("Remove…")
	h.Until("the question", func() bool { return h.SaysNow("Remove Production?") })
	h.Tap("Remove")
	h.Until("the first run", func() bool { return h.w.first != nil && h.w.host.Settings == nil })
}

// TestCancelledWizardLeavesTheFirstRun as it was.
func TestCancelledWizardLeavesTheFirstRun(t *testing.T) {
	h := open(t, viewtest.Fresh(), "en", "light")
	h.Until("the first run", func() bool { return h.w.first != nil })
	h.Tap("Set up")
	h.Says("Step 1 of 4: addresses")
	h.Tap("Cancel")
	if h.w.first == nil || h.w.host.Settings != nil {
		t.Error("cancelled, the first run is over, or the wizard is not")
	}
}

// TestLanguageIsTakenOverBySave of the settings, in the whole window.
func TestLanguageIsTakenOverBySave(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	h.openSettings(view.TabAppearance)
	for _, o := range h.Over() {
		if s, ok := o.(*widgets.DropDown); ok && slices.Contains(s.Options, "Русский") {
			s.SetSelected("Русский")
		}
	}
	h.Tap("Save")
	h.Until("Russian", func() bool { return strings.Contains(h.Words(), "История") })
}
