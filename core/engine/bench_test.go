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

// BenchmarkSmallFiles is what the engine and the real store cost a small file:
// the uploads themselves take no time. Goal: over 5,000 files/s.
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

// BenchmarkMemory is what the queue holds of each of 100,000 paused transfers
// that it has loaded. Goal: with BenchmarkMemory of package ui 400 bytes.
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

// inUse is the memory of the heap in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// paused are n transfers that wait for the user.
func paused(n int) []core.Transfer {
	list := coretest.Archive(n)
	for i := range list {
		list[i].State = core.StatePaused
	}
	return list
}
