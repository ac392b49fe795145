package ui

import (
	"log/slog"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// Fyne's caches and its settings' watcher live as long as the process.
		goleak.IgnoreAnyFunction("fyne.io/fyne/v2/internal/async.(*UnboundedChan[...]).processing"),
		goleak.IgnoreAnyFunction("fyne.io/fyne/v2/test.(*testSettings).AddChangeListener"))
}

// harness is the program's window on a stage.
type harness struct {
	*stage
	w *Window
}

// open starts a window in a language and a theme.
func open(t testing.TB, ctl *fakeController, language, theme string) *harness {
	t.Helper()
	return openWith(t, ctl, language, theme, func(*Window) {})
}

// openWith is open with a window that is prepared before it starts.
func openWith(t testing.TB, ctl *fakeController, language, theme string, prepare func(*Window)) *harness {
	t.Helper()
	h := &harness{stage: newStage(t, ctl, language, theme)}
	h.w = New(h.app, ctl, slog.New(slog.DiscardHandler), NewLogBuffer(slog.LevelDebug))
	h.w.post = h.post
	h.w.now = func() time.Time { return h.clock }
	prepare(h.w)
	if err := h.w.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.win = h.w.win
	h.win.Resize(fyne.NewSize(1100, 720))
	t.Cleanup(func() {
		h.w.stop()
		h.end(h.w.close)
	})
	h.until("the first snapshot", func() bool { return len(h.w.model.rows) == len(ctl.snapshot.Transfers) && h.w.header.link == ctl.link })
	return h
}

// working lets ten seconds of sending pass.
func (h *harness) working() {
	for range 24 {
		h.clock = h.clock.Add(500 * time.Millisecond)
		var u core.Update
		for i, id := range []core.TransferID{"t1", "t2"} {
			r := h.w.model.Find(id)
			c := showcase(0).Transfers[i]
			c.Sent = min(r.sent()+int64(i*9+1)*400<<10, c.Source.Size*9/10)
			u.Changed = append(u.Changed, c)
		}
		h.w.apply(change{update: &u, link: h.ctl.link, profile: h.ctl.current})
	}
	h.clock = start().Add(0)
	h.w.show(h.clock)
}

// press does what a key combination does in the window.
func (h *harness) press(keys fyne.Shortcut) {
	h.t.Helper()
	for _, b := range h.w.bindings() {
		if b.keys.ShortcutName() == keys.ShortcutName() {
			h.w.typedShortcut(keys)
			return
		}
	}
	h.t.Fatalf("%s does nothing", keys.ShortcutName())
}

// openSettings opens the settings dialog.
func (h *harness) openSettings(tab settingsTab) {
	h.t.Helper()
	h.w.sh.openSettings(tab)
	h.until("the settings", func() bool { return h.w.sh.settings != nil })
}
