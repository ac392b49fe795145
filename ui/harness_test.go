package ui

import (
	"log/slog"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/logs"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
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
	h.w = New(h.App, ctl, slog.New(slog.DiscardHandler), logs.NewBuffer(slog.LevelDebug))
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
		return len(h.w.model.Rows) == len(ctl.Snapshot.Transfers) && h.w.link == ctl.CurrentLink
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
		h.w.apply(change{update: &u, link: h.Ctl.CurrentLink, profile: h.Ctl.CurrentProfile})
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
	h.w.host.OpenSettings(tab)
	h.Until("the settings", func() bool { return h.w.host.Settings != nil })
}

// menu opens the menu of a transfer by its key.
func (h *harness) menu(id core.TransferID) {
	h.w.transfers.Tap(id, 0)
	h.Typed(desktop.KeyMenu)
}

// askAgain leads to the question whether the file of unknown outcome is to be
// sent again.
func (h *harness) askAgain() {
	h.menu("t6")
	h.Choose(h.w.host.Text.S("action.again"))
}

// menuOfDays opens the menu of how long files are kept.
func (h *harness) menuOfDays() {
	t := h.w.host.Text
	h.Tap(t.S("keep.temporary", wording.Args{"Days": t.N("keep.days", core.DefaultTTLDays)}))
}

// askDays leads to the question for how many days files are kept.
func (h *harness) askDays() {
	h.menuOfDays()
	h.Choose(h.w.host.Text.S("keep.other"))
}

// listsHistory waits until the page of the history has its rows.
func (h *harness) listsHistory() {
	h.T.Helper()
	h.Until("the rows", func() bool { return h.SaysNow("2026-11-24 12:00") || h.SaysNow("2026-11-24") })
}
