package ui

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
)

// failing is a program with seven failed files, of three causes.
func failing() *fakeController {
	ctl := newFakeController()
	for i, e := range []*core.Error{
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}, {Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413},
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}, {Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503},
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 429}, {Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413}, nil,
	} {
		x := transfer(i+1, fmt.Sprintf("f%d", i+1), 10, core.StateFailed)
		x.Error = e
		ctl.snapshot.Transfers = append(ctl.snapshot.Transfers, x)
	}
	ctl.snapshot.Transfers = append(ctl.snapshot.Transfers, transfer(9, "ok", 10, core.StateStored))
	return ctl
}

func TestCausesAreCounted(t *testing.T) {
	m := newModel()
	m.Reset(failing().snapshot, start())
	var got []string
	for _, c := range m.causes() {
		code, status := core.Code(""), 0
		if c.err != nil {
			code, status = c.err.Code, c.err.Status
		}
		got = append(got, fmt.Sprintf("%s %d %v", code, status, c.ids))
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
	h.tap("Retry failed…")
	h.says("3 files: the server is busy (503)")
	h.says("2 files: too large for the server (413)")
	h.says("1 file: failed")
	h.press(control(fyne.KeyR)) // covered: nothing happens
	h.tap("Retry now")          // the last of the buttons
	h.called("retry [t7]")
	h.says("Queued")
	again := ctl.snapshot.Transfers[0]
	again.State, again.Error = core.StateQueued, nil
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{again}}, link: ctl.link, profile: ctl.current})
	h.tap("Retry all (7)")
	h.called("retry [t3 t4]") // t1 is under way already
	h.called("retry [t2 t6]")
	h.called("retry [t5]")

	h = open(t, failing(), "ru", "light")
	h.press(control(fyne.KeyR))
	h.says("3 файла: сервер занят (503)")
	h.says("1 файл: ")
}

// TestOneCauseIsRetriedAtOnce: there is nothing to choose.
func TestOneCauseIsRetriedAtOnce(t *testing.T) {
	ctl := failing()
	ctl.snapshot.Transfers = slices.Delete(ctl.snapshot.Transfers[:4], 1, 2)
	h := open(t, ctl, "en", "light")
	h.w.transfers.showMenuOf(0)
	h.choose("Retry failed…")
	h.called("retry [t1 t3 t4]")
}

func TestQueueOrderByMenuAndKeys(t *testing.T) {
	ctl := newFakeController()
	for i, s := range []core.State{core.StateSending, core.StateQueued, core.StateWaiting, core.StatePaused, core.StateStored} {
		ctl.snapshot.Transfers = append(ctl.snapshot.Transfers, transfer(i+1, string(s), 10, s))
	}
	h := open(t, ctl, "en", "light")
	v := h.w.transfers
	v.tapRow("t4", 0)
	v.showMenuOf(3)
	h.choose("To the front of the queue")
	h.called("first [t4]")
	h.press(&fyne.ShortcutSelectAll{})
	v.showMenuOf(1)
	h.choose("To the end of the queue (3)")
	h.called("last [t2 t3 t4]")
	move := func(key fyne.KeyName) func() {
		return func() {
			h.press(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift})
		}
	}
	up, down := move(fyne.KeyUp), move(fyne.KeyDown)
	up()
	h.called("first [t2 t3 t4]")
	v.tapRow("t2", 0)
	down()
	h.called("last [t2]")
	h.w.choose(3)
	asked := len(ctl.calls())
	up()
	if len(ctl.calls()) != asked {
		t.Error("moved although the transfers are not shown")
	}
}
