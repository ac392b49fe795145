//go:build unix

package store

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// processTime returns the CPU time that the process has used.
func processTime(tb testing.TB) time.Duration {
	tb.Helper()
	var use syscall.Rusage
	must(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &use))
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// BenchmarkLife takes small files through all states, as the engine does: queued, claimed, and
// stored with the attempt's row. Goal: 60 µs of CPU each, so that a small file takes 150 in all.
func BenchmarkLife(b *testing.B) {
	const chunk = 100
	fresh := coretest.Archive(20_000)
	claimed, done, attempts := make([]core.Transfer, len(fresh)), stored(fresh), make([]core.Attempt, len(fresh))
	for i, t := range fresh {
		t.State, t.Attempts, t.StartedAt = core.StateSending, 1, t.QueuedAt.Add(time.Second)
		claimed[i] = t
		done[i].StartedAt = t.StartedAt
		attempts[i] = core.Attempt{Transfer: t.ID, Number: 1, Start: t.StartedAt, End: done[i].FinishedAt, Sent: t.Source.Size, Status: 201}
	}
	var used time.Duration
	for b.Loop() {
		s := openTest(b)
		before := processTime(b)
		commitChunks(b, s, fresh, 1000)
		for at := 0; at < len(fresh); at += chunk {
			must(b, s.Commit(b.Context(), core.Batch{Put: claimed[at : at+chunk]}))
			must(b, s.Commit(b.Context(), core.Batch{Put: done[at : at+chunk], Attempts: attempts[at : at+chunk]}))
		}
		used += processTime(b) - before
	}
	b.ReportMetric(float64(used.Microseconds())/float64(len(fresh)*b.N), "cpu-µs/transfer")
}

// BenchmarkHistory searches a large history for texts of every kind and length that are
// everywhere, in a few entries, or nowhere. Goal: under 100 ms each.
func BenchmarkHistory(b *testing.B) {
	const rows = 1_000_000
	s := openTest(b)
	commitChunks(b, s, stored(coretest.Archive(rows)), 5000)
	for _, text := range []string{"", "tiff", "scan 000007", "box-123/scan 123456", "no such thing",
		"zz", "ж", "q", "000 999 tiff", "4096", "4097", "4.1 KiB", "2026-03-01", "2026-03-02", "23:59", "0a1b", "0a1b2c3d", "scan 9876543"} {
		b.Run(fmt.Sprintf("%q", text), func(b *testing.B) {
			before := processTime(b)
			for b.Loop() {
				if _, err := s.History(b.Context(), core.HistoryQuery{Text: text, Limit: 200}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}
