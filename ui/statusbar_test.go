package ui

import (
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestHeldFilesNeedSomeone: what waits for another server than its profile leads
// to is not on its way, is counted for itself, and is among what needs someone.
func TestHeldFilesNeedSomeone(t *testing.T) {
	held, waits := viewtest.Transfer(1, "held", 100, core.StateWaiting), viewtest.Transfer(2, "waits", 10, core.StateWaiting)
	held.Error = &core.Error{Kind: core.KindConfig, Code: core.CodeOtherServer}
	m := queue.NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{held, waits}}, viewtest.Start())
	if s := m.Sum; s.Held != 1 || s.Waiting != 1 || s.Remaining != 10 || s.Bytes != 110 {
		t.Errorf("%+v", s)
	}
	if got := troubleText(viewtest.English(t), m.Sum); got != "1 waits for another server" {
		t.Error(got)
	}
	m.SetFilter(queue.Filter{Group: queue.GroupAttention})
	if m.Len() != 1 || m.At(0).ID != "t1" {
		t.Errorf("%d rows are visible", m.Len())
	}
	held.State, held.Error = core.StateQueued, nil // it goes on
	m.Apply(core.Update{Changed: []core.Transfer{held}, Removed: []core.TransferID{"t2"}}, viewtest.Start())
	if s := m.Sum; s.Held != 0 || !s.Unfinished() || m.Len() != 0 {
		t.Errorf("%+v", s)
	}
	held.State, held.Error = core.StateWaiting, &core.Error{Code: core.CodeOtherServer}
	m.Apply(core.Update{Changed: []core.Transfer{held}}, viewtest.Start())
	if m.Sum.Unfinished() {
		t.Error("it is called under way")
	}
}

// TestKeptOtherwiseIsCounted: where all is stored, it is said how much of it is
// kept otherwise than asked, until that is no longer so.
func TestKeptOtherwiseIsCounted(t *testing.T) {
	differs, plainly := viewtest.Transfer(1, "a", 100, core.StateStored), viewtest.Transfer(2, "b", 10, core.StateStored)
	differs.Receipt = differingReceipt()
	m := queue.NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{differs, plainly}}, viewtest.Start())
	if got := doneText(viewtest.English(t), m.Sum); got != "all stored, 1 otherwise than asked" {
		t.Error(got)
	}
	if got := doneText(viewtest.Speaking(t, "ru"), m.Sum); got != "всё сохранено, 1 не так, как запрошено" {
		t.Error(got)
	}
	differs.Receipt = &core.Receipt{FileID: "id-1"}
	m.Apply(core.Update{Changed: []core.Transfer{differs}}, viewtest.Start())
	if got := doneText(viewtest.English(t), m.Sum); got != "all stored" {
		t.Error(got)
	}
}
