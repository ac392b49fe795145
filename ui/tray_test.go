package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
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
		"en": {"1 of 12 files · 1 failed · 1 to decide", "-", "Open Ingester", "Pause all", "-", "Quit"},
		"ru": {"1 из 12 файлов · 1 не удался · 1 ждёт решения", "-", "Открыть Ingester", "Пауза", "-", "Выйти"},
	} {
		t.Run(language, func(t *testing.T) {
			ctl := newFakeController()
			ctl.snapshot = showcase(12)
			h, desk := inTray(t, ctl, language, "light")
			h.until("the files in the menu", func() bool { return h.w.tray.drawn.progress != h.w.sh.text.s("status.none") })
			got := labels(desk.menu)
			for i := range want {
				if i >= len(got) || spaced(got[i]) != spaced(want[i]) {
					t.Fatalf("the menu says %q, want %q", got, want)
				}
			}
			if !desk.menu.Items[0].Disabled {
				t.Error("the progress can be chosen")
			}
			if last := desk.menu.Items[len(desk.menu.Items)-1]; !last.IsQuit || len(desk.menu.Items) != len(want) {
				t.Error("Fyne would add a second way to quit")
			}
			if desk.icon == nil || desk.icon.Name() != "ingester-attention.png" {
				t.Error("the icon does not say that someone is needed")
			}
		})
	}
}

func TestTrayActs(t *testing.T) {
	ctl := newFakeController()
	ctl.snapshot = core.Snapshot{Transfers: []core.Transfer{transfer(1, "a", 1, core.StateSending)}}
	h, desk := inTray(t, ctl, "en", "light")
	chooseItem(t, desk.menu, "Pause all")
	h.called("pause all")
	h.w.apply(change{update: &core.Update{Paused: true}})
	if got := labels(desk.menu)[0]; got != "0 of 1 file · paused" {
		t.Errorf("paused, the menu says %q", got)
	}
	chooseItem(t, desk.menu, "Resume all")
	h.called("resume all")
	h.w.hide()
	chooseItem(t, desk.menu, "Open Ingester")
	chooseItem(t, desk.menu, "Quit")
	h.ended()
}

func TestTrayIconSaysWhenSomeoneIsNeeded(t *testing.T) {
	ctl := newFakeController()
	h, desk := inTray(t, ctl, "en", "light")
	icon := func(want string) {
		t.Helper()
		if desk.icon == nil || desk.icon.Name() != want {
			t.Errorf("the icon is %v, want %s", desk.icon, want)
		}
	}
	if desk.icon != nil {
		t.Error("the icon was set before anything has happened")
	}
	one := transfer(1, "a", 1, core.StateQueued)
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{one}, Halt: &core.Error{Code: core.CodeSignInRefused, Kind: core.KindAuth}}})
	icon("ingester-attention.png")
	if got := labels(desk.menu)[0]; got != "0 of 1 file · stopped, needs you" {
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
	if got := labels(desk.menu)[0]; got != "1 of 1 file · all stored" {
		t.Errorf("done, the menu says %q", got)
	}
}

// TestTrayIsNotDrawnAllTheTime: on some desktops an open menu is built again.
func TestTrayIsNotDrawnAllTheTime(t *testing.T) {
	desk := &fakeTray{}
	y := newTray(desk, trayFace{progress: "0"}, nil, nil, nil)
	now := start()
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
		if desk.shown != c.drawn {
			t.Fatalf("step %d: drawn %d times, want %d", i, desk.shown, c.drawn)
		}
	}
	if desk.menu.Items[0].Label != "5" {
		t.Errorf("the menu says %q", desk.menu.Items[0].Label)
	}
}

func TestTrayIsLeftOutWhereTheApplicationHasNone(t *testing.T) {
	h := openWith(t, newFakeController(), "en", "light", func(w *Window) { w.UseTray() })
	if h.w.tray != nil {
		t.Error("a tray without a desktop")
	}
}

// TestBackgroundIsKnown: notifications depend on it.
func TestBackgroundIsKnown(t *testing.T) {
	h, _ := inTray(t, newFakeController(), "en", "light")
	if h.w.status.background {
		t.Error("a shown window counts as hidden")
	}
	hidden := openWith(t, newFakeController(), "en", "light", func(w *Window) { w.inTray = true })
	if !hidden.w.status.background {
		t.Error("a window in the tray counts as shown")
	}
}
