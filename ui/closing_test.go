package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// ended waits until the window has been told to end.
func (h *harness) ended() {
	h.T.Helper()
	h.Until("the end", func() bool { return h.w.host.Tasks.Context.Err() != nil })
}

func (h *harness) lives() {
	h.T.Helper()
	if h.w.host.Tasks.Context.Err() != nil {
		h.T.Error("the program ended although the answer was no")
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
		{"paused", func(s *core.Snapshot) { s.Paused, s.Transfers = true, s.Transfers[4:] }, false},
		{"pauses after what is under way", func(s *core.Snapshot) { s.Paused = true }, true},
		{"halted", func(s *core.Snapshot) { s.Halt = &core.Error{Code: core.CodeSignInRefused, Kind: core.KindAuth} }, false},
		{"nothing", func(s *core.Snapshot) { s.Transfers = nil }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctl := viewtest.NewFake()
			ctl.Snapshot = viewtest.Showcase(12)
			c.set(&ctl.Snapshot)
			h := open(t, ctl, "en", "light")
			h.w.askClose()
			if !c.asks {
				h.ended()
				return
			}
			h.Says("Uploads are running")
			if ctl.Snapshot.Paused {
				h.Says("What is not finished stays paused when Ingester is started again.")
			} else {
				h.Says("What is not finished goes on when Ingester is started again.")
			}
			h.w.askClose() // told twice, it asks once
			h.Tap("Keep the window")
			h.lives()
			if h.w.win.Canvas().Overlays().Top() != nil {
				t.Error("the question is still there")
			}
			h.w.askClose()
			h.Tap("Stop and close")
			h.ended()
		})
	}
}

// Closing says what goes again, if that is worth a word.
func TestClosingSaysWhatItCosts(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(2)
	ctl.Snapshot.Transfers[1].Resume = "note"
	h := open(t, ctl, "en", "light")
	h.w.askClose()
	h.Says("8.8 MiB go again: 1 file that is being sent begins from its start.")
	h.DialogFits()
	h.Tap("Keep the window")
	ctl.Snapshot.Transfers[0].Resume = "note"
	h.w.apply(change{update: &core.Update{Changed: ctl.Snapshot.Transfers[:1]}})
	h.w.askClose()
	if h.SaysNow("go again") {
		t.Error("it says what goes again although all uploads go on")
	}
}

// inTray opens a window whose desktop can have a tray.
func inTray(t *testing.T, ctl *viewtest.Fake, language, theme string) (*harness, *viewtest.Tray) {
	t.Helper()
	var desk *viewtest.Tray
	h := openWith(t, ctl, language, theme, func(w *Window) {
		desk = &viewtest.Tray{App: w.app}
		w.app = desk
		w.UseTray()
	})
	return h, desk
}

func TestClosingOffersTheTrayWhereOneIsShown(t *testing.T) {
	for _, look := range viewtest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			ctl := viewtest.NewFake()
			ctl.Snapshot, ctl.Desktop.Tray = viewtest.Showcase(12), true
			h, _ := inTray(t, ctl, look.Language, look.Theme)
			s := h.w.host.Text.S
			asked := func() bool { return h.w.closing }
			h.w.askClose()
			h.Until("the question", asked)
			h.Says(s("close.text.tray"))
			h.Picture("closing-tray-" + look.Name)
			h.w.win.Resize(fyne.NewSize(640, 420))
			h.Picture("small-closing-tray-" + look.Name)
			h.Tap(s("button.back"))
			h.lives()
			if h.w.status.background {
				t.Error("Back hides the window")
			}
			h.w.askClose()
			h.Until("the question", asked)
			h.Tap(s("close.tray"))
			h.lives()
			if !h.w.status.background {
				t.Error("the window is not hidden")
			}
			ctl.Desktop.Tray = false // the panel has gone meanwhile
			h.w.askClose()
			h.Until("the question", asked)
			h.Says(s("close.text"))
			h.Picture("closing-" + look.Name)
			h.Tap(s("close.stay"))
			h.lives()
			h.w.askClose()
			h.Until("the question", asked)
			h.Tap(s("close.yes"))
			h.ended()
		})
	}
}

// TestWhatBeganInTheTrayGoesBackThere as long as there is a tray.
func TestWhatBeganInTheTrayGoesBackThere(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Desktop.Tray = true
	h, _ := inTray(t, ctl, "en", "light")
	h.w.inTray = true
	h.w.askClose()
	h.Until("the window to go", func() bool { return h.w.status.background })
	h.lives()
	ctl.Desktop.Tray = false
	h.w.askClose()
	h.ended()
}
