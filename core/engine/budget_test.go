package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// No more large files are in flight than can arrive before their tokens expire,
// each reckoned as large as the largest. One may always go, and small files have
// a share of their own.
func TestLaneBudget(t *testing.T) {
	const large, small, tiny = 10 << 20, 512 << 10, 4 << 10
	for _, tt := range []struct {
		name   string
		budget int64
		sizes  []int64
		want   int
	}{
		{"quick enough for all", 8 * large, sizes(20, large), 8},
		{"for three", 3*large + large/2, sizes(20, large), 3},
		{"for less than one", large / 10, sizes(20, large), 1},
		{"for one that is larger than the next", 3 * large, []int64{3 * large, large, large}, 1},
		{"for the next, but not beside a larger one", 5 * large, []int64{large, large, 3 * large, large}, 2},
		{"small, by bytes", 4 * small, sizes(20, small), 4},
		{"small, for less than one", 1, sizes(20, small), 1},
		{"tiny, for less than one", 1, sizes(20, tiny), 20},
		{"large and tiny", large, append(sizes(5, large), sizes(20, tiny)...), 21},
	} {
		l := fill(tt.sizes...)
		l.endpoint.Budget = func(int64) int64 { return tt.budget }
		seqs, runs := claimAll(l)
		if len(seqs) != tt.want {
			t.Errorf("%s: %d at once, want %d", tt.name, len(seqs), tt.want)
		}
		for _, r := range runs {
			l.release(r)
		}
		if len(l.flying) != 0 {
			t.Errorf("%s: %d are still in flight", tt.name, len(l.flying))
		}
	}
}

// While a file is being sent the engine notices that the network is quick enough
// for more.
func TestBudgetGrowsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.budget = 1
		begun, goOn := make(chan struct{}, 8), make(chan struct{})
		s.script = func(_ context.Context, s *server, _ core.Transfer, _ int, p core.Progress) (bool, error) {
			begun <- struct{}{}
			if s.budgetOf() == 1 {
				synctest.Wait() // the others would have begun
				s.with(func(s *server) { s.budget = 1 << 40 })
				p.Sent(1)
			}
			<-goOn
			return true, nil
		}
		f := begin(t, s, newMemory())
		ids := f.submit(sources(8, 10<<20)...)
		start := time.Now()
		for range ids {
			<-begun
		}
		if late := time.Since(start); late > 0 {
			t.Errorf("they began after %v", late)
		}
		close(goOn)
		f.awaitState(core.StateStored, ids...)
		_ = f.stop()
	})
}
