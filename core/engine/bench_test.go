package engine

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

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

// paused are n transfers as a drop of a photo archive gives them.
func paused(n int) []core.Transfer {
	at := time.Date(2026, 3, 1, 9, 0, 0, 123_000_000, time.UTC)
	list := make([]core.Transfer, n)
	for i := range list {
		name := fmt.Sprintf("archive/box-%03d/scan %06d.tiff", i/1000, i)
		list[i] = core.Transfer{
			ID: core.TransferID(fmt.Sprintf("%08x-1111-4222-8333-%012x", uint32(i)*2654435761, i)), Seq: int64(i + 1),
			Source:  core.Source{Path: "/home/anna/pictures/" + name, Name: name, Size: 4096, ModTime: at, FileID: fmt.Sprint("2049:", 1_000_000+i)},
			Options: options(), Server: testServer, State: core.StatePaused, QueuedAt: at,
		}
	}
	return list
}
