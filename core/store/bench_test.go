package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// stored turns transfers into stored ones.
func stored(list []core.Transfer) []core.Transfer {
	out := make([]core.Transfer, len(list))
	for i, t := range list {
		t.State, t.Attempts, t.FinishedAt = core.StateStored, 1, t.QueuedAt.Add(time.Minute)
		t.Receipt = &core.Receipt{
			FileID: fmt.Sprintf("%08x-aaaa-4bbb-8ccc-%012x", uint32(i)*2246822519, i), Name: t.Source.Name, Size: t.Source.Size,
			SHA256: core.Checksum(fmt.Sprintf("%016x%048x", uint64(i+1)*0x9E3779B97F4A7C15, i)), UploadedAt: t.FinishedAt, HTTP: "HTTP/2.0",
		}
		out[i] = t
	}
	return out
}

// commitChunks commits the transfers n at a time.
func commitChunks(tb testing.TB, s *Store, list []core.Transfer, n int) {
	tb.Helper()
	for len(list) > 0 {
		k := min(n, len(list))
		if err := s.Commit(tb.Context(), core.Batch{Put: list[:k]}); err != nil {
			tb.Fatal(err)
		}
		list = list[k:]
	}
}

// BenchmarkPut queues 100,000 transfers. Goal: under 5 s.
func BenchmarkPut(b *testing.B) {
	list := coretest.Archive(100_000)
	for b.Loop() {
		s := openTest(b)
		commitChunks(b, s, list, 1000)
	}
	b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "transfers/s")
}

// BenchmarkStore moves transfers from queued to stored, including the search index.
func BenchmarkStore(b *testing.B) {
	list := coretest.Archive(20_000)
	done := stored(list)
	for b.Loop() {
		b.StopTimer()
		s := openTest(b)
		commitChunks(b, s, list, 1000)
		b.StartTimer()
		commitChunks(b, s, done, 200)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(len(list)*b.N), "µs/transfer")
}

// BenchmarkRow is what one of 100,000 transfers takes on the disk, its indexes
// included: as it is queued, and stored, then with its receipt and its words in
// the history's search.
func BenchmarkRow(b *testing.B) {
	const n = 100_000
	queued := coretest.Archive(n)
	for _, run := range []struct {
		name  string
		lists [][]core.Transfer
	}{{"queued", [][]core.Transfer{queued}}, {"stored", [][]core.Transfer{queued, stored(queued)}}} {
		b.Run(run.name, func(b *testing.B) {
			for b.Loop() {
				path := filepath.Join(b.TempDir(), "queue.db")
				s := openAt(b, path)
				for _, list := range run.lists {
					commitChunks(b, s, list, 5000)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
				facts, err := os.Stat(path)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(facts.Size())/n, "B/transfer")
			}
		})
	}
}

// BenchmarkCommitOne commits one transfer at a time: the cost of an fsync.
func BenchmarkCommitOne(b *testing.B) {
	s := openTest(b)
	list := coretest.Archive(1)
	for b.Loop() {
		commitChunks(b, s, list, 1)
	}
}

// BenchmarkKnown asks about 100,000 sources that the history has.
func BenchmarkKnown(b *testing.B) {
	s := openTest(b)
	list := coretest.Archive(100_000)
	commitChunks(b, s, list, 5000)
	sources := make([]core.Source, len(list))
	for i := range list {
		sources[i] = list[i].Source
	}
	for b.Loop() {
		if known, err := s.Known(b.Context(), sources); err != nil || len(known) != len(list) {
			b.Fatal(len(known), err)
		}
	}
}
