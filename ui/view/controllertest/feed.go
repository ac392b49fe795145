package controllertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/artstore/ingester/core"
)

func feedChecks() []check {
	return []check{
		{name: "what changes", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			was, feed := t.Subscribe()
			defer feed.Close()
			if len(was.Transfers) != 0 || !was.Paused {
				t.Errorf("before it was %+v", was)
			}
			id := t.queue(profile, "a", 1)
			t.wantNews(feed, id, core.StateQueued)
			t.must(t.Pause(t.Context(), id))
			t.wantNews(feed, id, core.StatePaused)
			now, other := t.Subscribe()
			other.Close()
			if len(now.Transfers) != 1 || now.Transfers[0].ID != id || now.Transfers[0].State != core.StatePaused {
				t.Errorf("now it is %+v", now)
			}
		}},
		{name: "only the newest", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			id := t.queue(profile, "a", 1)
			_, feed := t.Subscribe()
			defer feed.Close()
			t.must(t.Pause(t.Context(), id))
			t.must(t.Resume(t.Context(), id))
			t.must(t.Cancel(t.Context(), id))
			t.wantNews(feed, id, core.StateCancelled)
		}},
		{name: "what is removed", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			id := t.queue(profile, "a", 1)
			_, feed := t.Subscribe()
			defer feed.Close()
			t.must(t.Pause(t.Context(), id))
			t.must(t.Remove(t.Context(), id))
			u, err := feed.Next(t.Context())
			t.must(err)
			if len(u.Changed) != 0 || !slices.Equal(u.Removed, []core.TransferID{id}) {
				t.Errorf("told is %+v", u)
			}
		}},
		{name: "pauses and halts", test: func(t *trial) {
			p, _ := t.Server()
			t.save(p, typed("wrong"))
			_, feed := t.Subscribe()
			defer feed.Close()
			t.must(t.PauseAll(t.Context()))
			t.follow(feed, "the pause", func(u core.Update) bool { return u.Paused })
			t.must(t.ResumeAll(t.Context()))
			t.follow(feed, "its end", func(u core.Update) bool { return !u.Paused })
			t.queue(p.Name, "a", 1)
			t.follow(feed, "the halt", func(u core.Update) bool { return u.Halt != nil && u.Halt.Code == core.CodeSignInRefused })
		}},
		{name: "no end is lost", test: func(t *trial) {
			profile := t.online()
			_, feed := t.Subscribe()
			defer feed.Close()
			var paths []string
			for i := range 20 {
				paths = append(paths, t.file(fmt.Sprint(i), 10))
			}
			s := t.submit(profile, append(paths, t.file("large", Oversize))...)
			for _, id := range s.Queued { // before the feed is read
				t.become("an end", func() bool { return t.shown(id).State.Done() })
			}
			last := map[core.TransferID]core.State{}
			t.follow(feed, "all ends", func(u core.Update) bool {
				for _, x := range u.Changed {
					last[x.ID] = x.State
				}
				return len(last) == 21
			})
			for i, id := range s.Queued {
				want := core.StateStored
				if i == 20 {
					want = core.StateFailed
				}
				if last[id] != want {
					t.Errorf("the last word about file %d is %q, want %q", i, last[id], want)
				}
			}
		}},
		{name: "waiting is stopped", test: func(t *trial) {
			profile := t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			_, feed := t.Subscribe()
			defer feed.Close()
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { _, err := feed.Next(ctx); done <- err }()
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("stopped: %v", err)
			}
			id := t.queue(profile, "a", 1) // the feed goes on
			t.wantNews(feed, id, core.StateQueued)
		}},
		{name: "closed", test: func(t *trial) {
			t.offline("Away")
			t.must(t.PauseAll(t.Context()))
			_, feed := t.Subscribe()
			_, other := t.Subscribe()
			defer other.Close()
			done := make(chan error, 1)
			go func() { _, err := feed.Next(t.Context()); done <- err }()
			feed.Close()
			if err := <-done; !errors.Is(err, io.EOF) {
				t.Errorf("who waited is told %v", err)
			}
			if _, err := feed.Next(t.Context()); !errors.Is(err, io.EOF) {
				t.Errorf("afterwards: %v", err)
			}
			feed.Close()
			t.must(t.ResumeAll(t.Context()))
			t.follow(other, "another feed's news", func(u core.Update) bool { return !u.Paused })
		}},
	}
}

// wantNews wants the next that is told to be the newest of one transfer.
func (t *trial) wantNews(feed core.Feed, id core.TransferID, state core.State) {
	t.Helper()
	u, err := feed.Next(t.Context())
	t.must(err)
	if len(u.Changed) != 1 || u.Changed[0].ID != id || u.Changed[0].State != state || len(u.Removed) != 0 {
		t.Errorf("told is %+v, want that %s is %s", u, id, state)
	}
}
