package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestRetryByCause checks that each cause has its count, its advice and its button,
// and that one button retries all.
func TestRetryByCause(t *testing.T) {
	ctl := viewtest.Failing()
	h := open(t, ctl, "en", "light")
	h.Tap("Retry failed…")
	h.Says("3 files: the server is busy (503)")
	h.Says("2 files: too large for the server (413)")
	h.Says("1 file: failed")
	h.press(viewtest.Control(fyne.KeyR)) // covered: nothing happens
	h.Tap("Retry now")                   // the last of the buttons
	h.Called("retry [t7]")
	h.Says("Queued")
	again := ctl.Snapshot.Transfers[0]
	again.State, again.Error = core.StateQueued, nil
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{again}}, link: ctl.CurrentLink, profile: ctl.CurrentProfile})
	h.Tap("Retry all (7)")
	h.Called("retry [t3 t4]") // t1 is under way already
	h.Called("retry [t2 t6]")
	h.Called("retry [t5]")

	h = open(t, viewtest.Failing(), "ru", "light")
	h.press(viewtest.Control(fyne.KeyR))
	h.Says("3 файла: сервер занят (503)")
	h.Says("1 файл: ")
}

func TestQueueOrderByMenuAndKeys(t *testing.T) {
	ctl := viewtest.NewFake()
	for i, s := range []core.State{core.StateSending, core.StateQueued, core.StateWaiting, core.StatePaused, core.StateStored} {
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, viewtest.Transfer(i+1, string(s), 10, s))
	}
	h := open(t, ctl, "en", "light")
	v := h.w.transfers
	h.menu("t4")
	h.Choose("To the front of the queue")
	h.Called("first [t4]")
	h.press(&fyne.ShortcutSelectAll{})
	h.Typed(desktop.KeyMenu)
	h.Choose("To the end of the queue (3)")
	h.Called("last [t2 t3 t4]")
	move := func(key fyne.KeyName) func() {
		return func() {
			h.press(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift})
		}
	}
	up, down := move(fyne.KeyUp), move(fyne.KeyDown)
	up()
	h.Called("first [t2 t3 t4]")
	v.Tap("t2", 0)
	down()
	h.Called("last [t2]")
	h.w.choose(3)
	asked := len(ctl.Calls())
	up()
	if len(ctl.Calls()) != asked {
		t.Error("moved although the transfers are not shown")
	}
}
