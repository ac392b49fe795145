package queue

import (
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func visibleNames(m *Model) []string {
	var names []string
	for i := range m.Len() {
		names = append(names, m.At(i).Name)
	}
	return names
}

func TestModelKeepsTheOrderOfTheQueue(t *testing.T) {
	m := NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{viewtest.Transfer(1, "a", 1, core.StateQueued), viewtest.Transfer(3, "c", 1, core.StateQueued)}}, viewtest.Start())
	m.Apply(core.Update{Changed: []core.Transfer{viewtest.Transfer(4, "d", 1, core.StateQueued), viewtest.Transfer(2, "b", 1, core.StateQueued)}}, viewtest.Start())
	if got := visibleNames(m); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
		t.Errorf("order %v", got)
	}
	m.Apply(core.Update{Removed: []core.TransferID{"t2", "nobody"}}, viewtest.Start())
	if got := visibleNames(m); !slices.Equal(got, []string{"a", "c", "d"}) {
		t.Errorf("after removing %v", got)
	}
	for i := range m.Rows {
		if m.Find(m.Rows[i].ID) != &m.Rows[i] {
			t.Errorf("index of %s is wrong", m.Rows[i].ID)
		}
	}
	if m.At(-1) != nil || m.At(3) != nil || m.Find("t2") != nil {
		t.Error("there are rows where none should be")
	}
}

func TestFilterAndOrder(t *testing.T) {
	m := NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{
		viewtest.Transfer(1, "b.pdf", 30, core.StateStored), viewtest.Transfer(2, "Отчёт.pdf", 10, core.StateFailed),
		viewtest.Transfer(3, "a.txt", 20, core.StateSending), viewtest.Transfer(4, "c.pdf", 40, core.StateUnknown),
	}}, viewtest.Start())
	for _, c := range []struct {
		filter Filter
		want   []string
	}{
		{Filter{}, []string{"b.pdf", "Отчёт.pdf", "a.txt", "c.pdf"}},
		{Filter{Group: GroupAll, Text: " PDF "}, []string{"b.pdf", "Отчёт.pdf", "c.pdf"}},
		{Filter{Text: "отч"}, []string{"Отчёт.pdf"}},
		{Filter{Group: GroupAttention}, []string{"Отчёт.pdf", "c.pdf"}},
		{Filter{Group: GroupUnderWay}, []string{"a.txt"}},
		{Filter{Group: GroupStored, Text: "zzz"}, nil},
		{Filter{Order: OrderName}, []string{"a.txt", "b.pdf", "c.pdf", "Отчёт.pdf"}},
		{Filter{Order: OrderSize, Reverse: true}, []string{"c.pdf", "b.pdf", "a.txt", "Отчёт.pdf"}},
		{Filter{Order: OrderState}, []string{"a.txt", "c.pdf", "Отчёт.pdf", "b.pdf"}},
	} {
		m.SetFilter(c.filter)
		if got := visibleNames(m); !slices.Equal(got, c.want) {
			t.Errorf("%+v shows %v, want %v", c.filter, got, c.want)
		}
	}
}

func TestFilterFollowsAChangeOfState(t *testing.T) {
	m := NewModel()
	m.SetFilter(Filter{Group: GroupUnderWay})
	m.Reset(core.Snapshot{Transfers: []core.Transfer{viewtest.Transfer(1, "a", 1, core.StateSending), viewtest.Transfer(2, "b", 1, core.StateQueued)}}, viewtest.Start())
	before := m.Version
	moving := viewtest.Transfer(1, "a", 1, core.StateSending)
	m.Apply(core.Update{Changed: []core.Transfer{moving}}, viewtest.Start())
	if m.Version != before {
		t.Error("progress alone computed the visible rows again")
	}
	m.Apply(core.Update{Changed: []core.Transfer{viewtest.Transfer(1, "a", 1, core.StateStored)}}, viewtest.Start())
	if got := visibleNames(m); !slices.Equal(got, []string{"b"}) {
		t.Errorf("visible %v", got)
	}
}

// TestTotalsEqualACountFromScratch takes transfers from each state to each other
// and compares the totals with those of a new model.
func TestTotalsEqualACountFromScratch(t *testing.T) {
	states := []core.State{
		core.StateQueued, core.StateSending, core.StateSent, core.StateWaiting, core.StatePaused,
		core.StateStored, core.StateFailed, core.StateUnknown, core.StateCancelled,
	}
	m := NewModel()
	m.Reset(core.Snapshot{}, viewtest.Start())
	for _, from := range states {
		for _, to := range states {
			a, b := viewtest.Transfer(1, "a", 100, from), viewtest.Transfer(1, "a", 100, to)
			a.Sent, b.Sent, b.Attempts = 30, 60, 1
			m.Apply(core.Update{Changed: []core.Transfer{a}}, viewtest.Start())
			m.Apply(core.Update{Changed: []core.Transfer{b, viewtest.Transfer(2, "b", 7, from)}}, viewtest.Start())
			fresh := NewModel()
			fresh.Reset(core.Snapshot{Transfers: []core.Transfer{b, viewtest.Transfer(2, "b", 7, from)}}, viewtest.Start())
			got, want := m.Totals, fresh.Totals
			got.Rate, got.Left, want.Rate, want.Left = 0, 0, 0, 0
			if got != want {
				t.Fatalf("%s to %s: %+v, counted %+v", from, to, got, want)
			}
		}
	}
	m.Apply(core.Update{Removed: []core.TransferID{"t1", "t2"}}, viewtest.Start())
	if got := m.Totals; got.Files != 0 || got.Bytes != 0 || got.Done != 0 || got.Remaining != 0 {
		t.Errorf("nothing is left, but the totals say %+v", got)
	}
}

func TestSpeedAndTimeLeftFollowTheLastSeconds(t *testing.T) {
	m, now := NewModel(), viewtest.Start()
	const size = 1000 << 20
	tr := viewtest.Transfer(1, "big", size, core.StateSending)
	tr.Attempts = 1
	m.Reset(core.Snapshot{Transfers: []core.Transfer{tr}}, now)
	if rate, left := m.Speed(m.At(0), now); rate != 0 || left != 0 {
		t.Errorf("at once: %v, %v", rate, left)
	}
	step := func(bytes int64, n int) {
		for range n {
			now = now.Add(100 * time.Millisecond)
			tr.Sent += bytes
			m.Apply(core.Update{Changed: []core.Transfer{tr}}, now)
		}
	}
	step(1<<20, 60) // 10 MiB/s for 6 s
	rate, left := m.Speed(m.At(0), now)
	if got := rate / (1 << 20); got < 9.5 || got > 10.5 {
		t.Errorf("speed %v MiB/s, want 10", got)
	}
	if want := 94 * time.Second; left < want-3*time.Second || left > want+3*time.Second {
		t.Errorf("time left %v, want %v", left, want)
	}
	step(4<<20, 50) // 40 MiB/s for longer than the window
	if rate, _ = m.Speed(m.At(0), now); rate/(1<<20) < 39 || rate/(1<<20) > 41 {
		t.Errorf("speed %v MiB/s, want 40", rate/(1<<20))
	}
	if total := m.Totals.Rate / (1 << 20); total < 39 || total > 41 {
		t.Errorf("total speed %v MiB/s, want 40", total)
	}
	// It stops: after the window there is no speed and no time left.
	now = now.Add(meterQuiet)
	m.Tick(now)
	now = now.Add(meterQuiet)
	m.Tick(now)
	if m.Totals.Rate != 0 || m.Totals.Left != 0 {
		t.Errorf("nothing moves, but %v bytes/s and %v", m.Totals.Rate, m.Totals.Left)
	}
}

// TestTimeLeftIsEstimatedFirst checks that there is no figure for three seconds,
// and that idle time before does not count.
func TestTimeLeftIsEstimatedFirst(t *testing.T) {
	m, now := NewModel(), viewtest.Start()
	m.Reset(core.Snapshot{}, now)
	for range 10 {
		now = now.Add(time.Second)
		m.Tick(now)
		if m.Totals.Estimating {
			t.Fatal("nothing is under way, but estimated")
		}
	}
	tr := viewtest.Transfer(1, "a", 100<<20, core.StateSending)
	tr.Attempts = 1
	for i := range 60 {
		m.Apply(core.Update{Changed: []core.Transfer{tr}}, now)
		// The first moment of the window is the newest idle one.
		if early := i < 30; m.Totals.Estimating != early || (m.Totals.Left == 0) != early {
			t.Fatalf("after %d tenths: %+v", i, m.Totals)
		}
		if i >= 5 && (m.Totals.Rate < 9<<20 || m.Totals.Rate > 11<<20) {
			t.Fatalf("after %d tenths: %v MiB/s, want 10", i, m.Totals.Rate/(1<<20))
		}
		now = now.Add(100 * time.Millisecond)
		tr.Sent += 1 << 20
	}
	m.Apply(core.Update{Changed: []core.Transfer{tr}, Paused: true}, now)
	if m.Totals.Estimating || m.Totals.Left != 0 {
		t.Errorf("paused: %+v", m.Totals)
	}
}

// meterQuiet is longer than the window of a gauge.
const meterQuiet = gaugeWindow + time.Second

// TestASecondAttemptIsNoProgress checks that the count of a new attempt begins at
// 0, which neither adds the bytes of the one before nor subtracts them.
func TestASecondAttemptIsNoProgress(t *testing.T) {
	m, now := NewModel(), viewtest.Start()
	tr := viewtest.Transfer(1, "a", 1000, core.StateSending)
	tr.Attempts, tr.Sent = 1, 900
	m.Reset(core.Snapshot{Transfers: []core.Transfer{tr}}, now)
	before := m.carried
	tr.Attempts, tr.Sent = 2, 50
	m.Apply(core.Update{Changed: []core.Transfer{tr}}, now.Add(time.Second))
	if got := m.carried - before; got != 50 {
		t.Errorf("%d bytes counted, want the 50 of the new attempt", got)
	}
	if rate, _ := m.Speed(m.At(0), now.Add(time.Second)); rate < 0 {
		t.Errorf("negative speed %v", rate)
	}
	if share := m.At(0).Share(); share > 1 || share != 0.05 {
		t.Errorf("share %v", share)
	}
}

func TestSparklineKeepsTheLastSteps(t *testing.T) {
	m, now := NewModel(), viewtest.Start()
	m.Reset(core.Snapshot{}, now)
	for range SparkLength + 10 {
		now = now.Add(sparkStep)
		m.carried += 5
		m.Tick(now)
	}
	if len(m.Sparkline) != SparkLength || m.Sparkline[0] != 5 || m.Sparkline[SparkLength-1] != 5 {
		t.Errorf("sparkline %v", m.Sparkline)
	}
	m.Tick(now.Add(time.Hour))
	if len(m.Sparkline) != SparkLength || m.Sparkline[SparkLength-1] != 0 {
		t.Errorf("after an hour %v", m.Sparkline)
	}
}

// TestRowIsSmall limits the memory of a list of a hundred thousand rows.
func TestRowIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Row{}); size > 88 {
		t.Errorf("%d bytes", size)
	}
}

// TestAHundredThousandRows checks the counts; BenchmarkApply says how quickly.
func TestAHundredThousandRows(t *testing.T) {
	m, all := NewModel(), viewtest.HundredThousand()
	m.Reset(all, viewtest.Start())
	m.SetFilter(Filter{Group: GroupUnderWay, Order: OrderState})
	var update core.Update
	for i := range 1000 {
		tr := all.Transfers[i*50]
		tr.State = core.StateStored
		update.Changed = append(update.Changed, tr)
	}
	m.Apply(update, viewtest.Start().Add(time.Second))
	if m.Len() != 99_000 || m.Totals.Stored != 1000 {
		t.Errorf("%d visible, %d stored", m.Len(), m.Totals.Stored)
	}
}

func BenchmarkApply(b *testing.B) {
	m, all := NewModel(), viewtest.HundredThousand()
	m.Reset(all, viewtest.Start())
	now, update := viewtest.Start(), core.Update{Changed: slices.Clone(all.Transfers[:64])}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(step)
		for i := range update.Changed {
			update.Changed[i].State, update.Changed[i].Attempts = core.StateSending, 1
		}
		m.Apply(update, now)
	}
}

// TestRowsFollowTheirPlacesInTheQueue checks that rows that are moved to the
// front are there, even if the same update has new files.
func TestRowsFollowTheirPlacesInTheQueue(t *testing.T) {
	m := NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{
		viewtest.Transfer(1, "a", 1, core.StateQueued), viewtest.Transfer(2, "b", 1, core.StateQueued), viewtest.Transfer(3, "c", 1, core.StateQueued),
	}}, viewtest.Start())
	front, back := viewtest.Transfer(3, "c", 1, core.StateQueued), viewtest.Transfer(1, "a", 1, core.StateQueued)
	front.Seq, back.Seq = -5, 9
	m.Apply(core.Update{Changed: []core.Transfer{front, viewtest.Transfer(4, "d", 1, core.StateQueued), back}}, viewtest.Start())
	if got := visibleNames(m); !slices.Equal(got, []string{"c", "b", "d", "a"}) {
		t.Errorf("order %v", got)
	}
	for i := range m.Rows {
		if m.Find(m.Rows[i].ID) != &m.Rows[i] {
			t.Errorf("index of %s is wrong", m.Rows[i].ID)
		}
	}
}
