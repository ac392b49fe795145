package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
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
			ctl := newFakeController()
			ctl.snapshot = showcase(12)
			h := open(t, ctl, c.language, c.theme)
			for _, want := range c.want {
				h.says(want)
			}
			h.says("Договор поставки № 118.docx")
			want := lightPalette
			if c.theme == "dark" {
				want = darkPalette
			}
			if got := h.app.Settings().Theme().Color(theme.ColorNameBackground, theme.VariantLight); got != want[theme.ColorNameBackground] {
				t.Errorf("ground %v", got)
			}
		})
	}
}

func TestEventsReachTheRow(t *testing.T) {
	ctl := newFakeController()
	ctl.snapshot = core.Snapshot{Transfers: []core.Transfer{transfer(1, "a.pdf", 100, core.StateQueued)}}
	h := open(t, ctl, "en", "light")
	h.says("queued")
	sending := transfer(1, "a.pdf", 100, core.StateSending)
	sending.Sent = 50
	ctl.updates <- core.Update{Changed: []core.Transfer{sending}}
	h.until("half", func() bool { return strings.Contains(spaced(h.words()), "50 % · uploading") })
	ctl.updates <- core.Update{Changed: []core.Transfer{transfer(1, "a.pdf", 100, core.StateStored)}}
	h.until("stored", func() bool { return strings.Contains(h.words(), "stored · verified") })
	h.says("all stored")
	ctl.updates <- core.Update{Removed: []core.TransferID{"t1"}}
	h.until("the empty list", func() bool { return strings.Contains(h.words(), "No files yet") })
	if !h.w.transfers.drop.tall {
		t.Error("the drop area is a strip although the list is empty")
	}
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
		ctl := newFakeController()
		ctl.snapshot = core.Snapshot{Transfers: []core.Transfer{transfer(1, "a.pdf", 100, c.state)}, Paused: c.paused}
		h := open(t, ctl, "en", "light")
		h.until("the totals", func() bool { return len(h.w.model.rows) > 0 })
		var said []string
		for _, part := range []*caption{h.w.bar.files, h.w.bar.bytes, h.w.bar.left} {
			if part.Visible() {
				said = append(said, part.words)
			}
		}
		if got := spaced(strings.Join(said, " ")); got != c.want {
			t.Errorf("%s, paused %v: %q, want %q", c.state, c.paused, got, c.want)
		}
	}
}

func TestVerbsOfRowsAndKeys(t *testing.T) {
	ctl := newFakeController()
	ctl.snapshot = showcase(12)
	h := open(t, ctl, "en", "light")
	v := h.w.transfers
	v.tapAction("t1", actPause, nil)
	h.called("pause [t1]")
	v.tapAction("t5", actRetry, nil)
	h.called("retry [t5]")
	v.tapRow("t9", 0)
	v.tapRow("t11", fyne.KeyModifierShift)
	v.key(&fyne.KeyEvent{Name: fyne.KeySpace})
	h.called("pause [t9 t10 t11]")
	v.tapRow("t10", fyne.KeyModifierShortcutDefault)
	v.key(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.called("cancel [t9 t11]")
	v.tapRow("t8", 0)
	v.key(&fyne.KeyEvent{Name: fyne.KeySpace})
	h.called("resume [t8]")
	v.tapRow("t4", 0)
	v.key(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.called("remove [t4]")
	v.key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.until("the details", func() bool { return strings.Contains(h.words(), "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11") })
	h.called("attempts t4")
	h.tap("Close")
	h.w.transfers.retryFailed()
	h.called("retry [t7]")
	h.tap("Pause all")
	h.called("pause all")
}

// TestCopyOfMany: what is selected is copied, one a line, in the order of the
// queue.
func TestCopyOfMany(t *testing.T) {
	ctl := newFakeController()
	for i := range 4 {
		x := transfer(i+1, "f", 1, core.StateStored)
		if i != 2 {
			x.Receipt = &core.Receipt{FileID: fmt.Sprint("id-", i+1), SHA256: core.NewChecksum(bytes.Repeat([]byte{byte(i)}, 32))}
		} else {
			x.State = core.StateQueued
		}
		ctl.snapshot.Transfers = append(ctl.snapshot.Transfers, x)
	}
	h := open(t, ctl, "en", "light")
	v := h.w.transfers
	copied := func(row int, item, want string) {
		t.Helper()
		v.showMenuOf(row)
		h.choose(item)
		if got := h.app.Clipboard().Content(); got != want {
			t.Errorf("%s of row %d copies %q, want %q", item, row, got, want)
		}
	}
	copied(1, "Copy file ID", "id-2")
	v.selectAll()
	copied(2, "Copy file ID (3)", "id-1\nid-2\nid-4")
	copied(0, "Copy SHA-256 (3)", strings.Repeat("00", 32)+"\n"+strings.Repeat("01", 32)+"\n"+strings.Repeat("03", 32))
}

// TestErrorsLeadToTheConnectionTest: where it can say more, and nowhere else.
func TestErrorsLeadToTheConnectionTest(t *testing.T) {
	refused := &core.Error{Kind: core.KindTLS, Code: core.CodeTLSClientRefused}
	h := open(t, busy(), "en", "light")
	tested := func() bool { return h.saysNow("temporary uploads only") && h.saysNow("Test connection") }
	h.w.sh.failed(refused)
	h.tap("Test connection")
	h.called("check https://ingester.example:8020")
	h.until("the end of the test", tested)
	if tab := h.tab(); tab != "Certificates" {
		t.Errorf("on the tab %s", tab)
	}
	h.w.sh.failed(refused) // the settings have the test already
	if n := len(h.w.win.Canvas().Overlays().List()); n != 2 {
		t.Fatalf("%d overlays", n)
	}
	h.w.sh.escape()
	h.tap("Cancel")

	x := h.ctl.snapshot.Transfers[6]
	x.Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused}
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{x}}, link: h.ctl.link, profile: h.ctl.current})
	h.w.transfers.showDetails(x.ID)
	h.until("the details", func() bool { return h.saysNow("Test connection") })
	h.tap("Test connection")
	h.until("the settings", func() bool { return h.w.sh.settings != nil && tested() })
	h.tap("Cancel")
	if h.w.win.Canvas().Overlays().Top() != nil {
		t.Error("the details are still there")
	}

	for _, e := range []*core.Error{
		nil, {Kind: core.KindFile, Code: core.CodeFilePermission}, {Kind: core.KindConfig, Code: core.CodeStoreDamaged},
		{Kind: core.KindServer, Code: core.CodeTooLarge}, {Kind: core.KindConfig, Code: core.CodeProfileNotFound},
	} {
		if testable(e) {
			t.Errorf("%v can be tested", e)
		}
	}
	for _, e := range []*core.Error{
		refused, {Kind: core.KindAuth, Code: core.CodeSignInRefused}, {Kind: core.KindConfig, Code: core.CodeSecretMissing},
		{Kind: core.KindServer, Code: core.CodeRedirect},
	} {
		if !testable(e) {
			t.Errorf("%v can't be tested", e)
		}
	}
}

func TestAnUnknownOutcomeIsSentAgainOnlyAfterAWarning(t *testing.T) {
	ctl := newFakeController()
	ctl.snapshot = showcase(12)
	h := open(t, ctl, "en", "light")
	h.w.transfers.do(actRetry, []core.TransferID{"t6"})
	h.says("the file will be there twice")
	h.tap("Send it again")
	h.called("retry [t6]")
}

func TestShortcuts(t *testing.T) {
	ctl := newFakeController()
	ctl.snapshot = showcase(12)
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
	h.called("retry [t7]")
	press(ctrl(fyne.KeyF))
	if c.Focused() != h.w.transfers.search {
		t.Error("Ctrl+F doesn't go to the filter")
	}
	h.w.transfers.search.SetText("МОВОР")
	h.w.transfers.search.SetText("договор")
	if h.w.model.Len() != 1 {
		t.Errorf("%d rows match", h.w.model.Len())
	}
	h.w.transfers.search.SetText("no such name")
	h.says("Nothing matches the filter")
	ctl.scan = core.Scan{Sources: []core.Source{{Path: "/p"}}}
	h.app.Clipboard().SetContent("file:///p\n")
	press(&fyne.ShortcutPaste{})
	h.called(`scan ["/p"]`)
	h.app.Clipboard().SetContent("hello")
	h.w.paste()
	h.says("The clipboard holds no full paths of files")
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF1})
	h.says("Ctrl+Shift+O")
}

func TestHaltIsSaidWithAWayOut(t *testing.T) {
	ctl := newFakeController()
	ctl.snapshot = showcase(12)
	ctl.snapshot.Halt = &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused, Status: 401, Err: errors.New("raw words")}
	h := open(t, ctl, "en", "light")
	h.says("Uploads have stopped: sign-in refused (401)")
	if strings.Contains(h.words(), "raw words") {
		t.Error("the raw cause is in the headline")
	}
	h.picture("halt")
	h.tap("Resume")
	h.called("resume all")
	ctl.updates <- core.Update{}
	h.until("the banner to go", func() bool { return !h.w.banner.content.Visible() })
}

// TestPickersOpen: where the desktop has no file dialog, the program's own is shown.
func TestPickersOpen(t *testing.T) {
	for _, label := range []string{"Choose files…", "Choose folder…", "Add files"} {
		h := open(t, newFakeController(), "en", "light")
		h.tap(label)
		h.until(label, func() bool { return h.w.win.Canvas().Overlays().Top() != nil })
		h.tap("Cancel")
	}
	h := open(t, busy(), "ru", "light")
	saveFile(h.w.sh, "SHA256SUMS", nil, func(context.Context, string) error { return nil }, func(string) {})
	h.until("the dialog", func() bool { return strings.Contains(h.words(), "Сохранить как") })
	h.tap("Отмена")
}

func TestTabForAnError(t *testing.T) {
	for code, want := range map[core.Code]settingsTab{
		core.CodeSignInRefused: tabSignIn, core.CodeTLSUntrusted: tabCertificates, core.CodeSecretMissing: tabSignIn,
		core.CodeCertificateExpired: tabCertificates, core.CodeConnectionRefused: tabServer, core.CodeProfileInvalid: tabServer,
	} {
		kind := map[core.Code]core.Kind{
			core.CodeSignInRefused: core.KindAuth, core.CodeTLSUntrusted: core.KindTLS, core.CodeConnectionRefused: core.KindNetwork,
		}[code]
		if kind == "" {
			kind = core.KindConfig
		}
		if got := tabFor(&core.Error{Kind: kind, Code: code}); got != want {
			t.Errorf("%s opens %s, want %s", code, got, want)
		}
	}
	if tabFor(nil) != tabServer {
		t.Error("no error has no tab")
	}
}

func TestLinkStates(t *testing.T) {
	ctl := newFakeController()
	h := open(t, ctl, "en", "light")
	h.w.header.showLink(core.Link{State: core.LinkUnknown})
	h.says("Not connected yet")
	h.w.header.showLink(core.Link{State: core.LinkUp})
	h.says("No TLS")
	h.w.header.showLink(core.Link{State: core.LinkFailed, Err: &core.Error{Code: core.CodeTLSClientRefused, Kind: core.KindTLS}})
	h.says("No connection")
	h.w.header.tapState()
	h.says("The server refused the client certificate.")
}

// TestNotificationsHoldFixedWordsOnly: on some systems a shell reads them.
func TestNotificationsHoldFixedWordsOnly(t *testing.T) {
	ctl := newFakeController()
	evil := transfer(1, "$(reboot).txt", 1, core.StateSending)
	ctl.snapshot = core.Snapshot{Transfers: []core.Transfer{evil, transfer(2, "`id`", 1, core.StateQueued)}}
	h := open(t, ctl, "en", "light")
	h.w.status.background = true
	evil.State = core.StateStored
	failed := transfer(2, "`id`", 1, core.StateFailed)
	failed.Error = &core.Error{Code: core.CodeRejected, ServerText: "$(halt)"}
	apply := func(u core.Update) {
		h.w.apply(change{update: &u})
		h.w.sh.tasks.wg.Wait()
	}
	test.AssertNotificationSent(t, fyne.NewNotification("Ingester", "1 file stored, 1 needs you"), func() {
		apply(core.Update{Changed: []core.Transfer{evil, failed}})
	})
	test.AssertNotificationSent(t, fyne.NewNotification("Ingester", "Uploads have stopped and need you."), func() {
		apply(core.Update{Halt: failed.Error})
	})
	h.w.status = ending{}
	test.AssertNotificationSent(t, nil, func() {
		apply(core.Update{Changed: []core.Transfer{transfer(3, "c", 1, core.StateSending)}})
		apply(core.Update{Changed: []core.Transfer{transfer(3, "c", 1, core.StateStored)}})
	})
}

func TestProfiles(t *testing.T) {
	ctl := newFakeController()
	ctl.profiles["Archive"] = core.Profile{Name: "Archive", Upload: core.UploadSettings{RetentionPolicy: core.RetentionPermanent}}
	h := open(t, ctl, "en", "light")
	h.w.header.use("Archive")
	h.called("use Archive")
	h.until("the profile's retention", func() bool { return h.w.transfers.options.keep.Text == "Permanent" })
	if h.w.header.profile.Text != "Archive" {
		t.Errorf("the header names %q", h.w.header.profile.Text)
	}
	h.w.startSandbox()
	h.until("the sandbox", func() bool { return h.w.header.profile.Text == "Sandbox" })
}

func TestLanguageChangesAtOnce(t *testing.T) {
	ctl := newFakeController()
	ctl.snapshot = showcase(12)
	h := open(t, ctl, "en", "light")
	h.app.Preferences().SetString(prefLanguage, "ru")
	h.w.appearanceChanged()
	h.says("сохранено · проверено")
	h.w.apply(change{link: ctl.link, profile: ctl.current})
	h.says("Подключено")
}

func TestPathsOpenedEarlyAreNotLost(t *testing.T) {
	ctl := newFakeController()
	h := &harness{stage: &stage{t: t, app: newTestApp(t), ctl: ctl, queue: make(chan func(), 64), clock: start()}}
	h.w = New(h.app, ctl, slog.New(slog.DiscardHandler), NewLogBuffer(slog.LevelDebug))
	h.w.post = func(f func()) { h.queue <- f }
	h.w.Open("/early")
	h.w.Open()
	if err := h.w.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.called(`scan ["/early"]`)
	h.w.Open("/late")
	h.called(`scan ["/late"]`)
	h.w.Raise()
	h.w.close()
	h.called("feed closed")
}
