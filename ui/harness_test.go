package ui

import (
	"log/slog"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, viewtest.Lasting()...) }

// harness is the program's window on a stage.
type harness struct {
	*viewtest.Stage
	w *Window
}

// open starts a window in a language and a theme.
func open(t testing.TB, ctl *viewtest.Fake, language, theme string) *harness {
	t.Helper()
	return openWith(t, ctl, language, theme, func(*Window) {})
}

// openWith is open with a window that is prepared before it starts.
func openWith(t testing.TB, ctl *viewtest.Fake, language, theme string, prepare func(*Window)) *harness {
	t.Helper()
	h := &harness{Stage: viewtest.NewStage(t, ctl, language, theme)}
	h.w = New(h.App, ctl, slog.New(slog.DiscardHandler), NewLogBuffer(slog.LevelDebug))
	h.w.post = h.Post
	h.w.now = func() time.Time { return h.Clock }
	prepare(h.w)
	if err := h.w.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Win = h.w.win
	h.Win.Resize(fyne.NewSize(1100, 720))
	t.Cleanup(func() {
		h.w.stop()
		h.End(h.w.close)
	})
	h.Until("the first snapshot", func() bool {
		return len(h.w.model.Rows) == len(ctl.Snapshot.Transfers) && h.w.header.link == ctl.Connection
	})
	return h
}

// working lets ten seconds of sending pass.
func (h *harness) working() {
	for range 24 {
		h.Clock = h.Clock.Add(500 * time.Millisecond)
		var u core.Update
		for i, id := range []core.TransferID{"t1", "t2"} {
			r := h.w.model.Find(id)
			c := viewtest.Showcase(0).Transfers[i]
			c.Sent = min(r.Sent()+int64(i*9+1)*400<<10, c.Source.Size*9/10)
			u.Changed = append(u.Changed, c)
		}
		h.w.apply(change{update: &u, link: h.Ctl.Connection, profile: h.Ctl.Used})
	}
	h.Clock = viewtest.Start().Add(0)
	h.w.show(h.Clock)
}

// press does what a key combination does in the window.
func (h *harness) press(keys fyne.Shortcut) {
	h.T.Helper()
	for _, b := range h.w.bindings() {
		if b.keys.ShortcutName() == keys.ShortcutName() {
			h.w.typedShortcut(keys)
			return
		}
	}
	h.T.Fatalf("%s does nothing", keys.ShortcutName())
}

// openSettings opens the settings dialog.
func (h *harness) openSettings(tab view.Tab) {
	h.T.Helper()
	h.w.sh.OpenSettings(tab)
	h.Until("the settings", func() bool { return h.w.sh.Settings != nil })
}
