package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// TestEveryKey checks what a key does, and that it does nothing while a dialog is
// open.
func TestEveryKey(t *testing.T) {
	ctrl, shift := fyne.KeyModifierShortcutDefault, fyne.KeyModifierShift
	combined := func(key fyne.KeyName, mods fyne.KeyModifier) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: mods}
	}
	asked := func(call string) func(*harness) bool {
		return func(h *harness) bool { return slices.Contains(h.Ctl.Calls(), call) }
	}
	page := func(i int) func(*harness) bool { return func(h *harness) bool { return h.w.shown == i } }
	for _, c := range []struct {
		name string
		keys fyne.Shortcut // or
		key  fyne.KeyName
		row  core.TransferID // selected before
		want func(*harness) bool
	}{
		{name: "add files", keys: combined(fyne.KeyO, ctrl), want: asked(`pick "Add files" save=false folders=false many=true`)},
		{name: "add folders", keys: combined(fyne.KeyO, ctrl|shift), want: asked(`pick "Add folders" save=false folders=true many=true`)},
		{name: "paste", keys: &fyne.ShortcutPaste{}, want: asked(`scan ["/p"]`)},
		{name: "settings", keys: combined(fyne.KeyComma, ctrl), want: func(h *harness) bool { return h.w.host.Settings != nil }},
		{name: "filter", keys: combined(fyne.KeyF, ctrl), want: func(h *harness) bool { return h.w.win.Canvas().Focused() == h.w.transfers.Search() }},
		{name: "pause", key: fyne.KeySpace, row: "t9", want: asked("pause [t9]")},
		{name: "resume", key: fyne.KeySpace, row: "t8", want: asked("resume [t8]")},
		{name: "cancel", key: fyne.KeyDelete, row: "t9", want: asked("cancel [t9]")},
		{name: "remove", key: fyne.KeyDelete, row: "t4", want: asked("remove [t4]")},
		{name: "retry", keys: combined(fyne.KeyR, ctrl), want: asked("retry [t7]")},
		{name: "details", key: fyne.KeyReturn, row: "t4", want: func(h *harness) bool {
			return strings.Contains(h.Words(), "Kept until") || strings.Contains(h.Words(), "File ID")
		}},
		{name: "menu", key: desktop.KeyMenu, row: "t4", want: func(h *harness) bool { return strings.Contains(h.Words(), "Copy SHA-256") }},
		{name: "menu by F10", key: fyne.KeyF10, row: "t9", want: func(h *harness) bool { return strings.Contains(h.Words(), "To the front") }},
		{name: "to the front", keys: combined(fyne.KeyUp, ctrl|shift), row: "t9", want: asked("first [t9]")},
		{name: "to the end", keys: combined(fyne.KeyDown, ctrl|shift), row: "t9", want: asked("last [t9]")},
		{name: "permanent", keys: combined(fyne.KeyP, ctrl), row: "t4", want: func(h *harness) bool { return strings.Contains(h.Words(), "Make permanent?") }},
		{name: "all", keys: &fyne.ShortcutSelectAll{}, want: func(h *harness) bool { return h.w.transfers.Selected() == 12 }},
		{name: "transfers", keys: combined(fyne.Key1, ctrl), want: page(0)},
		{name: "history", keys: combined(fyne.Key2, ctrl), want: page(1)},
		{name: "metrics", keys: combined(fyne.Key3, ctrl), want: page(2)},
		{name: "log", keys: combined(fyne.Key4, ctrl), want: page(3)},
		{name: "help", key: fyne.KeyF1, want: func(h *harness) bool { return strings.Contains(h.Words(), "Ctrl+Shift+O") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctl := viewtest.NewFake()
			ctl.Snapshot = viewtest.Showcase(12)
			ctl.ScanResult = core.Scan{Sources: make([]core.Source, 1)}
			h := open(t, ctl, "en", "light")
			h.App.Clipboard().SetContent("/p")
			use := func() {
				if c.keys != nil {
					h.press(c.keys)
				} else {
					h.Typed(c.key)
				}
			}
			if c.row != "" {
				h.w.transfers.Tap(c.row, 0)
			}
			if c.name != "transfers" {
				view.Ask(h.w.host, "Over it", "words", "Yes", func() {})
				use()
				if c.want(h) {
					t.Error("it worked below a dialog")
				}
				h.Clear()
			} else {
				h.w.choose(2)
			}
			use()
			h.Until(c.name, func() bool { return c.want(h) })
		})
	}
}

// TestTabGoesThroughTheWindowInReadingOrder and reaches everything that can be
// tapped.
func TestTabGoesThroughTheWindowInReadingOrder(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	c := h.w.win.Canvas()
	var got []string
	var first fyne.Focusable
	for range 60 {
		c.FocusNext()
		at := c.Focused()
		if at == first && first != nil {
			break
		}
		if first == nil {
			first = at
		}
		got = append(got, viewtest.Named(at))
	}
	want := []string{
		"Production", "area", "Pause all", "Add files", "Settings", "Transfers", "History", "Metrics", "Log",
		"Choose files…", "Choose folder…", "Temporary, 30 days", "Tags…", "Description…", "Filter by name…", "Show: all", "Retry failed…", "head", "list",
		"Pause", "Cancel", "Pause", "Cancel", "Cancel", "More actions", "Retry now", "Cancel", "Decide…", "More actions", "Retry now", "More actions",
		"Resume", "Cancel", "Pause", "Cancel", "Pause", "Cancel", "Pause", "Cancel", // of the rows that are seen
		"area",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Tab goes through %q, want %q", got, want)
	}
}

func TestTapAreasTakeKeys(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	h.w.choose(2)
	h.w.win.Canvas().Focus(h.w.bar.trouble)
	h.w.bar.trouble.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if h.w.shown != 0 || !h.SaysNow("Show: failed") {
		t.Error("Space does not show what failed")
	}
}

// TestEscapeGoesBack from a question, from a dialog, and from a dialog above the
// settings.
func TestEscapeGoesBack(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	escape := func() { h.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape}) }
	over := func() int { return len(h.w.win.Canvas().Overlays().List()) }
	for name, show := range map[string]func(){
		"question": h.askAgain,
		"facts":    func() { view.ShowFacts(h.w.host, "Title", []wording.Fact{{Name: "a", Value: "b"}}) },
		"error":    func() { h.w.host.Failed(&core.Error{Code: core.CodeInternal}) },
		"days":     h.askDays,
		"closing":  func() { h.w.askWhere(false) },
		"files": func() {
			view.PickInside(h.w.host, view.FileQuestion{}, func([]string) { t.Error("something was picked") })
		},
		"folders": func() {
			view.PickInside(h.w.host, view.FileQuestion{Folders: true}, func([]string) { t.Error("something was picked") })
		},
	} {
		show()
		if escape(); over() != 0 || len(h.w.host.Dialogs) != 0 {
			t.Errorf("%s: %d dialogs are left", name, over())
		}
	}
	if slices.Contains(h.Ctl.Calls(), "retry [t6]") {
		t.Error("the answer was yes")
	}
	if h.w.closing {
		t.Error("the question whether to close counts as open")
	}
	h.w.intake.scanned(core.Scan{Sources: make([]core.Source, manyFiles+1)}, nil)
	escape()
	h.Says("Stopped; nothing was added")
	h.openSettings(view.TabServer)
	view.ShowFacts(h.w.host, "Over it", []wording.Fact{{Name: "a", Value: "b"}})
	if escape(); h.w.host.Settings == nil {
		t.Error("Escape closes what lies below")
	}
	if escape(); h.w.host.Settings != nil || over() != 0 {
		t.Error("Escape does not close the settings")
	}
}

// TestTabsByKeys checks the tabs of the settings, also from an entry, but not below
// a question.
func TestTabsByKeys(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	h.openSettings(view.TabServer)
	combined := func(key fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	}
	for _, c := range []struct {
		key  fyne.KeyName
		want string
	}{
		{fyne.KeyPageUp, "Server"}, {fyne.KeyPageDown, "Sign-in"}, {fyne.Key6, "Appearance"}, {fyne.KeyPageDown, "Appearance"},
		{fyne.KeyPageUp, "Metrics"}, {fyne.Key2, "Sign-in"}, {fyne.KeyF, "Sign-in"}, {fyne.Key1, "Server"},
	} {
		h.w.typedShortcut(combined(c.key))
		if h.Tab() != c.want || h.w.shown != 0 {
			t.Errorf("%s shows the tab %s and page %d, want %s", c.key, h.Tab(), h.w.shown, c.want)
		}
	}
	h.w.win.Canvas().FocusNext()
	entry, ok := h.w.win.Canvas().Focused().(fyne.Shortcutable)
	if _, types := entry.(interface{ SetPlaceHolder(string) }); !ok || !types {
		t.Fatalf("%T has the focus, no entry", entry)
	}
	entry.TypedShortcut(combined(fyne.Key3))
	if h.Tab() != "Certificates" {
		t.Errorf("from an entry: the tab %s", h.Tab())
	}
	view.Ask(h.w.host, "Over it", "words", "Yes", func() {})
	h.w.typedShortcut(combined(fyne.Key1))
	h.w.host.Escape()
	if h.Tab() != "Certificates" {
		t.Error("a tab was changed below a question")
	}
	h.Tap("Cancel")
	h.w.typedShortcut(combined(fyne.Key2))
	if h.w.shown != 1 {
		t.Error("afterwards the keys are not the window's")
	}
}

// TestScrollingByKeys checks a dialog, the settings and a page that need more room
// than there is.
func TestScrollingByKeys(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	h.w.win.Resize(fyne.NewSize(view.LeastWidth, view.LeastHeight))
	goes := func(what string) {
		t.Helper()
		s := h.w.scrolled()
		if s == nil {
			t.Fatalf("%s: nothing scrolls", what)
		}
		end := s.Content.MinSize().Height - s.Size().Height
		for _, c := range []struct {
			key  fyne.KeyName
			want float32
		}{
			{fyne.KeyDown, min(scrollStep, end)}, {fyne.KeyUp, 0}, {fyne.KeyUp, 0}, {fyne.KeyEnd, end}, {fyne.KeyPageDown, end},
			{fyne.KeyHome, 0}, {fyne.KeyPageDown, min(end, s.Size().Height-scrollStep)},
		} {
			h.w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: c.key})
			if got := s.Offset.Y; got < c.want-viewtest.Slack || got > c.want+viewtest.Slack || end <= 0 {
				t.Errorf("%s: %s scrolls to %v of %v, want %v", what, c.key, got, end, c.want)
			}
		}
	}
	showHelp(h.w.host)
	goes("help")
	h.w.host.Escape()
	h.openSettings(view.TabCertificates)
	goes("settings")
	h.Tap("Cancel")
	h.w.choose(2)
	goes("metrics")
	h.w.choose(0)
	if h.w.scrolled() != nil || len(h.w.host.Scrolls) != 0 {
		t.Error("something scrolls that is gone")
	}
}

// TestKeysWithoutFocusDoNothing to the rows, however many are selected: who types then
// believes to type somewhere else.
func TestKeysWithoutFocusDoNothing(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	h.w.transfers.Tap("t9", 0)
	h.w.transfers.SelectAll()
	c := h.w.win.Canvas()
	c.Unfocus()
	before := len(h.Ctl.Calls())
	for _, key := range []fyne.KeyName{fyne.KeyDelete, fyne.KeyBackspace, fyne.KeySpace, fyne.KeyReturn, fyne.KeyD, desktop.KeyMenu} {
		c.OnTypedKey()(&fyne.KeyEvent{Name: key})
	}
	if calls := h.Ctl.Calls()[before:]; len(calls) > 0 || c.Overlays().Top() != nil {
		t.Errorf("they did %q", calls)
	}
}
