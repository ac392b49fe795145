package engine

import (
	"context"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/retry"
)

func (c *counter) UploadFinished(r core.Retention, _ time.Duration, size int64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished += size
	if err != nil || r != core.RetentionTemporary {
		c.failed++
	} else {
		c.stored++
	}
}

func TestObserver(t *testing.T) {
	s, seen := newServer(), &counter{}
	s.script = func(_ context.Context, _ *server, tr core.Transfer, _ int, p core.Progress) (bool, error) {
		p.Sent(tr.Source.Size / 2)
		if tr.Source.Name == "bad" {
			return false, failure(core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		}
		p.Sent(tr.Source.Size)
		return true, nil
	}
	f := begin(t, s, newMemory(), func(c *Config) { c.Observer, c.Policy = seen, retry.Policy{Rounds: 1} })
	good := f.submit(source("good", 100))
	bad := f.submit(source("bad", 10))
	f.awaitState(core.StateStored, good...)
	f.awaitState(core.StateFailed, bad...)
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	if seen.started != 2 || seen.stored != 1 || seen.failed != 1 || seen.bytes != 105 || seen.finished != 110 {
		t.Errorf("%+v", seen)
	}
}

// A file counts once, when it comes to an end, however many attempts it took.
func TestObserverCountsFilesOnce(t *testing.T) {
	s, seen := newServer(), &counter{}
	s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
		switch {
		case tr.Source.Name == "bad":
			return false, failure(core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		case n < 3:
			return false, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeNotProcessed)
		}
		return whole(ctx, s, tr, n, p)
	}
	synctest.Test(t, func(t *testing.T) {
		f := begin(t, s, newMemory(), func(c *Config) { c.Observer = seen })
		good, bad := f.submit(source("good", 100)), f.submit(source("bad", 10))
		f.awaitState(core.StateStored, good...)
		f.awaitState(core.StateFailed, bad...)
		if err := f.Cancel(t.Context(), bad...); err != nil {
			t.Fatal(err)
		}
		if err := f.stop(); err != nil {
			t.Fatal(err)
		}
	})
	if want := map[core.State]int{core.StateStored: 1, core.StateFailed: 1, core.StateCancelled: 1}; !maps.Equal(seen.ended, want) {
		t.Errorf("ended %v, want %v", seen.ended, want)
	}
	if seen.stored != 1 || seen.failed < 3 {
		t.Errorf("%d and %d attempts", seen.stored, seen.failed)
	}
}
