package queue

import (
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// sending is a transfer of 10 MiB of which some bytes were sent.
func sending(seq int, sent int64, state core.State, note string) core.Transfer {
	x := viewtest.Transfer(seq, "f", 10<<20, state)
	x.Sent, x.Attempts, x.Resume = sent, 1, note
	return x
}

// What goes again is what was sent of uploads that the server keeps no part of, now,
// whatever they were before.
func TestCost(t *testing.T) {
	m := NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{
		sending(1, 3<<20, core.StateSending, ""), sending(2, 4<<20, core.StateSending, "note"), sending(3, 0, core.StateSending, ""),
		sending(4, 10<<20, core.StateSent, ""), sending(5, 10<<20, core.StateSent, "note"),
		sending(6, 5<<20, core.StateWaiting, ""), sending(7, 0, core.StateQueued, ""), sending(8, 10<<20, core.StateStored, ""),
	}}, viewtest.Start())
	want := func(what string, got, want Cost) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	want("all", m.Totals.Stopping, Cost{Files: 1, Bytes: 3 << 20, Doubtful: 1})
	want("some", m.CostOf([]core.TransferID{"t2", "t3", "t6", "t7", "t8", "gone"}), Cost{})
	want("one", m.CostOf([]core.TransferID{"t1", "t7"}), Cost{Files: 1, Bytes: 3 << 20})
	m.Apply(core.Update{Changed: []core.Transfer{sending(1, 5<<20, core.StateSending, ""), sending(3, 1<<20, core.StateSending, ""), sending(4, 0, core.StateStored, "")}}, viewtest.Start())
	want("later", m.Totals.Stopping, Cost{Files: 2, Bytes: 6 << 20})
	m.Apply(core.Update{Changed: []core.Transfer{sending(1, 0, core.StateStored, "")}, Removed: []core.TransferID{"t3"}}, viewtest.Start())
	want("in the end", m.Totals.Stopping, Cost{})
}

func TestCostMatters(t *testing.T) {
	for _, c := range []struct {
		cost Cost
		want bool
	}{
		{Cost{}, false}, {Cost{Files: 1, Bytes: worthAsking - 1}, false}, {Cost{Files: 1, Bytes: worthAsking}, true}, {Cost{Doubtful: 1}, true},
	} {
		if got := c.cost.Matters(); got != c.want {
			t.Errorf("%+v matters: %t", c.cost, got)
		}
	}
}

// What was taken as arrived is neither stored nor in need of anybody.
func TestTakenCountsApart(t *testing.T) {
	m := NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{viewtest.Transfer(1, "a", 1, core.StateTaken), viewtest.Transfer(2, "b", 2, core.StateStored)}}, viewtest.Start())
	if s := m.Totals; s.Files != 2 || s.Stored != 1 || s.Taken != 1 || s.Unknown+s.Failed+s.Active+s.Queued != 0 || s.Unfinished() || s.Done != 2 {
		t.Errorf("the totals are %+v", s)
	}
	for g, want := range map[Group]int{GroupAll: 2, GroupStored: 1, GroupTaken: 1, GroupUnderWay: 0, GroupAttention: 0} {
		if m.SetFilter(Filter{Group: g}); m.Len() != want {
			t.Errorf("%s shows %d rows, want %d", g, m.Len(), want)
		}
	}
}
