package ui

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

// looks are all themes and languages.
var looks = []struct{ language, theme string }{{"en", "light"}, {"en", "dark"}, {"ru", "light"}, {"ru", "dark"}}

func TestEveryPageInEveryLook(t *testing.T) {
	for _, look := range looks {
		t.Run(look.language+" "+look.theme, func(t *testing.T) {
			h := open(t, viewtest.Busy(), look.language, look.theme)
			h.fillLog()
			h.record()
			for i, want := range []map[string]string{
				{"en": "stored · verified", "ru": "сохранено · проверено"},
				{"en": "Time", "ru": "Время"},
				{"en": "1,281 stored", "ru": "1281 сохранён"},
				{"en": "upload failed, waiting", "ru": "upload failed, waiting"},
			} {
				h.w.choose(i)
				h.Until(want[look.language], func() bool { return strings.Contains(viewtest.Spaced(h.Words()), want[look.language]) })
			}
		})
	}
}

func TestFirstRunEndsInEachWay(t *testing.T) {
	begin := func(t *testing.T) *harness {
		h := open(t, viewtest.Fresh(), "en", "light")
		h.Until("the choices", func() bool { return strings.Contains(h.Words(), "Welcome to Ingester") })
		return h
	}
	over := func(h *harness, profile string) {
		h.T.Helper()
		h.Until("the end of the first run", func() bool { return h.w.first == nil })
		h.Until("the profile", func() bool { return h.w.header.profile.Text == profile })
		h.Says("Drop files or folders here")
	}
	t.Run("sandbox", func(t *testing.T) {
		h := begin(t)
		h.Tap("Start the sandbox")
		h.Called("sandbox")
		over(h, "Sandbox")
	})
	t.Run("connect", func(t *testing.T) {
		h := begin(t)
		h.Tap("Set up")
		h.Says("Step 1 of 4: addresses")
		h.Enter("Name", "Archive")
		h.Enter("Upload server", "https://ingester.example")
		h.Enter("Sign-in server", "https://admin.example")
		h.Tap("Next")
		h.Enter("Client ID", "sa_1")
		h.Enter("Client secret", "s3cret")
		h.Tap("Next")
		h.Says("Step 3 of 4: certificates")
		h.Tap("Next")
		h.Called("check https://ingester.example")
		h.Tap("Finish")
		h.Called(`save "" as "Archive" session=false`)
		h.Called("use Archive")
		over(h, "Archive")
		if h.Ctl.SavedSecrets.Client.Reveal() != "s3cret" {
			t.Error("the secret was not saved")
		}
	})
	t.Run("import", func(t *testing.T) {
		h := begin(t)
		h.w.dropped([]string{filepath.Join(t.TempDir(), "handed-out.toml")})
		h.Called("import handed-out.toml")
		h.Called("use Imported")
		h.Until("the question for its secret", func() bool { return h.w.host.Settings != nil && h.SaysNow("Step 1 of 3: sign-in") })
		h.Says("Profile Imported")
		over(h, "Imported")
	})
	t.Run("saved before", func(t *testing.T) {
		ctl := viewtest.Fresh()
		for _, name := range []string{"Archive", "Production"} {
			ctl.SavedProfiles[name] = core.NewProfile(name)
		}
		h := open(t, ctl, "en", "light")
		h.Until("the choices", func() bool { return strings.Contains(h.Words(), "Profiles on this computer") })
		h.Tap("Production")
		h.Called("use Production")
		over(h, "Production")
	})
	t.Run("several saved meanwhile", func(t *testing.T) {
		h := begin(t)
		long := strings.Repeat("Archive of scans ", 3)
		h.Ctl.Change(func() {
			h.Ctl.SavedProfiles[long], h.Ctl.SavedProfiles["Production"] = core.NewProfile(long), core.NewProfile("Production")
		})
		h.App.Lifecycle().(interface{ OnEnteredForeground() func() }).OnEnteredForeground()()
		h.Until("the choices", func() bool { return strings.Contains(h.Words(), "Profiles on this computer") })
		h.w.win.Resize(fyne.NewSize(640, 420))
		viewtest.Seen(t, h.w.first, func(o fyne.CanvasObject) {
			if b, ok := o.(*widgets.QuietButton); ok && b.Size().Width < b.MinSize().Width {
				t.Errorf("%q in a button of %v needs %v", b.Text, b.Size().Width, b.MinSize().Width)
			}
		})
		h.Tap("Production")
		h.Called("use Production")
		over(h, "Production")
	})
	t.Run("saved meanwhile", func(t *testing.T) {
		h := begin(t)
		h.Ctl.Change(func() {
			h.Ctl.SavedProfiles["Archive"], h.Ctl.CurrentProfile = core.NewProfile("Archive"), "Archive"
		})
		h.w.apply(change{link: h.Ctl.CurrentLink, profile: "Archive"})
		over(h, "Archive")
	})
	t.Run("picker", func(t *testing.T) {
		h := begin(t)
		h.Tap("Choose file…")
		h.Until("the dialog", func() bool { return strings.Contains(h.Words(), "Choose a file") })
	})
	t.Run("failure", func(t *testing.T) {
		h := begin(t)
		h.Ctl.VerbErr = &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid}
		h.w.takeProfile("/bad.toml")
		h.Until("the error", func() bool { return strings.Contains(h.Words(), "The profile has a mistake.") })
		if h.w.first == nil {
			t.Error("the choices are gone")
		}
	})
}

// TestShortcutsWorkFromAnEntry, to which alone Fyne gives them.
func TestShortcutsWorkFromAnEntry(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	ctrl := func(key fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	}
	h.Entry("Filter by name…").TypedShortcut(ctrl(fyne.Key2))
	if h.w.shown != 1 {
		t.Fatalf("Ctrl+2 shows page %d", h.w.shown)
	}
	search := h.Entry("Search the history…")
	search.TypedShortcut(ctrl(fyne.KeyF))
	if h.w.win.Canvas().Focused() != fyne.Focusable(search) {
		t.Error("Ctrl+F doesn't go to the search of the page")
	}
	search.TypedShortcut(ctrl(fyne.Key3))
	h.w.focusFilter()
	if h.w.shown != 0 {
		t.Error("from a page without a search Ctrl+F goes to the transfers")
	}
	h.Entry("Tags…").TypedShortcut(ctrl(fyne.Key4))
	if h.w.shown != 3 {
		t.Error("Ctrl+4 doesn't show the log")
	}
	h.w.typedShortcut(ctrl(fyne.KeyComma))
	h.Until("the settings", func() bool { return h.w.host.Settings != nil })
}
