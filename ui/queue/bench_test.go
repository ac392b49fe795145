package queue

import (
	"cmp"
	"runtime"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// step is the time between two updates of the window.
const step = 250 * time.Millisecond

// BenchmarkUpdate applies a thousand changes at once to 100,000 rows, in each
// order of the list. At ten thousand files a second that is what a tenth of a
// second brings.
func BenchmarkUpdate(b *testing.B) {
	for _, o := range []Order{OrderQueue, OrderName, OrderSize, OrderState} {
		b.Run(cmp.Or(string(o), "queue"), func(b *testing.B) {
			m, all := NewModel(), viewtest.HundredThousand()
			m.Reset(all, viewtest.Start())
			m.SetFilter(Filter{Order: o})
			now, update := viewtest.Start(), core.Update{}
			for i := range 1000 {
				update.Changed = append(update.Changed, all.Transfers[i*100])
			}
			states := []core.State{core.StateSending, core.StateQueued}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				now = now.Add(step)
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
	m := NewModel()
	m.Reset(viewtest.HundredThousand(), viewtest.Start())
	const text = "img_0123"
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.SetFilter(Filter{Text: text[:i%(len(text)+1)]})
	}
}

// BenchmarkSort sorts 100,000 rows by each column in turn.
func BenchmarkSort(b *testing.B) {
	for _, o := range []Order{OrderName, OrderSize, OrderState} {
		b.Run(string(o), func(b *testing.B) {
			m := NewModel()
			m.Reset(viewtest.HundredThousand(), viewtest.Start())
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.SetFilter(Filter{Order: o, Reverse: i%2 == 1})
			}
		})
	}
}

// BenchmarkReset is what the first snapshot costs, of 100,000 transfers.
func BenchmarkReset(b *testing.B) {
	m, all := NewModel(), viewtest.HundredThousand()
	b.ReportAllocs()
	for b.Loop() {
		m.Reset(all, viewtest.Start())
	}
}

// BenchmarkMemory is the memory that the list takes for each of 100,000
// transfers, without what it shares with the snapshot.
func BenchmarkMemory(b *testing.B) {
	all := viewtest.HundredThousand()
	for b.Loop() {
		before := inUse()
		m := NewModel()
		m.Reset(all, viewtest.Start())
		b.ReportMetric(float64(inUse()-before)/float64(len(all.Transfers)), "B/transfer")
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

// BenchmarkTick is what an update without changes costs.
func BenchmarkTick(b *testing.B) {
	m, now := NewModel(), viewtest.Start()
	m.Reset(viewtest.HundredThousand(), viewtest.Start())
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(step)
		m.Tick(now)
	}
}
