package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// span is a time in which the server is away.
type span struct{ from, length time.Duration }

// outages is a server that is away for a while, again and again. Uploads under
// way are then cut off, or were stored but their answers are lost.
func outages(spans ...span) func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
	begun := time.Now()
	away := func(from, to time.Duration) bool {
		for _, s := range spans {
			if to >= s.from && from < s.from+s.length {
				return true
			}
		}
		return false
	}
	return func(ctx context.Context, s *server, t core.Transfer, n int, p core.Progress) (bool, error) {
		from := time.Since(begun)
		if away(from, from) {
			return false, failure(core.KindNetwork, core.CodeConnectionRefused, core.OutcomeNotProcessed)
		}
		<-time.After(100 * time.Millisecond)
		switch {
		case !away(from, time.Since(begun)):
			return whole(ctx, s, t, n, p)
		case s.attempts(t.ID)%2 == 0:
			return false, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
		}
		return true, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	}
}

// When a server goes away in the middle of 300 files, none is lost, and it takes
// little longer than the server was away.
func TestOutages(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spans  []span
		within time.Duration // after the last outage
	}{
		{"3 s, three times", []span{{200 * time.Millisecond, 3 * time.Second}, {7 * time.Second, 3 * time.Second}, {14 * time.Second, 3 * time.Second}}, 10 * time.Second},
		{"20 s", []span{{500 * time.Millisecond, 20 * time.Second}}, 20 * time.Second},
		{"5 minutes", []span{{500 * time.Millisecond, 5 * time.Minute}}, 5 * time.Minute},
		{"8 hours", []span{{500 * time.Millisecond, 8 * time.Hour}}, 6 * time.Minute},
	} {
		for _, own := range []bool{false, true} { // the window's, a command's
			t.Run(tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newServer()
					s.script = outages(tt.spans...)
					f := begin(t, s, newMemory(), func(c *Config) { c.Own = own })
					f.patience = 24 * time.Hour
					begun := time.Now()
					ids := f.submit(sources(300, 10)...)
					f.awaitState(core.StateStored, ids...)
					last := tt.spans[len(tt.spans)-1]
					if late := time.Since(begun) - last.from - last.length; late > tt.within {
						t.Errorf("stored %v after the server was back, want %v at most", late, tt.within)
					}
					for _, id := range ids {
						if s.committed(id) != 1 {
							t.Errorf("%s is stored %d times", id, s.committed(id))
						}
					}
					if n := s.total() - len(ids); n > 200 {
						t.Errorf("%d attempts failed", n)
					}
					_ = f.stop()
				})
			})
		}
	}
}
