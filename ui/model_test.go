package ui

import (
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/artstore/ingester/core"
)

func visibleNames(m *model) []string {
	var names []string
	for i := range m.Len() {
		names = append(names, m.At(i).name)
	}
	return names
}

func TestModelKeepsTheOrderOfTheQueue(t *testing.T) {
	m := newModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{transfer(1, "a", 1, core.StateQueued), transfer(3, "c", 1, core.StateQueued)}}, start())
	m.Apply(core.Update{Changed: []core.Transfer{transfer(4, "d", 1, core.StateQueued), transfer(2, "b", 1, core.StateQueued)}}, start())
	if got := visibleNames(m); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
		t.Errorf("order %v", got)
	}
	m.Apply(core.Update{Removed: []core.TransferID{"t2", "nobody"}}, start())
	if got := visibleNames(m); !slices.Equal(got, []string{"a", "c", "d"}) {
		t.Errorf("after removing %v", got)
	}
	for i := range m.rows {
		if m.Find(m.rows[i].id) != &m.rows[i] {
			t.Errorf("index of %s is wrong", m.rows[i].id)
		}
	}
	if m.At(-1) != nil || m.At(3) != nil || m.Find("t2") != nil {
		t.Error("there are rows where none should be")
	}
}

func TestFilterAndOrder(t *testing.T) {
	m := newModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{
		transfer(1, "b.pdf", 30, core.StateStored), transfer(2, "Отчёт.pdf", 10, core.StateFailed),
		transfer(3, "a.txt", 20, core.StateSending), transfer(4, "c.pdf", 40, core.StateUnknown),
	}}, start())
	for _, c := range []struct {
		filter filter
		want   []string
	}{
		{filter{}, []string{"b.pdf", "Отчёт.pdf", "a.txt", "c.pdf"}},
		{filter{group: groupAll, text: " PDF "}, []string{"b.pdf", "Отчёт.pdf", "c.pdf"}},
		{filter{text: "отч"}, []string{"Отчёт.pdf"}},
		{filter{group: groupAttention}, []string{"Отчёт.pdf", "c.pdf"}},
		{filter{group: groupUnderWay}, []string{"a.txt"}},
		{filter{group: groupStored, text: "zzz"}, nil},
		{filter{order: orderName}, []string{"a.txt", "b.pdf", "c.pdf", "Отчёт.pdf"}},
		{filter{order: orderSize, reverse: true}, []string{"c.pdf", "b.pdf", "a.txt", "Отчёт.pdf"}},
		{filter{order: orderState}, []string{"a.txt", "c.pdf", "Отчёт.pdf", "b.pdf"}},
	} {
		m.SetFilter(c.filter)
		if got := visibleNames(m); !slices.Equal(got, c.want) {
			t.Errorf("%+v shows %v, want %v", c.filter, got, c.want)
		}
	}
}

func TestFilterFollowsAChangeOfState(t *testing.T) {
	m := newModel()
	m.SetFilter(filter{group: groupUnderWay})
	m.Reset(core.Snapshot{Transfers: []core.Transfer{transfer(1, "a", 1, core.StateSending), transfer(2, "b", 1, core.StateQueued)}}, start())
	before := m.counter
	moving := transfer(1, "a", 1, core.StateSending)
	m.Apply(core.Update{Changed: []core.Transfer{moving}}, start())
	if m.counter != before {
		t.Error("progress alone computed the visible rows again")
	}
	m.Apply(core.Update{Changed: []core.Transfer{transfer(1, "a", 1, core.StateStored)}}, start())
	if got := visibleNames(m); !slices.Equal(got, []string{"b"}) {
		t.Errorf("visible %v", got)
	}
}

// TestTotalsEqualACountFromScratch lets transfers take every legal way and
// compares the running totals with a new model's.
func TestTotalsEqualACountFromScratch(t *testing.T) {
	states := []core.State{
		core.StateQueued, core.StateSending, core.StateSent, core.StateWaiting, core.StatePaused,
		core.StateStored, core.StateFailed, core.StateUnknown, core.StateCancelled,
	}
	m := newModel()
	m.Reset(core.Snapshot{}, start())
	for _, from := range states {
		for _, to := range states {
			a, b := transfer(1, "a", 100, from), transfer(1, "a", 100, to)
			a.Sent, b.Sent, b.Attempts = 30, 60, 1
			m.Apply(core.Update{Changed: []core.Transfer{a}}, start())
			m.Apply(core.Update{Changed: []core.Transfer{b, transfer(2, "b", 7, from)}}, start())
			fresh := newModel()
			fresh.Reset(core.Snapshot{Transfers: []core.Transfer{b, transfer(2, "b", 7, from)}}, start())
			got, want := m.sum, fresh.sum
			got.Rate, got.Left, want.Rate, want.Left = 0, 0, 0, 0
			if got != want {
				t.Fatalf("%s to %s: %+v, counted %+v", from, to, got, want)
			}
		}
	}
	m.Apply(core.Update{Removed: []core.TransferID{"t1", "t2"}}, start())
	if got := m.sum; got.Files != 0 || got.Bytes != 0 || got.Done != 0 || got.Remaining != 0 {
		t.Errorf("nothing is left, but the totals say %+v", got)
	}
}

// TestHeldFilesNeedSomeone: what waits for another server than its profile leads
// to is not on its way, is counted for itself, and is among what needs someone.
func TestHeldFilesNeedSomeone(t *testing.T) {
	held, waits := transfer(1, "held", 100, core.StateWaiting), transfer(2, "waits", 10, core.StateWaiting)
	held.Error = &core.Error{Kind: core.KindConfig, Code: core.CodeOtherServer}
	m := newModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{held, waits}}, start())
	if s := m.sum; s.Held != 1 || s.Waiting != 1 || s.Remaining != 10 || s.Bytes != 110 {
		t.Errorf("%+v", s)
	}
	if got := troubleText(english(t), m.sum); got != "1 waits for another server" {
		t.Error(got)
	}
	m.SetFilter(filter{group: groupAttention})
	if got := visibleNames(m); !slices.Equal(got, []string{"held"}) {
		t.Errorf("visible %v", got)
	}
	held.State, held.Error = core.StateQueued, nil // it goes on
	m.Apply(core.Update{Changed: []core.Transfer{held}, Removed: []core.TransferID{"t2"}}, start())
	if s := m.sum; s.Held != 0 || !s.Unfinished() || len(visibleNames(m)) != 0 {
		t.Errorf("%+v", s)
	}
	held.State, held.Error = core.StateWaiting, &core.Error{Code: core.CodeOtherServer}
	m.Apply(core.Update{Changed: []core.Transfer{held}}, start())
	if m.sum.Unfinished() {
		t.Error("it is called under way")
	}
}

// TestKeptOtherwiseIsCounted: where all is stored, it is said how much of it is
// kept otherwise than asked, until that is no longer so.
func TestKeptOtherwiseIsCounted(t *testing.T) {
	differs, plainly := transfer(1, "a", 100, core.StateStored), transfer(2, "b", 10, core.StateStored)
	differs.Receipt = differingReceipt()
	m := newModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{differs, plainly}}, start())
	if got := doneText(english(t), m.sum); got != "all stored, 1 otherwise than asked" {
		t.Error(got)
	}
	if got := doneText(speaking(t, "ru"), m.sum); got != "всё сохранено, 1 не так, как запрошено" {
		t.Error(got)
	}
	differs.Receipt = &core.Receipt{FileID: "id-1"}
	m.Apply(core.Update{Changed: []core.Transfer{differs}}, start())
	if got := doneText(english(t), m.sum); got != "all stored" {
		t.Error(got)
	}
}

func TestSpeedAndTimeLeftFollowTheLastSeconds(t *testing.T) {
	m, now := newModel(), start()
	const size = 1000 << 20
	tr := transfer(1, "big", size, core.StateSending)
	tr.Attempts = 1
	m.Reset(core.Snapshot{Transfers: []core.Transfer{tr}}, now)
	if rate, left := m.speed(m.At(0), now); rate != 0 || left != 0 {
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
	rate, left := m.speed(m.At(0), now)
	if got := rate / (1 << 20); got < 9.5 || got > 10.5 {
		t.Errorf("speed %v MiB/s, want 10", got)
	}
	if want := 94 * time.Second; left < want-3*time.Second || left > want+3*time.Second {
		t.Errorf("time left %v, want %v", left, want)
	}
	step(4<<20, 50) // 40 MiB/s for longer than the window
	if rate, _ = m.speed(m.At(0), now); rate/(1<<20) < 39 || rate/(1<<20) > 41 {
		t.Errorf("speed %v MiB/s, want 40", rate/(1<<20))
	}
	if total := m.sum.Rate / (1 << 20); total < 39 || total > 41 {
		t.Errorf("total speed %v MiB/s, want 40", total)
	}
	// It stops: after the window there is no speed and no time left.
	now = now.Add(meterQuiet)
	m.Tick(now)
	now = now.Add(meterQuiet)
	m.Tick(now)
	if m.sum.Rate != 0 || m.sum.Left != 0 {
		t.Errorf("nothing moves, but %v bytes/s and %v", m.sum.Rate, m.sum.Left)
	}
}

// TestTimeLeftIsEstimatedFirst: for three seconds there is no figure, and an
// idle hour before does not count.
func TestTimeLeftIsEstimatedFirst(t *testing.T) {
	m, now := newModel(), start()
	m.Reset(core.Snapshot{}, now)
	for range 10 {
		now = now.Add(time.Second)
		m.Tick(now)
		if m.sum.Estimating {
			t.Fatal("nothing is under way, but estimated")
		}
	}
	tr := transfer(1, "a", 100<<20, core.StateSending)
	tr.Attempts = 1
	for i := range 60 {
		m.Apply(core.Update{Changed: []core.Transfer{tr}}, now)
		// The first moment of the window is the newest idle one.
		if early := i < 30; m.sum.Estimating != early || (m.sum.Left == 0) != early {
			t.Fatalf("after %d tenths: %+v", i, m.sum)
		}
		if i >= 5 && (m.sum.Rate < 9<<20 || m.sum.Rate > 11<<20) {
			t.Fatalf("after %d tenths: %v MiB/s, want 10", i, m.sum.Rate/(1<<20))
		}
		now = now.Add(100 * time.Millisecond)
		tr.Sent += 1 << 20
	}
	m.Apply(core.Update{Changed: []core.Transfer{tr}, Paused: true}, now)
	if m.sum.Estimating || m.sum.Left != 0 {
		t.Errorf("paused: %+v", m.sum)
	}
}

// meterQuiet is longer than the window of a gauge.
const meterQuiet = gaugeWindow + time.Second

// TestASecondAttemptIsNoProgress: what a retry sends again is not counted as
// a jump back or forth.
func TestASecondAttemptIsNoProgress(t *testing.T) {
	m, now := newModel(), start()
	tr := transfer(1, "a", 1000, core.StateSending)
	tr.Attempts, tr.Sent = 1, 900
	m.Reset(core.Snapshot{Transfers: []core.Transfer{tr}}, now)
	before := m.carried
	tr.Attempts, tr.Sent = 2, 50
	m.Apply(core.Update{Changed: []core.Transfer{tr}}, now.Add(time.Second))
	if got := m.carried - before; got != 50 {
		t.Errorf("%d bytes counted, want the 50 of the new attempt", got)
	}
	if rate, _ := m.speed(m.At(0), now.Add(time.Second)); rate < 0 {
		t.Errorf("negative speed %v", rate)
	}
	if share := m.At(0).share(); share > 1 || share != 0.05 {
		t.Errorf("share %v", share)
	}
}

func TestSparklineKeepsTheLastSteps(t *testing.T) {
	m, now := newModel(), start()
	m.Reset(core.Snapshot{}, now)
	for range sparkLength + 10 {
		now = now.Add(sparkStep)
		m.carried += 5
		m.Tick(now)
	}
	if len(m.spark) != sparkLength || m.spark[0] != 5 || m.spark[sparkLength-1] != 5 {
		t.Errorf("sparkline %v", m.spark)
	}
	m.Tick(now.Add(time.Hour))
	if len(m.spark) != sparkLength || m.spark[sparkLength-1] != 0 {
		t.Errorf("after an hour %v", m.spark)
	}
}

// TestRowIsSmall: what a hundred thousand rows take is what one does.
func TestRowIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(row{}); size > 88 {
		t.Errorf("%d bytes", size)
	}
}

// TestAHundredThousandRows keeps count; BenchmarkApply says how quickly.
func TestAHundredThousandRows(t *testing.T) {
	m, all := newModel(), hundredThousand()
	m.Reset(all, start())
	m.SetFilter(filter{group: groupUnderWay, order: orderState})
	var update core.Update
	for i := range 1000 {
		tr := all.Transfers[i*50]
		tr.State = core.StateStored
		update.Changed = append(update.Changed, tr)
	}
	m.Apply(update, start().Add(time.Second))
	if m.Len() != 99_000 || m.sum.Stored != 1000 {
		t.Errorf("%d visible, %d stored", m.Len(), m.sum.Stored)
	}
}

func BenchmarkApply(b *testing.B) {
	m, all := newModel(), hundredThousand()
	m.Reset(all, start())
	now, update := start(), core.Update{Changed: slices.Clone(all.Transfers[:64])}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(drawEvery)
		for i := range update.Changed {
			update.Changed[i].State, update.Changed[i].Attempts = core.StateSending, 1
		}
		m.Apply(update, now)
	}
}

// TestRowsFollowTheirPlacesInTheQueue: what is moved to the front stands
// there, also when new files come with the same change.
func TestRowsFollowTheirPlacesInTheQueue(t *testing.T) {
	m := newModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{
		transfer(1, "a", 1, core.StateQueued), transfer(2, "b", 1, core.StateQueued), transfer(3, "c", 1, core.StateQueued),
	}}, start())
	front, back := transfer(3, "c", 1, core.StateQueued), transfer(1, "a", 1, core.StateQueued)
	front.Seq, back.Seq = -5, 9
	m.Apply(core.Update{Changed: []core.Transfer{front, transfer(4, "d", 1, core.StateQueued), back}}, start())
	if got := visibleNames(m); !slices.Equal(got, []string{"c", "b", "d", "a"}) {
		t.Errorf("order %v", got)
	}
	for i := range m.rows {
		if m.Find(m.rows[i].id) != &m.rows[i] {
			t.Errorf("index of %s is wrong", m.rows[i].id)
		}
	}
}
