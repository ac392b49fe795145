package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// labels are what a menu says, "-" for a separator.
func labels(m *fyne.Menu) []string {
	var out []string
	for _, item := range m.Items {
		if item.IsSeparator {
			out = append(out, "-")
		} else {
			out = append(out, item.Label)
		}
	}
	return out
}

func TestTrayMenu(t *testing.T) {
	for language, want := range map[string][]string{
		"en": {"1 of 12 files · 1 failed · 1 to decide", "-", "Open Ingester", "Pause all after the files being sent", "-", "Quit"},
		"ru": {"1 из 12 файлов · 1 не удался · 1 ждёт решения", "-", "Открыть Ingester", "Пауза после отправляемых файлов", "-", "Выйти"},
	} {
		t.Run(language, func(t *testing.T) {
			ctl := viewtest.NewFake()
			ctl.Snapshot = viewtest.Showcase(12)
			h, desk := inTray(t, ctl, language, "light")
			h.Until("the files in the menu", func() bool { return h.w.tray.drawn.progress != h.w.host.Text.S("status.none") })
			got := labels(desk.Menu)
			for i := range want {
				if i >= len(got) || viewtest.Spaced(got[i]) != viewtest.Spaced(want[i]) {
					t.Fatalf("the menu says %q, want %q", got, want)
				}
			}
			if !desk.Menu.Items[0].Disabled {
				t.Error("the progress can be chosen")
			}
			if last := desk.Menu.Items[len(desk.Menu.Items)-1]; !last.IsQuit || len(desk.Menu.Items) != len(want) {
				t.Error("Fyne would add a second way to quit")
			}
			if desk.Symbol == nil || desk.Symbol.Name() != "ingester-attention.png" {
				t.Error("the icon does not say that someone is needed")
			}
		})
	}
}

func TestTrayActs(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = core.Snapshot{Transfers: []core.Transfer{viewtest.Transfer(1, "a", 1, core.StateSending)}}
	h, desk := inTray(t, ctl, "en", "light")
	viewtest.ChooseItem(t, desk.Menu, "Pause all")
	h.Called("pause all")
	h.w.apply(change{update: &core.Update{Paused: true}})
	if got := labels(desk.Menu)[0]; got != "0 of 1 file · pauses after 1 file" {
		t.Errorf("paused, the menu says %q", got)
	}
	viewtest.ChooseItem(t, desk.Menu, "Resume all")
	h.Called("resume all")
	h.w.hide()
	viewtest.ChooseItem(t, desk.Menu, "Open Ingester")
	viewtest.ChooseItem(t, desk.Menu, "Quit")
	h.ended()
}

// In the tray no question can be asked: what is being sent comes to its end if a pause
// would cost something, and the menu says so.
func TestTrayPausesHarmlessly(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(2)
	h, desk := inTray(t, ctl, "en", "light")
	h.Until("the files in the menu", func() bool { return h.w.tray.drawn.pause != h.w.host.Text.S("header.pause") })
	viewtest.ChooseItem(t, desk.Menu, "Pause all after the files being sent")
	h.Called("pause all after")
	h.Until("the pause", func() bool { return h.w.model.Paused })
	if got := labels(desk.Menu); got[3] != "Resume all" || !strings.Contains(viewtest.Spaced(got[0]), "pauses after 3 files") {
		t.Errorf("the menu says %q", got)
	}
	if h.w.win.Canvas().Overlays().Top() != nil {
		t.Error("the window asks")
	}
}

func TestTrayIconSaysWhenSomeoneIsNeeded(t *testing.T) {
	ctl := viewtest.NewFake()
	h, desk := inTray(t, ctl, "en", "light")
	icon := func(want string) {
		t.Helper()
		if desk.Symbol == nil || desk.Symbol.Name() != want {
			t.Errorf("the icon is %v, want %s", desk.Symbol, want)
		}
	}
	if desk.Symbol != nil {
		t.Error("the icon was set before anything has happened")
	}
	one := viewtest.Transfer(1, "a", 1, core.StateQueued)
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{one}, Halt: &core.Error{Code: core.CodeSignInRefused, Kind: core.KindAuth}}})
	icon("ingester-attention.png")
	if got := labels(desk.Menu)[0]; got != "0 of 1 file · stopped, needs you: sign-in refused" {
		t.Errorf("halted, the menu says %q", got)
	}
	h.w.apply(change{update: &core.Update{}})
	icon("ingester-256.png")
	one.State = core.StateFailed
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{one}}})
	icon("ingester-attention.png")
	one.State = core.StateStored
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{one}}})
	icon("ingester-256.png")
	if got := labels(desk.Menu)[0]; got != "1 of 1 file · all stored" {
		t.Errorf("done, the menu says %q", got)
	}
}

// TestTrayIsNotDrawnAllTheTime, since some desktops build an open menu again each
// time.
func TestTrayIsNotDrawnAllTheTime(t *testing.T) {
	desk := &viewtest.Tray{}
	y := newTray(desk, trayFace{progress: "0"}, nil, nil, nil)
	now := viewtest.Start()
	for i, c := range []struct {
		after time.Duration
		face  trayFace
		drawn int
	}{
		{0, trayFace{progress: "0"}, 1},
		{time.Second, trayFace{progress: "1"}, 2}, // the first change
		{time.Second, trayFace{progress: "2"}, 2},
		{time.Second, trayFace{progress: "3", pause: "Resume all"}, 3}, // what is not progress is drawn at once
		{time.Second, trayFace{progress: "4", pause: "Resume all"}, 3},
		{trayEvery, trayFace{progress: "5", pause: "Resume all"}, 4},
		{trayEvery, trayFace{progress: "5", pause: "Resume all"}, 4},
	} {
		now = now.Add(c.after)
		y.show(c.face, now)
		if desk.Shown != c.drawn {
			t.Fatalf("step %d: drawn %d times, want %d", i, desk.Shown, c.drawn)
		}
	}
	if desk.Menu.Items[0].Label != "5" {
		t.Errorf("the menu says %q", desk.Menu.Items[0].Label)
	}
}

func TestTrayIsLeftOutWhereTheApplicationHasNone(t *testing.T) {
	h := openWith(t, viewtest.NewFake(), "en", "light", func(w *Window) { w.UseTray() })
	if h.w.tray != nil {
		t.Error("a tray without a desktop")
	}
}

// TestBackgroundIsKnown checks what decides whether notifications are sent.
func TestBackgroundIsKnown(t *testing.T) {
	h, _ := inTray(t, viewtest.NewFake(), "en", "light")
	if h.w.status.background {
		t.Error("a shown window counts as hidden")
	}
	hidden := openWith(t, viewtest.NewFake(), "en", "light", func(w *Window) { w.inTray = true })
	if !hidden.w.status.background {
		t.Error("a window in the tray counts as shown")
	}
}
