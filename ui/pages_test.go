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
)

// looks are all themes and languages.
var looks = []struct{ language, theme string }{{"en", "light"}, {"en", "dark"}, {"ru", "light"}, {"ru", "dark"}}

func TestEveryPageInEveryLook(t *testing.T) {
	for _, look := range looks {
		t.Run(look.language+" "+look.theme, func(t *testing.T) {
			h := open(t, busy(), look.language, look.theme)
			h.fillLog()
			h.record()
			for i, want := range []map[string]string{
				{"en": "stored · verified", "ru": "сохранено · проверено"},
				{"en": "Stored", "ru": "Сохранён"},
				{"en": "1,281 stored", "ru": "1281 сохранён"},
				{"en": "upload failed, waiting", "ru": "upload failed, waiting"},
			} {
				h.w.choose(i)
				h.until(want[look.language], func() bool { return strings.Contains(spaced(h.words()), want[look.language]) })
			}
		})
	}
}

func history(h *harness) *historyView {
	h.t.Helper()
	h.w.choose(1)
	v := h.w.pages[1].(*historyView)
	h.until("the rows", func() bool { return !v.asking && len(v.rows) > 0 })
	return v
}

func TestHistoryIsSearchedAndCopied(t *testing.T) {
	h := open(t, busy(), "en", "light")
	v := history(h)
	h.says("plate A.tif")
	h.says("2026-11-24")
	h.says("ingester.example:8020")
	if !v.copyID.Disabled() {
		t.Error("there is something to copy without a selection")
	}
	v.list.Select(2)
	h.tap("Copy file ID")
	if got := h.app.Clipboard().Content(); got != "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11" {
		t.Errorf("copied %q", got)
	}
	h.tap("Copy SHA-256")
	if got := h.app.Clipboard().Content(); got != strings.Repeat("0", 64) {
		t.Errorf("copied %q", got)
	}
	chooseItem(t, v.menu(0), "Details…")
	h.until("the details", func() bool { return strings.Contains(h.words(), "/home/a/scans/plate A.tif") })

	h.ctl.remember(nil, nil)
	v.search.SetText(" box-14 ")
	v.search.SetText(" box-15 ")
	h.called(`history "box-15"`)
	h.until("no rows", func() bool { return !v.asking && len(v.rows) == 0 })
	h.says("Nothing matches the filter")
	v.search.SetText("")
	h.until("all", func() bool { return !v.asking })
	h.says("Nothing stored yet")
	if !v.export.Disabled() {
		t.Error("nothing can be exported")
	}
}

func TestHistoryFollowsWhatIsStored(t *testing.T) {
	h := open(t, busy(), "en", "light")
	v := history(h)
	asked := len(h.ctl.calls())
	v.Tick(h.clock)
	if v.asking || len(h.ctl.calls()) != asked {
		t.Error("asked although nothing was stored")
	}
	h.ctl.remember(h.ctl.history[:1], nil)
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{transfer(1, "report.pdf", 1, core.StateStored)}}, link: h.ctl.link, profile: h.ctl.current})
	v.Tick(h.clock)
	h.until("the new rows", func() bool { return len(v.rows) == 1 })
}

func TestHistoryListsItsLimit(t *testing.T) {
	ctl := newFakeController()
	for i := range historyLimit + 1 {
		ctl.history = append(ctl.history, transfer(i, fmt.Sprint(i), 1, core.StateStored))
	}
	h := open(t, ctl, "en", "light")
	if v := history(h); len(v.rows) != historyLimit {
		t.Errorf("%d rows", len(v.rows))
	}
	h.says("The newest 2,000 files are listed")
}

func TestHistoryFailureIsSaid(t *testing.T) {
	h := open(t, newFakeController(), "en", "light")
	h.ctl.remember(h.ctl.history, &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged, Err: errors.New("raw")})
	h.w.choose(1)
	h.until("the error", func() bool { return strings.Contains(h.words(), "An entry of the queue is damaged") })
}

func TestExportWritesEverythingThatMatches(t *testing.T) {
	h := open(t, busy(), "en", "light")
	v := history(h)
	v.search.SetText("box")
	for _, e := range exports {
		path := filepath.Join(t.TempDir(), "Выгрузка 1.txt")
		h.ctl.dialogs.pick = func(_ context.Context, q FileQuestion) ([]string, error) {
			if !q.Save || q.Name != e.file || q.Title != "Save as" {
				t.Errorf("asked %+v", q)
			}
			return []string{path}, nil
		}
		v.showExport()
		h.choose(v.sh.text.s(e.key))
		h.called(fmt.Sprintf(`export history %s "box" 0`, e.format))
		want := string(e.format) + " \"box\"\n"
		h.until(e.file, func() bool { raw, _ := os.ReadFile(path); return string(raw) == want })
		h.until("the words", v.notice.content.Visible)
		if got, want := v.notice.words.words, "Saved as Выгрузка 1.txt in "+filepath.Dir(path); got != want || v.notice.button.Text != "Show in folder" {
			t.Errorf("it says %q and offers %q, want %q", got, v.notice.button.Text, want)
		}
		h.tap("Show in folder")
		v.notice.hide()
	}
}

// TestAFailingExportLeavesWhatWasThere: half an export is none.
func TestAFailingExportLeavesWhatWasThere(t *testing.T) {
	h := open(t, busy(), "en", "light")
	v := history(h)
	path := filepath.Join(t.TempDir(), "history.csv")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.ctl.dialogs.pick = func(context.Context, FileQuestion) ([]string, error) { return []string{path}, nil }
	h.ctl.verbErr = &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged}
	v.showExport()
	h.choose("As a table (CSV)")
	h.until("the error", func() bool { return strings.Contains(h.words(), "An entry of the queue is damaged") })
	h.tap("OK")
	if v.notice.content.Visible() {
		t.Errorf("it says %q", v.notice.words.words)
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "before" {
		t.Errorf("the file holds %q, %v", raw, err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	h.ctl.dialogs.pick = func(context.Context, FileQuestion) ([]string, error) {
		return []string{filepath.Join(path, "no folder")}, nil
	}
	v.showExport()
	h.choose("As a table (CSV)")
	h.until("the error", func() bool { return strings.Contains(h.words(), "The file can't be written") })
}

func TestLogIsFilteredSearchedAndCopied(t *testing.T) {
	h := open(t, newFakeController(), "en", "light")
	h.w.choose(3)
	v := h.w.pages[3].(*logView)
	h.says("Nothing logged yet")
	log := slog.New(h.w.buffer)
	log.Debug("looking", "path", "/a b")
	log.Info("file stored", "secret", core.NewSecret("hunter2"))
	log.With("transfer", 7).WithGroup("http").Warn("slow", "status", 503, "msg", "x")
	log.Error("failed\x1b[2J", "error", errors.New("no\nroute"))
	v.Tick(h.clock)
	for _, want := range []string{"looking", `path="/a b"`, "secret=[redacted]", "transfer=7 http.status=503 http.msg=x", "failed␣[2J", `error="no\nroute"`, "WARN"} {
		h.says(want)
	}
	if strings.Contains(h.words(), "hunter2") {
		t.Error("a secret is in the log")
	}
	v.setLevel(slog.LevelWarn)
	h.says("Show: warnings and errors")
	if len(v.visible) != 2 {
		t.Errorf("%d entries", len(v.visible))
	}
	v.search.SetText("SLOW")
	h.tap("Copy as text")
	if got := h.app.Clipboard().Content(); !strings.HasSuffix(got, "WARN slow transfer=7 http.status=503 http.msg=x\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("copied %q", got)
	}
	v.list.Select(0)
	h.says("Message")
	h.tap("Close")
	v.search.SetText("nothing like it")
	h.says("Nothing matches the filter")
	v.showLevels()
	h.says("no debugging")
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
		h := open(t, fresh(), "en", "light")
		h.until("the choices", func() bool { return strings.Contains(h.words(), "Welcome to Ingester") })
		return h
	}
	over := func(h *harness, profile string) {
		h.t.Helper()
		h.until("the end of the first run", func() bool { return h.w.first == nil })
		h.until("the profile", func() bool { return h.w.header.profile.Text == profile })
		h.says("Drop files or folders here")
	}
	t.Run("sandbox", func(t *testing.T) {
		h := begin(t)
		h.tap("Start the sandbox")
		h.called("sandbox")
		over(h, "Sandbox")
	})
	t.Run("connect", func(t *testing.T) {
		h := begin(t)
		h.tap("Set up")
		h.says("Step 1 of 4: addresses")
		h.enter("Name", "Archive")
		h.enter("Upload server", "https://ingester.example")
		h.enter("Sign-in server", "https://admin.example")
		h.tap("Next")
		h.enter("Client ID", "sa_1")
		h.enter("Client secret", "s3cret")
		h.tap("Next")
		h.says("Step 3 of 4: certificates")
		h.tap("Next")
		h.called("check https://ingester.example")
		h.tap("Finish")
		h.called(`save "" as "Archive" session=false`)
		h.called("use Archive")
		over(h, "Archive")
		if h.ctl.secrets.Client.Reveal() != "s3cret" {
			t.Error("the secret was not saved")
		}
	})
	t.Run("import", func(t *testing.T) {
		h := begin(t)
		h.w.dropped([]string{filepath.Join(t.TempDir(), "handed-out.toml")})
		h.called("import handed-out.toml")
		h.called("use Imported")
		h.until("the question for its secret", func() bool { return h.w.sh.settings != nil && h.saysNow("Step 1 of 3: sign-in") })
		h.says("Profile Imported")
		over(h, "Imported")
	})
	t.Run("saved before", func(t *testing.T) {
		ctl := fresh()
		for _, name := range []string{"Archive", "Production"} {
			ctl.profiles[name] = core.NewProfile(name)
		}
		h := open(t, ctl, "en", "light")
		h.until("the choices", func() bool { return strings.Contains(h.words(), "Profiles on this computer") })
		h.tap("Production")
		h.called("use Production")
		over(h, "Production")
	})
	t.Run("several saved meanwhile", func(t *testing.T) {
		h := begin(t)
		long := strings.Repeat("Archive of scans ", 3)
		h.ctl.mu.Lock()
		h.ctl.profiles[long], h.ctl.profiles["Production"] = core.NewProfile(long), core.NewProfile("Production")
		h.ctl.mu.Unlock()
		h.app.Lifecycle().(interface{ OnEnteredForeground() func() }).OnEnteredForeground()()
		h.until("the choices", func() bool { return strings.Contains(h.words(), "Profiles on this computer") })
		h.w.win.Resize(fyne.NewSize(640, 420))
		seen(t, h.w.first, func(o fyne.CanvasObject) {
			if b, ok := o.(*quietButton); ok && b.Size().Width < b.MinSize().Width {
				t.Errorf("%q in a button of %v needs %v", b.Text, b.Size().Width, b.MinSize().Width)
			}
		})
		h.tap("Production")
		h.called("use Production")
		over(h, "Production")
	})
	t.Run("saved meanwhile", func(t *testing.T) {
		h := begin(t)
		h.ctl.mu.Lock()
		h.ctl.profiles["Archive"], h.ctl.current = core.NewProfile("Archive"), "Archive"
		h.ctl.mu.Unlock()
		h.w.apply(change{link: h.ctl.link, profile: "Archive"})
		over(h, "Archive")
	})
	t.Run("picker", func(t *testing.T) {
		h := begin(t)
		h.tap("Choose file…")
		h.until("the dialog", func() bool { return strings.Contains(h.words(), "Choose a file") })
	})
	t.Run("failure", func(t *testing.T) {
		h := begin(t)
		h.ctl.verbErr = &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid}
		h.w.takeProfile("/bad.toml")
		h.until("the error", func() bool { return strings.Contains(h.words(), "The profile has a mistake.") })
		if h.w.first == nil {
			t.Error("the choices are gone")
		}
	})
}

// TestShortcutsWorkFromAnEntry: Fyne hands them to the focused widget alone.
func TestShortcutsWorkFromAnEntry(t *testing.T) {
	h := open(t, busy(), "en", "light")
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
	h.until("the settings", func() bool { return h.w.sh.settings != nil })
}

func TestDetailsHaveTheAttempts(t *testing.T) {
	ctl := busy()
	ctl.attempts = map[core.TransferID][]core.Attempt{"t5": {
		{Number: 1, Start: start(), End: start().Add(1500 * time.Millisecond), Sent: 1 << 20, Status: 503, Code: core.CodeServerBusy, Detail: "upload: busy"},
		{Number: 2, Start: start().Add(time.Minute)},
	}}
	h := open(t, ctl, "en", "light")
	h.w.transfers.showDetails("t5")
	h.until("the attempts", func() bool { return strings.Contains(h.words(), "Attempt 2") })
	h.says("1.5 s · 1.0 MiB · the server is busy (503)")
	h.says("upload: busy")
}
