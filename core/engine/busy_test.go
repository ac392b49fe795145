package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
)

// gate stands before a server and refuses requests when there are too many, as
// nginx does.
type gate struct {
	refused int
	took    time.Duration // by each upload
	free    func(s *server, now time.Time) bool
}

// script plays a server behind the gate.
func (g *gate) script(ctx context.Context, s *server, t core.Transfer, n int, p core.Progress) (bool, error) {
	free := false
	s.with(func(s *server) {
		if free = g.free(s, time.Now()); !free {
			g.refused++
		}
	})
	if !free {
		<-time.After(time.Millisecond)
		e := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
		e.Status = 503
		return false, e
	}
	<-time.After(g.took)
	return whole(ctx, s, t, n, p)
}

// limitConn admits n requests at a time.
func limitConn(n int) func(*server, time.Time) bool {
	under := []time.Time{}
	return func(_ *server, now time.Time) bool {
		kept := under[:0]
		for _, until := range under {
			if until.After(now) {
				kept = append(kept, until)
			}
		}
		under = kept
		if len(under) >= n {
			return false
		}
		under = append(under, now.Add(50*time.Millisecond))
		return true
	}
}

// limitReq admits rate requests a second, and a burst beyond that.
func limitReq(rate, burst float64) func(*server, time.Time) bool {
	excess, last := 0.0, time.Time{}
	return func(_ *server, now time.Time) bool {
		if !last.IsZero() {
			excess = max(excess-now.Sub(last).Seconds()*rate, 0)
		}
		last = now
		if excess > burst {
			return false
		}
		excess++
		return true
	}
}

// A server that refuses requests when there are too many is sent less at a time:
// in the end all files arrive, none fails, few are refused, and the server is not
// idle for long.
func TestBusyServerIsSentLess(t *testing.T) {
	for _, tt := range []struct {
		name    string
		streams int
		took    time.Duration
		free    func(*server, time.Time) bool
		refused int
		within  time.Duration
	}{
		{"2 at a time", 0, 50 * time.Millisecond, limitConn(2), 60, 40 * time.Second},
		{"20 a second, 5 at once", 0, 2 * time.Millisecond, limitReq(20, 5), 90, 60 * time.Second},
		{"20 a second, none at once", 0, 2 * time.Millisecond, limitReq(20, 0), 90, 60 * time.Second},
		{"20 a second, a profile's own 1", 1, 2 * time.Millisecond, limitReq(20, 5), 60, 60 * time.Second},
		{"20 a second, 5 at once, and slow", 0, 300 * time.Millisecond, limitReq(20, 5), 150, 60 * time.Second},
		{"1 a second", 0, 10 * time.Millisecond, limitReq(1, 1), 150, 15 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				g := &gate{took: tt.took, free: tt.free}
				s.script, s.streams = g.script, tt.streams
				st := newMemory()
				f := begin(t, s, st)
				f.patience = 24 * time.Hour
				begun := time.Now()
				ids := f.submit(sources(300, 10)...)
				f.awaitState(core.StateStored, ids...)
				took := time.Since(begun)
				t.Logf("%d refused in %v", g.refused, took)
				if g.refused > tt.refused || took > tt.within {
					t.Errorf("%d refused, want %d at most; it took %v, want %v at most", g.refused, tt.refused, took, tt.within)
				}
				for _, id := range ids {
					if s.committed(id) != 1 {
						t.Errorf("%s is stored %d times", id, s.committed(id))
					}
				}
				_ = f.stop()
			})
		})
	}
}

// slowStore is a store on a slow disk.
type slowStore struct{ *memory }

func (s slowStore) Commit(ctx context.Context, b core.Batch) error {
	<-time.After(70 * time.Millisecond)
	return s.memory.Commit(ctx, b)
}

// What falls due while the queue is being saved is not forgotten, such as the
// next file of a limited rate or the end of a pause.
func TestDueWhileSaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := begin(t, s, slowStore{newMemory()})
		f.patience = 10 * time.Minute
		if err := f.do(t.Context(), "limit", func(*tx) error {
			l := f.lane(laneKey{profile: testProfile, to: core.Destination{Server: testServer, Account: testAccount}})
			l.pace.most.set(1)
			l.pace.rate.set(10)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		ids := f.submit(sources(100, 10)...)
		f.awaitState(core.StateStored, ids...)
		_ = f.stop()
	})
}

// Some time after the last of many refusals as many files are in flight as
// before.
func TestRateRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		storm := time.Now().Add(20 * time.Second)
		g := &gate{took: time.Second, free: func(_ *server, now time.Time) bool { return now.After(storm) }}
		s.script = g.script
		f := begin(t, s, newMemory())
		f.patience = 24 * time.Hour
		ids := f.submit(sources(11_000, 10)...)
		<-time.After(5 * time.Minute)
		s.with(func(s *server) { s.most = 0 })
		<-time.After(time.Second)
		s.with(func(s *server) {
			if s.most != smallStreams {
				t.Errorf("%d in flight five minutes later", s.most)
			}
		})
		f.awaitState(core.StateStored, ids...)
		_ = f.stop()
	})
}

// A busy server's refusals never count as a file's failures, however many there
// are.
func TestRefusalsAreNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
		down := failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
		s := newServer()
		s.script = fail(busy, down, busy, busy, down, busy, down, down)
		f := begin(t, s, newMemory())
		f.patience = time.Hour
		begun := time.Now()
		id := f.submit(source("a", 10))[0]
		f.awaitState(core.StateStored, id)
		if took := time.Since(begun); took > 30*time.Second { // between rounds it waits for a minute
			t.Errorf("four failures among refusals took %v", took)
		}
		_ = f.stop()
	})
}

// A file for which no storage has room waits, and others that fit pass it.
func TestNoRoomHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noRoom := failure(core.KindServer, core.CodeNoRoom, core.OutcomeAnswered)
		noRoom.Status, noRoom.RetryAfter = 503, 30*time.Second
		s := newServer()
		room := time.Now().Add(time.Hour)
		s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
			if tr.Source.Size > 20<<20 && time.Now().Before(room) {
				return false, noRoom
			}
			<-time.After(10 * time.Millisecond)
			return whole(ctx, s, tr, n, p)
		}
		f := begin(t, s, newMemory())
		f.patience = 24 * time.Hour
		begun := time.Now()
		var large []core.TransferID
		for i := range 5 {
			large = append(large, f.submit(source(fmt.Sprint("large ", i), 30<<20))...)
		}
		small := f.submit(sources(20, 10)...)
		f.awaitState(core.StateStored, small...)
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("the small ones took %v", took)
		}
		f.awaitState(core.StateStored, large...)
		if took := time.Since(begun); took > time.Hour+20*time.Minute {
			t.Errorf("the large ones took %v", took)
		}
		if n := s.total() - 25; n > 5*12 {
			t.Errorf("%d refusals in an hour", n)
		}
		_ = f.stop()
	})
}

// The server's limits change all the time, on requests under way and on requests
// a second. There is never more in flight than the pace allows, no file waits for
// its next attempt longer than a minute or the server needs for all of them, and all
// are stored once.
func TestBusyWorld(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		conn := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 8).Draw(rt, "at a time")
		rate := rapid.SliceOfN(rapid.IntRange(2, 200), 1, 8).Draw(rt, "a second")
		took := time.Duration(rapid.IntRange(1, 2000).Draw(rt, "ms")) * time.Millisecond
		const files = 150
		longest := max(time.Minute, files*took/time.Duration(slices.Min(conn)))
		var wrong []string
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			begun, under := time.Now(), 0
			var buckets []func(*server, time.Time) bool
			for _, r := range rate {
				buckets = append(buckets, limitReq(float64(r), 2))
			}
			last := map[core.TransferID]time.Time{}
			complain := func(format string, args ...any) {
				s.with(func(*server) { wrong = append(wrong, fmt.Sprintf(format, args...)) })
			}
			var f *fixture
			s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
				free, now := false, time.Now()
				phase := int(now.Sub(begun) / (7 * time.Second))
				active := 0
				s.with(func(s *server) {
					if before, again := last[tr.ID]; again && now.Sub(before) > longest {
						wrong = append(wrong, fmt.Sprintf("%s waited %v for its turn", tr.Source.Name, now.Sub(before)))
					}
					last[tr.ID], active = now, s.active
					if free = under < conn[phase%len(conn)] && buckets[phase%len(rate)](s, now); free {
						under++
					}
				})
				err := f.do(ctx, "look", func(x *tx) error {
					l := f.lane(laneKey{profile: testProfile, to: core.Destination{Server: testServer, Account: testAccount}})
					if most := l.pace.inFlight(smallStreams); active > most && x.now.Sub(l.pace.slowed) > pause {
						complain("%d in flight, where %d may be", active, most)
					}
					return nil
				})
				if err != nil {
					return false, err
				}
				if !free {
					e := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
					e.Status = 429
					return false, e
				}
				<-time.After(took)
				s.with(func(*server) { under-- })
				return whole(ctx, s, tr, n, p)
			}
			f = prepare(t, s, newMemory())
			f.run(t)
			f.patience = 24 * time.Hour
			ids := f.submit(sources(files, 10)...)
			f.awaitState(core.StateStored, ids...)
			for _, id := range ids {
				if s.committed(id) != 1 {
					complain("%s is stored %d times", id, s.committed(id))
				}
			}
			_ = f.stop()
		})
		if len(wrong) > 0 {
			rt.Fatalf("%q", wrong)
		}
	})
}
