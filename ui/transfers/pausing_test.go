package transfers

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// underWay has two uploads that begin again from their start, one that goes on, one
// of which little was sent, and one that is queued.
func underWay() *viewtest.Fake {
	ctl := viewtest.NewFake()
	for i, x := range []struct {
		sent int64
		note string
	}{{10 << 20, ""}, {20 << 20, ""}, {30 << 20, "note"}, {1000, ""}} {
		y := viewtest.Transfer(i+1, "f", 100<<20, core.StateSending)
		y.Sent, y.Attempts, y.Resume = x.sent, 1, x.note
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, y)
	}
	ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, viewtest.Transfer(5, "f", 100, core.StateQueued))
	return ctl
}

// verbsOf are the calls that change something.
func verbsOf(ctl *viewtest.Fake) []string {
	return slices.DeleteFunc(ctl.Calls(), func(c string) bool { return strings.HasPrefix(c, "attempts") || strings.HasPrefix(c, "history") })
}

// A pause that costs something says so before, whichever way it is asked for.
func TestPausingSaysWhatItCosts(t *testing.T) {
	for name, pause := range map[string]func(*harness){
		"the button": func(h *harness) { h.v.tapAction("t1", queue.ActPause, nil) },
		"Space": func(h *harness) {
			h.v.Tap("t1", 0)
			h.v.Key(&fyne.KeyEvent{Name: fyne.KeySpace})
		},
		"the menu": func(h *harness) {
			h.v.Tap("t1", 0)
			h.v.showMenuOf(0)
			h.Choose("Pause")
		},
	} {
		for answer, want := range map[string]string{"Pause now": "pause [t1]", "Pause after this file": "pause after [t1]", "Back": ""} {
			h := open(t, underWay(), "en", "light")
			pause(h)
			h.Says("10.0 MiB go again: 1 file that is being sent begins from its start.")
			if got := verbsOf(h.Ctl); len(got) > 0 {
				t.Errorf("%s asks %q before the answer", name, got)
			}
			h.Tap(answer)
			if h.Win.Canvas().Overlays().Top() != nil {
				t.Errorf("%s, %s: the question is still there", name, answer)
			}
			if want != "" {
				h.Called(want)
			} else if got := verbsOf(h.Ctl); len(got) > 0 {
				t.Errorf("%s: Back asks %q", name, got)
			}
		}
	}
}

// What goes on, and what lost next to nothing, is paused at once.
func TestPausingWithoutCosts(t *testing.T) {
	h := open(t, underWay(), "en", "light")
	for _, id := range []core.TransferID{"t3", "t4", "t5"} {
		h.v.tapAction(id, queue.ActPause, nil)
		h.Called("pause [" + string(id) + "]")
	}
}

// The question sums a selection up, is answered harmlessly by Return, and Escape
// changes nothing.
func TestPausingASelection(t *testing.T) {
	h := open(t, underWay(), "en", "light")
	h.v.SelectAll()
	h.v.Key(&fyne.KeyEvent{Name: fyne.KeySpace})
	h.Says("30.0 MiB go again: 3 files that are being sent begin from their start.")
	h.DialogFits()
	h.Typed(fyne.KeyReturn)
	h.Called("pause after [t1 t2 t3 t4 t5]")

	h = open(t, underWay(), "ru", "light")
	h.v.SelectAll()
	h.v.Key(&fyne.KeyEvent{Name: fyne.KeySpace})
	h.Says("30,0 МиБ придётся отправить снова: 3 файла начнутся с начала.")
	h.DialogFits()
	if !h.host.Escape() || len(verbsOf(h.Ctl)) > 0 {
		t.Errorf("Escape asks %q", verbsOf(h.Ctl))
	}
}
