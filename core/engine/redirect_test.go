package engine

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/artstore/ingester/core"
)

// bound returns transfers in every state, for a profile and a destination.
func bound(profile string, to core.Destination) (list []core.Transfer) {
	for _, state := range []core.State{core.StateQueued, core.StateWaiting, core.StatePaused, core.StateFailed, core.StateUnknown, core.StateCancelled} {
		x := left(string(state), state, 10)
		x.Options.Profile, x.Server, x.Account = profile, to.Server, to.Account
		switch state {
		case core.StateFailed:
			x.Error = failure(core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		case core.StateUnknown:
			x.Error = failure(core.KindNetwork, core.CodeOutcomeUnknown, core.OutcomeUnknown)
		}
		list = append(list, x)
	}
	maybe := left("maybe", core.StateQueued, 10)
	maybe.Options.Profile, maybe.Server, maybe.Account = profile, to.Server, to.Account
	maybe.Error = failure(core.KindNetwork, core.CodeOutcomeUnknown, core.OutcomeUnknown)
	half := noted(left("half", core.StateWaiting, 10))
	half.Options.Profile, half.Server, half.Account = profile, to.Server, to.Account
	rests := maybe
	rests.ID, rests.Source, rests.State = "maybe, paused", source("maybe, paused", 10), core.StatePaused
	return append(list, maybe, rests, half)
}

// there is the destination of the tests' profile after it was changed.
var there = core.Destination{Server: elsewhere, Account: "sa_b"}

func (s *server) lead(to core.Destination) {
	s.with(func(s *server) { s.url, s.account = to.Server, to.Account })
}

// The user moves what waits for the old server to the new one, except what the old
// one may have. Nothing is moved without the user.
func TestRedirect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.lead(there)
		other := left("another's", core.StateQueued, 10)
		other.Account = "sa_other"
		f := begin(t, s, newMemory().keep(t, append(bound(testProfile, here), other)...))
		f.awaitState(core.StateWaiting, "queued", "waiting", "another's", "half")
		f.awaitState(core.StateUnknown, "maybe")
		ids, err := f.Bound(t.Context(), testProfile, here)
		if slices.Sort(ids); err != nil || !slices.Equal(ids, []core.TransferID{"failed", "paused", "queued", "waiting"}) {
			t.Errorf("%q, %v", ids, err)
		}
		if s.total() != 0 {
			t.Error("something was sent before the user said so")
		}
		if err := f.Redirect(t.Context(), testProfile, append(ids, "maybe", "maybe, paused", "half", "unknown", "cancelled", "none")...); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, "queued", "waiting")
		_ = f.Resume(t.Context(), "paused")
		_ = f.Retry(t.Context(), "failed")
		f.awaitState(core.StateStored, "paused", "failed")
		synctest.Wait()
		for _, x := range bound(testProfile, here) {
			got, want := f.get(x.ID), []core.Destination{there}
			if got.State != core.StateStored {
				want = nil
			}
			if stays := got.Destination() == here; stays != (want == nil) || !slices.Equal(s.went(x.ID), want) {
				t.Errorf("%+v went to %v", got, s.went(x.ID))
			}
		}
		if got := f.get("another's"); got.State != core.StateWaiting || len(s.went("another's")) != 0 {
			t.Errorf("%+v", got)
		}
		_ = f.stop()
	})
}

// An attempt under way is stopped and its file goes to the new server, unless the
// old one turns out to have it.
func TestRedirectWhileSending(t *testing.T) {
	for name, has := range map[string]bool{"cut off": false, "stored": true} {
		s := newServer()
		s.script = func(ctx context.Context, _ *server, _ core.Transfer, n int, _ core.Progress) (bool, error) {
			if n > 1 {
				return true, nil
			}
			<-ctx.Done()
			if has {
				return true, nil
			}
			return false, failure(core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
		}
		f := begin(t, s, newMemory())
		id := f.submit(source("a", 10))[0]
		f.await("the upload", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.attempts(id) == 1 })
		ids, err := f.Bound(context.Background(), testProfile, here)
		if err != nil || !slices.Equal(ids, []core.TransferID{id}) {
			t.Errorf("%v, %v", ids, err)
		}
		s.lead(there)
		if err := f.Redirect(context.Background(), testProfile, id); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, id)
		want := there
		if has {
			want = here
		}
		if got := f.get(id); got.Destination() != want || s.committed(id) != 1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The transfers of a renamed profile get its new name, even those that looked for
// the profile in between and did not find it.
func TestRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const old = "Old"
		s := newServer()
		gone := failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
		list := bound(old, here)
		far := left("far", core.StateQueued, 10)
		far.Options.Profile, far.Server, far.Account = old, elsewhere, testAccount
		f := begin(t, s, newMemory().keep(t, append(list, far)...), func(c *Config) { c.Paused = true })
		s.with(func(s *server) { s.profiles[old] = gone })
		if err := f.ResumeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateFailed, "queued", "waiting", "far")
		if err := f.Rename(t.Context(), old, testProfile); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, "queued", "waiting")
		f.awaitState(core.StateWaiting, "far")
		for _, x := range append(list, far) {
			if got := f.get(x.ID); got.Options.Profile != testProfile || got.Server != x.Server || got.Account != x.Account && x.Account != "" {
				t.Errorf("%+v", got)
			}
		}
		s.lead(there)
		if err := f.Redirect(t.Context(), "Another", "paused"); err != nil { // another profile's: nothing to do
			t.Error(err)
		}
		if got := f.get("paused"); got.Destination() != here || got.State != core.StatePaused {
			t.Errorf("%+v", got)
		}
		_ = f.stop()
	})
}

// A profile is renamed while attempts are under way, and those that begin just
// then still look for its old name.
func TestRenameWhileSending(t *testing.T) {
	f, s, ids, gate := sendingFirst(t, 3)
	if err := f.Rename(context.Background(), testProfile, "New"); err != nil {
		t.Fatal(err)
	}
	s.with(func(s *server) {
		s.profiles[testProfile] = failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
	})
	if err := f.Lift(context.Background()); err != nil {
		t.Fatal(err)
	}
	close(gate)
	f.awaitState(core.StateStored, ids...)
	for _, id := range ids {
		if got := f.get(id); got.Options.Profile != "New" || got.Attempts != 1 || s.committed(id) != 1 {
			t.Errorf("%+v", got)
		}
	}
}

// A redirected transfer is still in the heap of its old lane. It is not sent from
// there, even if the profile leads to the old server again.
func TestRedirectedDoesNotGoBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := begin(t, s, newMemory(), func(c *Config) { c.Paused = true })
		id := f.submit(source("a", 10))[0]
		s.lead(there)
		if err := f.Redirect(t.Context(), testProfile, id); err != nil {
			t.Fatal(err)
		}
		s.lead(here)
		ours := f.submit(source("b", 10))[0]
		if err := f.ResumeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, ours)
		f.awaitState(core.StateWaiting, id)
		if got := f.get(id); got.Destination() != there || len(s.went(id)) != 0 {
			t.Errorf("%+v went to %v", got, s.went(id))
		}
		s.lead(there)
		_ = f.Lift(t.Context())
		f.awaitState(core.StateStored, id)
		if !slices.Equal(s.went(id), []core.Destination{there}) {
			t.Errorf("it went to %v", s.went(id))
		}
		_ = f.stop()
	})
}

// A staged change of the lane counts before it is durable.
func TestStagedLaneCounts(t *testing.T) {
	l := fill(10)
	l.laneKey, l.number = laneKey{testProfile, here, ""}, 1
	it, x := l.small.top(), &tx{}
	it.packed = new(packer).pack(core.Transfer{State: core.StateQueued, Options: options()}, packed{shared: &shared{callers: &callers{[]*Call{{}}}}})
	queued := core.Transfer{State: core.StateQueued, Options: options(), Server: here.Server, Account: here.Account}
	moved := queued
	moved.Account = there.Account
	for next, want := range map[*core.Transfer]bool{&queued: false, &moved: true} {
		it.in, it.next = 1, next
		if got := l.stale(x, it); got != want {
			t.Errorf("%+v: stale %v", next, got)
		}
	}
}
