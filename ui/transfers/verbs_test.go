package transfers

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestOneCauseIsRetriedAtOnce: there is nothing to choose.
func TestOneCauseIsRetriedAtOnce(t *testing.T) {
	ctl := viewtest.Failing()
	ctl.Snapshot.Transfers = slices.Delete(ctl.Snapshot.Transfers[:4], 1, 2)
	h := open(t, ctl, "en", "light")
	h.v.showMenuOf(0)
	h.Choose("Retry failed…")
	h.Called("retry [t1 t3 t4]")
}

func TestDetailsHaveTheAttempts(t *testing.T) {
	ctl := viewtest.Busy()
	ctl.AttemptsOf = map[core.TransferID][]core.Attempt{"t5": {
		{Number: 1, Start: viewtest.Start(), End: viewtest.Start().Add(1500 * time.Millisecond), Sent: 1 << 20, Status: 503, Code: core.CodeServerBusy, Detail: "upload: busy"},
		{Number: 2, Start: viewtest.Start().Add(time.Minute)},
	}}
	h := open(t, ctl, "en", "light")
	h.v.showDetails("t5")
	h.Until("the attempts", func() bool { return strings.Contains(h.Words(), "Attempt 2") })
	h.Says("1.5 s · 1.0 MiB · the server is busy (503)")
	h.Says("upload: busy")
}

func TestVerbsOfRowsAndKeys(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	v := h.v
	v.tapAction("t1", queue.ActPause, nil)
	h.Tap("Pause now")
	h.Called("pause [t1]")
	v.tapAction("t5", queue.ActRetry, nil)
	h.Called("retry [t5]")
	v.Tap("t9", 0)
	v.Tap("t11", fyne.KeyModifierShift)
	v.Key(&fyne.KeyEvent{Name: fyne.KeySpace})
	h.Called("pause [t9 t10 t11]")
	v.Tap("t10", fyne.KeyModifierShortcutDefault)
	v.Key(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.Called("cancel [t9 t11]")
	v.Tap("t8", 0)
	v.Key(&fyne.KeyEvent{Name: fyne.KeySpace})
	h.Called("resume [t8]")
	v.Tap("t4", 0)
	v.Key(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.Called("remove [t4]")
	v.Key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.Until("the details", func() bool { return strings.Contains(h.Words(), "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11") })
	h.Called("attempts t4")
	h.Tap("Close")
	h.v.RetryFailed()
	h.Called("retry [t7]")
}

// TestCopyOfMany: what is selected is copied, one a line, in the order of the
// queue.
func TestCopyOfMany(t *testing.T) {
	ctl := viewtest.NewFake()
	for i := range 4 {
		x := viewtest.Transfer(i+1, "f", 1, core.StateStored)
		if i != 2 {
			x.Receipt = &core.Receipt{FileID: fmt.Sprint("id-", i+1), SHA256: core.NewChecksum(bytes.Repeat([]byte{byte(i)}, 32))}
		} else {
			x.State = core.StateQueued
		}
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, x)
	}
	h := open(t, ctl, "en", "light")
	v := h.v
	copied := func(row int, item, want string) {
		t.Helper()
		v.showMenuOf(row)
		h.Choose(item)
		if got := h.App.Clipboard().Content(); got != want {
			t.Errorf("%s of row %d copies %q, want %q", item, row, got, want)
		}
	}
	copied(1, "Copy file ID", "id-2")
	v.SelectAll()
	copied(2, "Copy file ID (3)", "id-1\nid-2\nid-4")
	copied(0, "Copy SHA-256 (3)", strings.Repeat("00", 32)+"\n"+strings.Repeat("01", 32)+"\n"+strings.Repeat("03", 32))
}

func TestAnUnknownOutcomeIsSentAgainOnlyAfterAWarning(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	h.v.do(queue.ActRetry, []core.TransferID{"t6"})
	h.Says("the file will be there twice")
	h.Tap("Send it again")
	h.Called("retry [t6]")
}

// TestDropAreaIsTallWhileTheListIsEmpty and a strip above its rows.
func TestDropAreaIsTallWhileTheListIsEmpty(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = core.Snapshot{Transfers: []core.Transfer{viewtest.Transfer(1, "a.pdf", 100, core.StateStored)}}
	h := open(t, ctl, "en", "light")
	if h.v.drop.tall {
		t.Error("the drop area is tall although the list has a row")
	}
	h.apply(core.Update{Removed: []core.TransferID{"t1"}})
	if !h.v.drop.tall {
		t.Error("the drop area is a strip although the list is empty")
	}
}
