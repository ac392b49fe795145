package engine

import (
	"context"
	"runtime"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// BenchmarkSubmit queues 100,000 files in the real store. Goal: under 5 s.
func BenchmarkSubmit(b *testing.B) {
	list := sources(100_000, 4096)
	for b.Loop() {
		b.StopTimer()
		f := begin(b, newServer(), openStore(b, ""))
		if err := f.PauseAll(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if n := len(f.submit(list...)); n != len(list) {
			b.Fatal(n)
		}
		b.StopTimer()
		_ = f.stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "files/s")
}

// BenchmarkSmallFiles measures what the engine and the real store cost for each
// small file: the uploads themselves take no time. Goal: over 5,000 files/s.
func BenchmarkSmallFiles(b *testing.B) {
	list := sources(10_000, 4096)
	for b.Loop() {
		b.StopTimer()
		f := begin(b, newServer(), openStore(b, ""))
		if err := f.PauseAll(context.Background()); err != nil {
			b.Fatal(err)
		}
		ids := f.submit(list...)
		b.StartTimer()
		if err := f.ResumeAll(context.Background()); err != nil {
			b.Fatal(err)
		}
		f.awaitState(core.StateStored, ids...)
		b.StopTimer()
		_ = f.stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "files/s")
}

// BenchmarkMemory measures the queue's memory for each of 100,000 paused
// transfers. Goal: 400 bytes together with BenchmarkMemory of ui/queue.
func BenchmarkMemory(b *testing.B) {
	const n = 100_000
	st := openStore(b, "")
	for chunk := range chunks(paused(n)) {
		if err := st.Commit(b.Context(), core.Batch{Put: chunk}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		before := inUse()
		f := begin(b, newServer(), st)
		b.ReportMetric(float64(inUse()-before)/n, "B/transfer")
		_ = f.stop()
	}
}

// BenchmarkShapes is what one of 100,000 queued transfers takes: whole with
// texts of its own, packed as the engine holds it, and handed out by the engine,
// whose texts it shares. docs/architecture.md justifies the shapes by it.
func BenchmarkShapes(b *testing.B) {
	const n = 100_000
	var pack packer
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			b.ReportMetric(perTransfer(n, func() []core.Transfer { return coretest.Archive(n) }), "B/transfer")
		}
	})
	b.Run("packed", func(b *testing.B) {
		all := coretest.Archive(n)
		for b.Loop() {
			b.ReportMetric(perTransfer(n, func() []packed { return packAll(&pack, all) }), "B/transfer")
		}
		runtime.KeepAlive(all)
	})
	b.Run("handed out", func(b *testing.B) {
		held := packAll(&pack, coretest.Archive(n))
		for b.Loop() {
			b.ReportMetric(perTransfer(n, func() []core.Transfer {
				list := make([]core.Transfer, n)
				for i := range held {
					list[i] = held[i].transfer()
				}
				return list
			}), "B/transfer")
		}
		runtime.KeepAlive(held)
	})
}

func packAll(by *packer, all []core.Transfer) []packed {
	list := make([]packed, len(all))
	for i, t := range all {
		list[i] = by.pack(t, packed{})
	}
	return list
}

// perTransfer is the memory of what list makes, by n.
func perTransfer[T any](n int, list func() []T) float64 {
	before := inUse()
	held := list()
	took := inUse() - before
	runtime.KeepAlive(held)
	return float64(took) / float64(n)
}

// inUse returns the heap memory in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// paused returns n paused transfers.
func paused(n int) []core.Transfer {
	list := coretest.Archive(n)
	for i := range list {
		list[i].State = core.StatePaused
	}
	return list
}
