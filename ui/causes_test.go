package ui

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// failing is a program with seven failed files, of three causes.
func failing() *viewtest.Fake {
	ctl := viewtest.NewFake()
	for i, e := range []*core.Error{
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}, {Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413},
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}, {Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503},
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 429}, {Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413}, nil,
	} {
		x := viewtest.Transfer(i+1, fmt.Sprintf("f%d", i+1), 10, core.StateFailed)
		x.Error = e
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, x)
	}
	ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, viewtest.Transfer(9, "ok", 10, core.StateStored))
	return ctl
}

func TestCausesAreCounted(t *testing.T) {
	m := queue.NewModel()
	m.Reset(failing().Snapshot, viewtest.Start())
	var got []string
	for _, c := range m.Causes() {
		code, status := core.Code(""), 0
		if c.Err != nil {
			code, status = c.Err.Code, c.Err.Status
		}
		got = append(got, fmt.Sprintf("%s %d %v", code, status, c.IDs))
	}
	want := []string{"server_busy 503 [t1 t3 t4]", "too_large 413 [t2 t6]", "server_busy 429 [t5]", " 0 [t7]"}
	if !slices.Equal(got, want) {
		t.Errorf("causes %q, want %q", got, want)
	}
}

// TestRetryByCause: each cause has its count, its advice and its button, and
// one button takes them all.
func TestRetryByCause(t *testing.T) {
	ctl := failing()
	h := open(t, ctl, "en", "light")
	h.Tap("Retry failed…")
	h.Says("3 files: the server is busy (503)")
	h.Says("2 files: too large for the server (413)")
	h.Says("1 file: failed")
	h.press(control(fyne.KeyR)) // covered: nothing happens
	h.Tap("Retry now")          // the last of the buttons
	h.Called("retry [t7]")
	h.Says("Queued")
	again := ctl.Snapshot.Transfers[0]
	again.State, again.Error = core.StateQueued, nil
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{again}}, link: ctl.Connection, profile: ctl.Used})
	h.Tap("Retry all (7)")
	h.Called("retry [t3 t4]") // t1 is under way already
	h.Called("retry [t2 t6]")
	h.Called("retry [t5]")

	h = open(t, failing(), "ru", "light")
	h.press(control(fyne.KeyR))
	h.Says("3 файла: сервер занят (503)")
	h.Says("1 файл: ")
}

// TestOneCauseIsRetriedAtOnce: there is nothing to choose.
func TestOneCauseIsRetriedAtOnce(t *testing.T) {
	ctl := failing()
	ctl.Snapshot.Transfers = slices.Delete(ctl.Snapshot.Transfers[:4], 1, 2)
	h := open(t, ctl, "en", "light")
	h.w.transfers.showMenuOf(0)
	h.Choose("Retry failed…")
	h.Called("retry [t1 t3 t4]")
}

func TestQueueOrderByMenuAndKeys(t *testing.T) {
	ctl := viewtest.NewFake()
	for i, s := range []core.State{core.StateSending, core.StateQueued, core.StateWaiting, core.StatePaused, core.StateStored} {
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, viewtest.Transfer(i+1, string(s), 10, s))
	}
	h := open(t, ctl, "en", "light")
	v := h.w.transfers
	v.tapRow("t4", 0)
	v.showMenuOf(3)
	h.Choose("To the front of the queue")
	h.Called("first [t4]")
	h.press(&fyne.ShortcutSelectAll{})
	v.showMenuOf(1)
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
	v.tapRow("t2", 0)
	down()
	h.Called("last [t2]")
	h.w.choose(3)
	asked := len(ctl.Calls())
	up()
	if len(ctl.Calls()) != asked {
		t.Error("moved although the transfers are not shown")
	}
}
