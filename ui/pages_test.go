package ui

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
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
				{"en": "Stored", "ru": "Сохранён"},
				{"en": "1,281 stored", "ru": "1281 сохранён"},
				{"en": "upload failed, waiting", "ru": "upload failed, waiting"},
			} {
				h.w.choose(i)
				h.Until(want[look.language], func() bool { return strings.Contains(viewtest.Spaced(h.Words()), want[look.language]) })
			}
		})
	}
}

func history(h *harness) *historyView {
	h.T.Helper()
	h.w.choose(1)
	v := h.w.pages[1].(*historyView)
	h.Until("the rows", func() bool { return !v.asking && len(v.rows) > 0 })
	return v
}

func TestHistoryIsSearchedAndCopied(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := history(h)
	h.Says("plate A.tif")
	h.Says("2026-11-24")
	h.Says("ingester.example:8020")
	if !v.copyID.Disabled() {
		t.Error("there is something to copy without a selection")
	}
	v.list.Select(2)
	h.Tap("Copy file ID")
	if got := h.App.Clipboard().Content(); got != "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11" {
		t.Errorf("copied %q", got)
	}
	h.Tap("Copy SHA-256")
	if got := h.App.Clipboard().Content(); got != strings.Repeat("0", 64) {
		t.Errorf("copied %q", got)
	}
	viewtest.ChooseItem(t, v.menu(0), "Details…")
	h.Until("the details", func() bool { return strings.Contains(h.Words(), "/home/a/scans/plate A.tif") })

	h.Ctl.Remember(nil, nil)
	v.search.SetText(" box-14 ")
	v.search.SetText(" box-15 ")
	h.Called(`history "box-15"`)
	h.Until("no rows", func() bool { return !v.asking && len(v.rows) == 0 })
	h.Says("Nothing matches the filter")
	v.search.SetText("")
	h.Until("all", func() bool { return !v.asking })
	h.Says("Nothing stored yet")
	if !v.export.Disabled() {
		t.Error("nothing can be exported")
	}
}

func TestHistoryFollowsWhatIsStored(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := history(h)
	asked := len(h.Ctl.Calls())
	v.Tick(h.Clock)
	if v.asking || len(h.Ctl.Calls()) != asked {
		t.Error("asked although nothing was stored")
	}
	h.Ctl.Remember(h.Ctl.Stored[:1], nil)
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{viewtest.Transfer(1, "report.pdf", 1, core.StateStored)}}, link: h.Ctl.Connection, profile: h.Ctl.Used})
	v.Tick(h.Clock)
	h.Until("the new rows", func() bool { return len(v.rows) == 1 })
}

func TestHistoryListsItsLimit(t *testing.T) {
	ctl := viewtest.NewFake()
	for i := range historyLimit + 1 {
		ctl.Stored = append(ctl.Stored, viewtest.Transfer(i, fmt.Sprint(i), 1, core.StateStored))
	}
	h := open(t, ctl, "en", "light")
	if v := history(h); len(v.rows) != historyLimit {
		t.Errorf("%d rows", len(v.rows))
	}
	h.Says("The newest 2,000 files are listed")
}

func TestHistoryFailureIsSaid(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	h.Ctl.Remember(h.Ctl.Stored, &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged, Err: errors.New("raw")})
	h.w.choose(1)
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "An entry of the queue is damaged") })
}

func TestExportWritesEverythingThatMatches(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := history(h)
	v.search.SetText("box")
	for _, e := range exports {
		path := filepath.Join(t.TempDir(), "Выгрузка 1.txt")
		h.Ctl.Dialogs.Pick = func(_ context.Context, q view.FileQuestion) ([]string, error) {
			if !q.Save || q.Name != e.file || q.Title != "Save as" {
				t.Errorf("asked %+v", q)
			}
			return []string{path}, nil
		}
		v.showExport()
		h.Choose(v.sh.Text.S(e.key))
		h.Called(fmt.Sprintf(`export history %s "box" 0`, e.format))
		want := string(e.format) + " \"box\"\n"
		h.Until(e.file, func() bool { raw, _ := os.ReadFile(path); return string(raw) == want })
		h.Until("the words", v.notice.Content.Visible)
		if got, want := v.notice.Words.Words, "Saved as Выгрузка 1.txt in "+filepath.Dir(path); got != want || v.notice.Button.Text != "Show in folder" {
			t.Errorf("it says %q and offers %q, want %q", got, v.notice.Button.Text, want)
		}
		h.Tap("Show in folder")
		v.notice.Hide()
	}
}

// TestAFailingExportLeavesWhatWasThere: half an export is none.
func TestAFailingExportLeavesWhatWasThere(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := history(h)
	path := filepath.Join(t.TempDir(), "history.csv")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Ctl.Dialogs.Pick = func(context.Context, view.FileQuestion) ([]string, error) { return []string{path}, nil }
	h.Ctl.VerbErr = &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged}
	v.showExport()
	h.Choose("As a table (CSV)")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "An entry of the queue is damaged") })
	h.Tap("OK")
	if v.notice.Content.Visible() {
		t.Errorf("it says %q", v.notice.Words.Words)
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "before" {
		t.Errorf("the file holds %q, %v", raw, err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	h.Ctl.Dialogs.Pick = func(context.Context, view.FileQuestion) ([]string, error) {
		return []string{filepath.Join(path, "no folder")}, nil
	}
	v.showExport()
	h.Choose("As a table (CSV)")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "The file can't be written") })
}

func TestLogIsFilteredSearchedAndCopied(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	h.w.choose(3)
	v := h.w.pages[3].(*logView)
	h.Says("Nothing logged yet")
	log := slog.New(h.w.buffer)
	log.Debug("looking", "path", "/a b")
	log.Info("file stored", "secret", core.NewSecret("hunter2"))
	log.With("transfer", 7).WithGroup("http").Warn("slow", "status", 503, "msg", "x")
	log.Error("failed\x1b[2J", "error", errors.New("no\nroute"))
	v.Tick(h.Clock)
	for _, want := range []string{"looking", `path="/a b"`, "secret=[redacted]", "transfer=7 http.status=503 http.msg=x", "failed␣[2J", `error="no\nroute"`, "WARN"} {
		h.Says(want)
	}
	if strings.Contains(h.Words(), "hunter2") {
		t.Error("a secret is in the log")
	}
	v.setLevel(slog.LevelWarn)
	h.Says("Show: warnings and errors")
	if len(v.visible) != 2 {
		t.Errorf("%d entries", len(v.visible))
	}
	v.search.SetText("SLOW")
	h.Tap("Copy as text")
	if got := h.App.Clipboard().Content(); !strings.HasSuffix(got, "WARN slow transfer=7 http.status=503 http.msg=x\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("copied %q", got)
	}
	v.list.Select(0)
	h.Says("Message")
	h.Tap("Close")
	v.search.SetText("nothing like it")
	h.Says("Nothing matches the filter")
	v.showLevels()
	h.Says("no debugging")
}

func TestLogBufferIsBounded(t *testing.T) {
	b := NewLogBuffer(slog.LevelInfo)
	if b.Enabled(context.Background(), slog.LevelDebug) || !b.Enabled(context.Background(), slog.LevelInfo) {
		t.Error("the level is not kept")
	}
	log := slog.New(b)
	if _, _, changed := b.since(0); changed {
		t.Error("an empty buffer changed")
	}
	for i := range logLines + 10 {
		log.Info(fmt.Sprint(i))
	}
	entries, version, changed := b.since(0)
	if !changed || version != logLines+10 || len(entries) != logLines {
		t.Fatalf("%d entries, version %d", len(entries), version)
	}
	if first, last := entries[0].message, entries[logLines-1].message; first != fmt.Sprint(logLines+9) || last != "10" {
		t.Errorf("from %s to %s", first, last)
	}
	if _, _, changed := b.since(version); changed {
		t.Error("changed without a record")
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
		if h.Ctl.Secrets.Client.Reveal() != "s3cret" {
			t.Error("the secret was not saved")
		}
	})
	t.Run("import", func(t *testing.T) {
		h := begin(t)
		h.w.dropped([]string{filepath.Join(t.TempDir(), "handed-out.toml")})
		h.Called("import handed-out.toml")
		h.Called("use Imported")
		h.Until("the question for its secret", func() bool { return h.w.sh.Settings != nil && h.SaysNow("Step 1 of 3: sign-in") })
		h.Says("Profile Imported")
		over(h, "Imported")
	})
	t.Run("saved before", func(t *testing.T) {
		ctl := viewtest.Fresh()
		for _, name := range []string{"Archive", "Production"} {
			ctl.Saved[name] = core.NewProfile(name)
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
		h.Ctl.Mu.Lock()
		h.Ctl.Saved[long], h.Ctl.Saved["Production"] = core.NewProfile(long), core.NewProfile("Production")
		h.Ctl.Mu.Unlock()
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
		h.Ctl.Mu.Lock()
		h.Ctl.Saved["Archive"], h.Ctl.Used = core.NewProfile("Archive"), "Archive"
		h.Ctl.Mu.Unlock()
		h.w.apply(change{link: h.Ctl.Connection, profile: "Archive"})
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

// TestShortcutsWorkFromAnEntry: Fyne hands them to the focused widget alone.
func TestShortcutsWorkFromAnEntry(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	ctrl := func(key fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	}
	h.w.transfers.search.TypedShortcut(ctrl(fyne.Key2))
	if h.w.shown != 1 {
		t.Fatalf("Ctrl+2 shows page %d", h.w.shown)
	}
	v := h.w.pages[1].(*historyView)
	v.search.TypedShortcut(ctrl(fyne.KeyF))
	if h.w.win.Canvas().Focused() != fyne.Focusable(v.search) {
		t.Error("Ctrl+F doesn't go to the search of the page")
	}
	v.search.TypedShortcut(ctrl(fyne.Key3))
	h.w.focusFilter()
	if h.w.shown != 0 {
		t.Error("from a page without a search Ctrl+F goes to the transfers")
	}
	h.w.transfers.options.tags.TypedShortcut(ctrl(fyne.Key4))
	if h.w.shown != 3 {
		t.Error("Ctrl+4 doesn't show the log")
	}
	h.w.typedShortcut(ctrl(fyne.KeyComma))
	h.Until("the settings", func() bool { return h.w.sh.Settings != nil })
}

func TestDetailsHaveTheAttempts(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.Tried = map[core.TransferID][]core.Attempt{"t5": {
		{Number: 1, Start: viewtest.Start(), End: viewtest.Start().Add(1500 * time.Millisecond), Sent: 1 << 20, Status: 503, Code: core.CodeServerBusy, Detail: "upload: busy"},
		{Number: 2, Start: viewtest.Start().Add(time.Minute)},
	}}
	h := open(t, ctl, "en", "light")
	h.w.transfers.showDetails("t5")
	h.Until("the attempts", func() bool { return strings.Contains(h.Words(), "Attempt 2") })
	h.Says("1.5 s · 1.0 MiB · the server is busy (503)")
	h.Says("upload: busy")
}
