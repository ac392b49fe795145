package ui

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/logs"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
)

func TestWindowShowsWhatTheEngineHas(t *testing.T) {
	for _, c := range []struct {
		language, theme string
		want            []string
	}{
		{"en", "light", []string{"Connected", "TLS 1.3 · mTLS · HTTP/2", "stored · verified", "retrying in 8 s: the server is busy (503)", "1 of 12 files", "1 failed · 1 to decide"}},
		{"ru", "dark", []string{"Подключено", "сохранено · проверено", "повтор через 8 с: сервер занят (503)", "1 из 12 файлов", "1 не удался · 1 ждёт решения"}},
	} {
		t.Run(c.language+" "+c.theme, func(t *testing.T) {
			ctl := viewtest.NewFake()
			ctl.Snapshot = viewtest.Showcase(12)
			h := open(t, ctl, c.language, c.theme)
			for _, want := range c.want {
				h.Says(want)
			}
			h.Says("Договор поставки № 118.docx")
			want := widgets.LightPalette
			if c.theme == "dark" {
				want = widgets.DarkPalette
			}
			if got := h.App.Settings().Theme().Color(theme.ColorNameBackground, theme.VariantLight); got != want[theme.ColorNameBackground] {
				t.Errorf("ground %v", got)
			}
		})
	}
}

func TestEventsReachTheRow(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = core.Snapshot{Transfers: []core.Transfer{viewtest.Transfer(1, "a.pdf", 100, core.StateQueued)}}
	h := open(t, ctl, "en", "light")
	h.Says("queued")
	sending := viewtest.Transfer(1, "a.pdf", 100, core.StateSending)
	sending.Sent = 50
	ctl.Updates <- core.Update{Changed: []core.Transfer{sending}}
	h.Until("half", func() bool { return strings.Contains(viewtest.Spaced(h.Words()), "50 % · uploading") })
	ctl.Updates <- core.Update{Changed: []core.Transfer{viewtest.Transfer(1, "a.pdf", 100, core.StateStored)}}
	h.Until("stored", func() bool { return strings.Contains(h.Words(), "stored · verified") })
	h.Says("all stored")
	ctl.Updates <- core.Update{Removed: []core.TransferID{"t1"}}
	h.Until("the empty list", func() bool { return strings.Contains(h.Words(), "No files yet") })
}

// TestTheStatusBarSaysWhyNothingMoves although the list has rows.
func TestTheStatusBarSaysWhyNothingMoves(t *testing.T) {
	for _, c := range []struct {
		state  core.State
		paused bool
		want   string
	}{
		{core.StateCancelled, false, "No files to upload"},
		{core.StateQueued, true, "0 of 1 file 0 of 100 B paused"},
		{core.StateQueued, false, "0 of 1 file 0 of 100 B"},
	} {
		ctl := viewtest.NewFake()
		ctl.Snapshot = core.Snapshot{Transfers: []core.Transfer{viewtest.Transfer(1, "a.pdf", 100, c.state)}, Paused: c.paused}
		h := open(t, ctl, "en", "light")
		h.Until("the totals", func() bool { return len(h.w.model.Rows) > 0 })
		var said []string
		for _, part := range []*widgets.Caption{h.w.bar.files, h.w.bar.bytes, h.w.bar.left, h.w.bar.held} {
			if part.Visible() && part.Words != "" {
				said = append(said, part.Words)
			}
		}
		if got := viewtest.Spaced(strings.Join(said, " ")); got != c.want {
			t.Errorf("%s, paused %v: %q, want %q", c.state, c.paused, got, c.want)
		}
	}
}

// TestErrorsLeadToTheConnectionTest if that can say more, and not otherwise.
func TestErrorsLeadToTheConnectionTest(t *testing.T) {
	refused := &core.Error{Kind: core.KindTLS, Code: core.CodeTLSClientRefused}
	h := open(t, viewtest.Busy(), "en", "light")
	tested := func() bool { return h.SaysNow("temporary uploads only") && h.SaysNow("Test connection") }
	h.w.host.Failed(refused)
	h.Tap("Test connection")
	h.Called("check https://ingester.example:8020")
	h.Until("the end of the test", tested)
	if tab := h.Tab(); tab != "Certificates" {
		t.Errorf("on the tab %s", tab)
	}
	h.w.host.Failed(refused) // the settings have the test already
	if n := len(h.w.win.Canvas().Overlays().List()); n != 2 {
		t.Fatalf("%d overlays", n)
	}
	h.w.host.Escape()
	h.Tap("Cancel")

	x := h.Ctl.Snapshot.Transfers[6]
	x.Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused}
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{x}}, link: h.Ctl.CurrentLink, profile: h.Ctl.CurrentProfile})
	h.w.transfers.Tap(x.ID, 0)
	h.Typed(fyne.KeyReturn)
	h.Until("the details", func() bool { return h.SaysNow("Test connection") })
	h.Tap("Test connection")
	h.Until("the settings", func() bool { return h.w.host.Settings != nil && tested() })
	h.Tap("Cancel")
	if h.w.win.Canvas().Overlays().Top() != nil {
		t.Error("the details are still there")
	}

	for _, e := range []*core.Error{
		nil, {Kind: core.KindFile, Code: core.CodeFilePermission}, {Kind: core.KindConfig, Code: core.CodeStoreDamaged},
		{Kind: core.KindServer, Code: core.CodeTooLarge}, {Kind: core.KindConfig, Code: core.CodeProfileNotFound},
	} {
		if view.Testable(e) {
			t.Errorf("%v can be tested", e)
		}
	}
	for _, e := range []*core.Error{
		refused, {Kind: core.KindAuth, Code: core.CodeSignInRefused}, {Kind: core.KindConfig, Code: core.CodeSecretMissing},
		{Kind: core.KindServer, Code: core.CodeRedirect},
	} {
		if !view.Testable(e) {
			t.Errorf("%v can't be tested", e)
		}
	}
}

func TestShortcuts(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	c := h.w.win.Canvas()
	press := func(keys fyne.Shortcut) {
		t.Helper()
		for _, b := range h.w.bindings() {
			if b.keys.ShortcutName() == keys.ShortcutName() {
				b.do()
				return
			}
		}
		t.Errorf("%s does nothing", keys.ShortcutName())
	}
	ctrl := func(key fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	}
	press(ctrl(fyne.KeyR))
	h.Called("retry [t7]")
	press(ctrl(fyne.KeyF))
	if c.Focused() != h.w.transfers.Search() {
		t.Error("Ctrl+F doesn't go to the filter")
	}
	h.Entry("Filter by name…").SetText("МОВОР")
	h.Entry("Filter by name…").SetText("договор")
	if h.w.model.Len() != 1 {
		t.Errorf("%d rows match", h.w.model.Len())
	}
	h.Entry("Filter by name…").SetText("no such name")
	h.Says("Nothing matches the filter")
	ctl.ScanResult = core.Scan{Sources: []core.Source{{Path: "/p"}}}
	h.App.Clipboard().SetContent("file:///p\n")
	press(&fyne.ShortcutPaste{})
	h.Called(`scan ["/p"]`)
	h.App.Clipboard().SetContent("hello")
	h.w.paste()
	h.Says("The clipboard holds no full paths of files")
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF1})
	h.Says("Ctrl+Shift+O")
}

func TestHaltIsSaidWithAWayOut(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	ctl.Snapshot.Halt = &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused, Status: 401, Err: errors.New("raw words")}
	h := open(t, ctl, "en", "light")
	h.Says("Uploads have stopped: sign-in refused (401)")
	if strings.Contains(h.Words(), "raw words") {
		t.Error("the raw cause is in the headline")
	}
	h.Picture("halt")
	h.Tap("Try now")
	h.Called("lift") // a pause of the user stays
	ctl.Updates <- core.Update{}
	h.Until("the banner to go", func() bool { return !h.w.banner.content.Visible() })
}

// TestPickersOpen checks that the program's own dialog is shown if the desktop has
// none.
func TestPickersOpen(t *testing.T) {
	for _, label := range []string{"Choose files…", "Choose folder…", "Add files"} {
		h := open(t, viewtest.NewFake(), "en", "light")
		h.Tap(label)
		h.Until(label, func() bool { return h.w.win.Canvas().Overlays().Top() != nil })
		h.Tap("Cancel")
	}
	h := open(t, viewtest.Busy(), "ru", "light")
	view.SaveFile(h.w.host, "SHA256SUMS", nil, func(context.Context, string) error { return nil }, func(string) {})
	h.Until("the dialog", func() bool { return strings.Contains(h.Words(), "Сохранить как") })
	h.Tap("Отмена")
}

func TestLinkStates(t *testing.T) {
	ctl := viewtest.NewFake()
	h := open(t, ctl, "en", "light")
	h.w.header.showLink(core.Link{State: core.LinkUnknown})
	h.Says("Not connected yet")
	h.w.header.showLink(core.Link{State: core.LinkUp})
	h.Says("No TLS")
	h.w.header.showLink(core.Link{State: core.LinkFailed, Err: &core.Error{Code: core.CodeTLSClientRefused, Kind: core.KindTLS}})
	h.Says("No connection")
	h.w.header.tapState()
	h.Says("The server refused the client certificate.")
}

// TestNotificationsHoldFixedWordsOnly, since on some systems a shell reads them.
func TestNotificationsHoldFixedWordsOnly(t *testing.T) {
	ctl := viewtest.NewFake()
	evil := viewtest.Transfer(1, "$(reboot).txt", 1, core.StateSending)
	ctl.Snapshot = core.Snapshot{Transfers: []core.Transfer{evil, viewtest.Transfer(2, "`id`", 1, core.StateQueued)}}
	h := open(t, ctl, "en", "light")
	h.w.status.background = true
	evil.State = core.StateStored
	failed := viewtest.Transfer(2, "`id`", 1, core.StateFailed)
	failed.Error = &core.Error{Code: core.CodeRejected, ServerText: "$(halt)"}
	apply := func(u core.Update) {
		h.w.apply(change{update: &u})
		h.w.host.Tasks.Wait()
	}
	test.AssertNotificationSent(t, fyne.NewNotification("Ingester", "1 file stored, 1 needs you"), func() {
		apply(core.Update{Changed: []core.Transfer{evil, failed}})
	})
	test.AssertNotificationSent(t, fyne.NewNotification("Ingester", "Uploads have stopped and need you."), func() {
		apply(core.Update{Halt: failed.Error})
	})
	h.w.status = ending{}
	test.AssertNotificationSent(t, nil, func() {
		apply(core.Update{Changed: []core.Transfer{viewtest.Transfer(3, "c", 1, core.StateSending)}})
		apply(core.Update{Changed: []core.Transfer{viewtest.Transfer(3, "c", 1, core.StateStored)}})
	})
}

func TestProfiles(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.SavedProfiles["Archive"] = core.Profile{Name: "Archive", Upload: core.UploadSettings{RetentionPolicy: core.RetentionPermanent}}
	h := open(t, ctl, "en", "light")
	h.w.header.use("Archive")
	h.Called("use Archive")
	h.Until("the profile's retention", func() bool { return h.SaysNow("Permanent") })
	if h.w.header.profile.Text != "Archive" {
		t.Errorf("the header names %q", h.w.header.profile.Text)
	}
	h.w.startSandbox()
	h.Until("the sandbox", func() bool { return h.w.header.profile.Text == "Sandbox" })
}

func TestLanguageChangesAtOnce(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	h.App.Preferences().SetString(view.PrefLanguage, "ru")
	h.w.appearanceChanged()
	h.Says("сохранено · проверено")
	h.w.apply(change{link: ctl.CurrentLink, profile: ctl.CurrentProfile})
	h.Says("Подключено")
}

func TestPathsOpenedEarlyAreNotLost(t *testing.T) {
	ctl := viewtest.NewFake()
	h := &harness{Stage: &viewtest.Stage{T: t, App: viewtest.NewTestApp(t), Ctl: ctl, Queue: make(chan func(), 64), Clock: viewtest.Start()}}
	h.w = New(h.App, ctl, slog.New(slog.DiscardHandler), logs.NewBuffer(slog.LevelDebug))
	h.w.post = func(f func()) { h.Queue <- f }
	h.w.Open("/early")
	h.w.Open()
	if err := h.w.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Called(`scan ["/early"]`)
	h.w.Open("/late")
	h.Called(`scan ["/late"]`)
	h.w.Raise()
	h.w.close()
	h.Called("feed closed")
}
