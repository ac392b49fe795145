package engine

import (
	"context"
	"testing"

	"github.com/artstore/ingester/core"
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
