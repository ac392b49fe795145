package transfers

import (
	"fmt"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// The two sizes of a list whose costs must be alike.
const (
	fewRows  = 1_000
	manyRows = 100_000
)

// manyTransfers are n queued files, as a drop of a photo archive gives them.
func manyTransfers(n int) core.Snapshot {
	return core.Snapshot{Transfers: viewtest.HundredThousand().Transfers[:n]}
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
	ctl := viewtest.NewFake()
	ctl.Snapshot = manyTransfers(n)
	return open(t, ctl, "en", "light")
}

// progress lets every row that is seen go on.
func (h *harness) progress(step int) {
	h.Clock = h.Clock.Add(250 * time.Millisecond)
	var u core.Update
	for i := range h.v.live {
		tr := h.Ctl.Snapshot.Transfers[i]
		tr.State, tr.Attempts, tr.Source.Size = core.StateSending, 1, 1<<30
		tr.Sent = int64(step%1000) << 20
		u.Changed = append(u.Changed, tr)
	}
	h.apply(u)
}

// page scrolls the list by a page, from the top again at its end.
func (h *harness) page(i int) {
	l := h.v.list
	pages := fewRows / (l.Page() + 1)
	l.ScrollTo(i % pages * (l.Page() + 1))
}

// TestManyRowsCostNoMoreThanFew checks that only rows in sight are drawn.
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
