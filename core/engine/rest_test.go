package engine

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// mostLooks is how often an idle queue of few files may read the clock at one
// moment of virtual time. A busy loop would read it without end.
const mostLooks = 20_000

// clock is the virtual time of an engine that must not loop with nothing to do.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	looks int
	spins bool
}

// now returns the time. If it is called without end, it advances the time, so that
// the test ends.
func (c *clock) now() time.Time {
	c.mu.Lock()
	if now := time.Now(); !now.Equal(c.at) {
		c.at, c.looks = now, 0
	}
	c.looks++
	stuck := c.looks > mostLooks
	c.spins = c.spins || stuck
	c.mu.Unlock()
	if stuck {
		<-time.After(time.Hour)
	}
	return time.Now()
}

// spun reports whether the engine looped with nothing to do.
func (c *clock) spun() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spins
}

// What falls due while a queue is handed over is left to the process that gets it,
// and is not looked at in a loop until the last large file has ended.
func TestDrainingRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newServer(), &clock{}
		s.script = func(ctx context.Context, _ *server, t core.Transfer, _ int, _ core.Progress) (bool, error) {
			if t.Source.Size < smallSize {
				return false, failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
			}
			select {
			case <-time.After(20 * time.Hour):
				return true, nil
			case <-ctx.Done():
				return false, failure(core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
			}
		}
		f := begin(t, s, newMemory(), func(cfg *Config) { cfg.Now = c.now })
		large := f.submit(source("large", 2<<20))
		f.awaitState(core.StateSending, large...)
		f.awaitState(core.StateWaiting, f.submit(source("small", 10))...)
		if err := f.Drain(t.Context()); err != nil || f.get(large[0]).State != core.StateStored {
			t.Errorf("the large file is %s: %v", f.get(large[0]).State, err)
		}
		_ = f.stop()
		if c.spun() {
			t.Error("the queue looped with nothing to do")
		}
	})
}

// A profile is removed while files wait for it to lead back: they fail, and the
// profile is not looked for any more.
func TestProfileGoesWhileHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := begin(t, s, newMemory(), func(c *Config) { c.Paused = true })
		ids := f.submit(sources(3, 10)...)
		s.lead(there)
		if err := f.ResumeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateWaiting, ids...)
		s.with(func(s *server) {
			s.profiles[testProfile] = failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
		})
		if err := f.Lift(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateFailed, ids...)
		before := s.looked()
		for range 10 {
			if err := f.First(t.Context(), "another"); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if again := s.looked() - before; again > 0 {
			t.Errorf("the profile was looked for %d times more", again)
		}
		_ = f.stop()
	})
}

// When a halt ends by itself, the server is asked about files of unknown outcome,
// even if nothing else happens.
func TestAskedAfterHaltThatEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLibrary(true)
		l.script = losing(always, never)
		l.askErr = failure(core.KindAuth, core.CodeKeychainLocked, core.OutcomeNotProcessed)
		f := beginLibrary(t, l, newMemory())
		ids := f.submit(source("a", 10))
		f.awaitHalt(core.CodeKeychainLocked)
		l.with(func(s *server) { s.askErr = nil })
		<-time.After(2 * time.Minute)
		if got := f.get(ids[0]); got.State != core.StateStored {
			t.Errorf("two minutes after the keychain was locked it is %s: %v", got.State, got.Error)
		}
		_ = f.stop()
	})
}

// A lane that has only files to be asked about has nothing to do until the answer
// comes, wherever its profile leads by now.
func TestDoubtsAloneRest(t *testing.T) {
	now := time.Now()
	l := &lane{look: now.Add(-time.Hour), doubts: map[*item]struct{}{{}: {}}}
	if at := l.nextDue(now); !at.IsZero() {
		t.Errorf("something is due at %v", at)
	}
	l.until = now.Add(time.Minute)
	if at := l.nextDue(now); at != l.until {
		t.Errorf("they are asked about at %v", at)
	}
}

// What can't be saved on a full disk is tried again after growing waits, even if
// the change leaves its files queued.
func TestFullDiskRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c, st := newServer(), &clock{}, newMemory()
		f := begin(t, s, st, func(cfg *Config) { cfg.Now, cfg.Paused = c.now, true })
		ids := f.submit(sources(3, 10)...)
		s.with(func(s *server) {
			s.profiles[testProfile] = failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
		})
		st.with(func(st *memory) { st.refuse = full })
		if err := f.ResumeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Minute)
		st.with(func(st *memory) { st.refuse = nil })
		f.awaitState(core.StateFailed, ids...)
		if c.spun() {
			t.Error("the queue looped with nothing to do")
		}
		if err := f.stop(); err != nil {
			t.Error(err)
		}
	})
}

// After a profile led elsewhere for a while, its server is asked about a file of
// unknown outcome now and then, and not without pauses.
func TestAskedAfterItLedElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := newLibrary(true), &clock{}
		old := left("a", core.StateUnknown, 10)
		old.Error = sticky(otherServer(laneKey{profile: testProfile, to: here}, there), true)
		f := begin(t, l.server, newMemory().keep(t, old), func(cfg *Config) { cfg.Uploaders, cfg.Now = l, c.now })
		if err := f.Ask(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Minute)
		if n := l.questions(); n == 0 || n > 30 || c.spun() {
			t.Errorf("the server was asked %d times in ten minutes", n)
		}
		_ = f.stop()
	})
}
