package engine

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/artstore/ingester/core"
)

func TestFeedHandsOutNewestValues(t *testing.T) {
	f := begin(t, newServer(), newMemory())
	ctx := context.Background()
	_, first := f.Subscribe()
	if err := f.PauseAll(ctx); err != nil {
		t.Fatal(err)
	}
	ids := f.submit(sources(3, 10)...)
	_, second := f.Subscribe()
	defer second.Close()
	if err := errors.Join(f.Pause(ctx, ids[0]), f.Resume(ctx, ids[0]), f.Cancel(ctx, ids[1]), f.Remove(ctx, ids[2])); err != nil {
		t.Fatal(err)
	}
	u, err := first.Next(ctx)
	if err != nil || !u.Paused || len(u.Changed) != 2 || u.Changed[0].State != core.StateQueued ||
		u.Changed[1].State != core.StateCancelled || len(u.Removed) != 1 || u.Removed[0] != ids[2] {
		t.Errorf("%+v, %v", u, err)
	}
	if u, err = second.Next(ctx); err != nil || len(u.Changed) != 2 || len(u.Removed) != 1 {
		t.Errorf("%+v, %v", u, err)
	}
	short, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := first.Next(short); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	first.Close()
	if _, err := first.Next(ctx); !errors.Is(err, io.EOF) {
		t.Errorf("a closed feed says %v", err)
	}
}

// A feed hands out everything before it ends, even one that begins later.
func TestFeedEnds(t *testing.T) {
	f := begin(t, newServer(), newMemory())
	_, feed := f.Subscribe()
	ids := f.submit(sources(50, 10)...)
	f.awaitState(core.StateStored, ids...)
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	stored := 0
	for {
		u, err := feed.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range u.Changed {
			if c.State == core.StateStored {
				stored++
			}
		}
	}
	if stored != len(ids) {
		t.Errorf("%d of %d final states were handed out", stored, len(ids))
	}
	s, closed := f.Subscribe()
	if _, err := closed.Next(context.Background()); len(s.Transfers) != len(ids) || !errors.Is(err, io.EOF) {
		t.Errorf("%d transfers, %v", len(s.Transfers), err)
	}
}

// An upload never waits for those who show its progress, and a feed hands out only
// the newest value.
func TestFeedCoalescesProgress(t *testing.T) {
	s := newServer()
	sent := make(chan struct{})
	s.script = func(ctx context.Context, _ *server, _ core.Transfer, _ int, p core.Progress) (bool, error) {
		for n := range int64(10_000) {
			p.Sent(n)
		}
		close(sent)
		<-ctx.Done()
		return false, &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Outcome: core.OutcomeCutOff}
	}
	f := begin(t, s, newMemory())
	_, feed := f.Subscribe()
	defer feed.Close()
	f.submit(source("a", 1<<20))
	<-sent
	u, err := feed.Next(context.Background())
	if err != nil || len(u.Changed) != 1 || u.Changed[0].State != core.StateSending || u.Changed[0].Sent != 9_999 {
		t.Errorf("%+v, %v", u, err)
	}
}
