package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
)

// ended waits until the window has been told to end.
func (h *harness) ended() {
	h.t.Helper()
	h.until("the end", func() bool { return h.w.sh.tasks.ctx.Err() != nil })
}

func (h *harness) lives() {
	h.t.Helper()
	if h.w.sh.tasks.ctx.Err() != nil {
		h.t.Error("the program ended although the answer was no")
	}
}

func TestClosingAsksOnlyWhileSomethingIsUnderWay(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*core.Snapshot)
		asks bool
	}{
		{"uploading", func(*core.Snapshot) {}, true},
		{"waiting to retry", func(s *core.Snapshot) { s.Transfers = s.Transfers[4:5] }, true},
		{"stored", func(s *core.Snapshot) { s.Transfers = s.Transfers[3:4] }, false},
		{"paused", func(s *core.Snapshot) { s.Paused = true }, false},
		{"halted", func(s *core.Snapshot) { s.Halt = &core.Error{Code: core.CodeSignInRefused, Kind: core.KindAuth} }, false},
		{"nothing", func(s *core.Snapshot) { s.Transfers = nil }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctl := newFakeController()
			ctl.snapshot = showcase(12)
			c.set(&ctl.snapshot)
			h := open(t, ctl, "en", "light")
			h.w.askClose()
			if !c.asks {
				h.ended()
				return
			}
			h.says("Uploads are running")
			h.says("What is not finished goes on when Ingester is started again.")
			h.w.askClose() // told twice, it asks once
			h.tap("Keep the window")
			h.lives()
			if h.w.win.Canvas().Overlays().Top() != nil {
				t.Error("the question is still there")
			}
			h.w.askClose()
			h.tap("Stop and close")
			h.ended()
		})
	}
}

// inTray opens a window whose desktop can have a tray.
func inTray(t *testing.T, ctl *fakeController, language, theme string) (*harness, *fakeTray) {
	t.Helper()
	var desk *fakeTray
	h := openWith(t, ctl, language, theme, func(w *Window) {
		desk = &fakeTray{App: w.app}
		w.app = desk
		w.UseTray()
	})
	return h, desk
}

func TestClosingOffersTheTrayWhereOneIsShown(t *testing.T) {
	for _, look := range dresses() {
		t.Run(look.name, func(t *testing.T) {
			ctl := newFakeController()
			ctl.snapshot, ctl.desktop.tray = showcase(12), true
			h, _ := inTray(t, ctl, look.language, look.theme)
			s := h.w.sh.text.s
			asked := func() bool { return h.w.closing }
			h.w.askClose()
			h.until("the question", asked)
			h.says(s("close.text.tray"))
			h.picture("closing-tray-" + look.name)
			h.w.win.Resize(fyne.NewSize(640, 420))
			h.picture("small-closing-tray-" + look.name)
			h.tap(s("button.back"))
			h.lives()
			if h.w.status.background {
				t.Error("Back hides the window")
			}
			h.w.askClose()
			h.until("the question", asked)
			h.tap(s("close.tray"))
			h.lives()
			if !h.w.status.background {
				t.Error("the window is not hidden")
			}
			ctl.desktop.tray = false // the panel has gone meanwhile
			h.w.askClose()
			h.until("the question", asked)
			h.says(s("close.text"))
			h.picture("closing-" + look.name)
			h.tap(s("close.stay"))
			h.lives()
			h.w.askClose()
			h.until("the question", asked)
			h.tap(s("close.yes"))
			h.ended()
		})
	}
}

// TestWhatBeganInTheTrayGoesBackThere as long as it is shown.
func TestWhatBeganInTheTrayGoesBackThere(t *testing.T) {
	ctl := newFakeController()
	ctl.desktop.tray = true
	h, _ := inTray(t, ctl, "en", "light")
	h.w.inTray = true
	h.w.askClose()
	h.until("the window to go", func() bool { return h.w.status.background })
	h.lives()
	ctl.desktop.tray = false
	h.w.askClose()
	h.ended()
}
