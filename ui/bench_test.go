package ui

import (
	"cmp"
	"fmt"
	"runtime"
	"testing"

	"github.com/artstore/ingester/core"
)

// The two sizes of a list whose costs must be alike.
const (
	fewRows  = 1_000
	manyRows = 100_000
)

// manyTransfers are n queued files, as a drop of a photo archive gives them.
func manyTransfers(n int) core.Snapshot {
	return core.Snapshot{Transfers: hundredThousand().Transfers[:n]}
}

// BenchmarkUpdate applies a thousand changes at once to 100,000 rows, in each
// order of the list: what a tenth of a second brings at ten thousand a second.
func BenchmarkUpdate(b *testing.B) {
	for _, o := range []order{orderQueue, orderName, orderSize, orderState} {
		b.Run(cmp.Or(string(o), "queue"), func(b *testing.B) {
			m, all := newModel(), hundredThousand()
			m.Reset(all, start())
			m.SetFilter(filter{order: o})
			now, update := start(), core.Update{}
			for i := range 1000 {
				update.Changed = append(update.Changed, all.Transfers[i*100])
			}
			states := []core.State{core.StateSending, core.StateQueued}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				now = now.Add(drawEvery)
				for k := range update.Changed {
					update.Changed[k].State, update.Changed[k].Attempts = states[i%2], 1
				}
				m.Apply(update, now)
			}
		})
	}
}

// BenchmarkFilter types a name into the filter of 100,000 rows, a letter each
// time, and deletes it again.
func BenchmarkFilter(b *testing.B) {
	m := newModel()
	m.Reset(hundredThousand(), start())
	const text = "img_0123"
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.SetFilter(filter{text: text[:i%(len(text)+1)]})
	}
}

// BenchmarkSort sorts 100,000 rows by each column in turn.
func BenchmarkSort(b *testing.B) {
	for _, o := range []order{orderName, orderSize, orderState} {
		b.Run(string(o), func(b *testing.B) {
			m := newModel()
			m.Reset(hundredThousand(), start())
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.SetFilter(filter{order: o, reverse: i%2 == 1})
			}
		})
	}
}

// BenchmarkReset takes 100,000 transfers over, with their totals: what the
// first snapshot costs.
func BenchmarkReset(b *testing.B) {
	m, all := newModel(), hundredThousand()
	b.ReportAllocs()
	for b.Loop() {
		m.Reset(all, start())
	}
}

// BenchmarkMemory is what the list holds of each of 100,000 transfers, beside
// what it shares with the queue.
func BenchmarkMemory(b *testing.B) {
	all := hundredThousand()
	for b.Loop() {
		before := inUse()
		m := newModel()
		m.Reset(all, start())
		b.ReportMetric(float64(inUse()-before)/manyRows, "B/transfer")
		runtime.KeepAlive(m)
	}
	runtime.KeepAlive(all)
}

// inUse is the memory of the heap in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkTick is what time alone costs, the totals included.
func BenchmarkTick(b *testing.B) {
	m, now := newModel(), start()
	m.Reset(hundredThousand(), start())
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(drawEvery)
		m.Tick(now)
	}
}

// BenchmarkDraw brings a window up to date whose seen rows have all changed.
func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{fewRows, manyRows} {
		b.Run(fmt.Sprint("rows=", n), func(b *testing.B) {
			h := openMany(b, n)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				h.progress(i)
			}
		})
	}
}

// BenchmarkScroll scrolls the list by a page.
func BenchmarkScroll(b *testing.B) {
	for _, n := range []int{fewRows, manyRows} {
		b.Run(fmt.Sprint("rows=", n), func(b *testing.B) {
			h := openMany(b, n)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				h.page(i)
			}
		})
	}
}

// openMany opens a window with n transfers.
func openMany(t testing.TB, n int) *harness {
	ctl := newFakeController()
	ctl.snapshot = manyTransfers(n)
	return open(t, ctl, "en", "light")
}

// progress lets every row that is seen go on.
func (h *harness) progress(step int) {
	h.clock = h.clock.Add(drawEvery)
	var u core.Update
	for i := range h.w.transfers.live {
		tr := h.ctl.snapshot.Transfers[i]
		tr.State, tr.Attempts, tr.Source.Size = core.StateSending, 1, 1<<30
		tr.Sent = int64(step%1000) << 20
		u.Changed = append(u.Changed, tr)
	}
	h.w.apply(change{update: &u, link: h.ctl.link, profile: h.ctl.current})
}

// page scrolls the list by a page, from the top again at its end.
func (h *harness) page(i int) {
	l := h.w.transfers.list
	pages := fewRows / (l.page() + 1)
	l.ScrollTo(i % pages * (l.page() + 1))
}

// TestManyRowsCostNoMoreThanFew: what is seen is drawn, whatever else there is.
func TestManyRowsCostNoMoreThanFew(t *testing.T) {
	costs := map[string][]float64{}
	for _, n := range []int{fewRows, manyRows} {
		h := openMany(t, n)
		for what, do := range map[string]func(int){"draw": h.progress, "scroll": h.page} {
			i := 0
			costs[what] = append(costs[what], testing.AllocsPerRun(30, func() { do(i); i++ }))
		}
	}
	for what, c := range costs {
		if c[1] > c[0]*1.5+100 {
			t.Errorf("%s: %v allocations with %d rows, %v with %d", what, c[0], fewRows, c[1], manyRows)
		}
	}
}

// TestRefreshLoadsNoFonts: Fyne keeps fonts for each scope of a theme, some
// eight megabytes, for ever; so drawing a page anew must make no new scope.
func TestRefreshLoadsNoFonts(t *testing.T) {
	ctl := newFakeController()
	ctl.snapshot = showcase(12)
	h := open(t, ctl, "en", "light")
	held := func(draws int) uint64 {
		for range draws {
			h.w.page.Refresh()
			h.w.win.Canvas().Capture()
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held(1)
	if after := held(3); after > before+12<<20 {
		t.Errorf("drawn three times more, %d MB more are held", (after-before)>>20)
	}
}
