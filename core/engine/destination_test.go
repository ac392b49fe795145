package engine

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// here is the destination of the tests' profile unless a test says otherwise.
var here = core.Destination{Server: testServer, Account: testAccount}

// keep stores transfers as an earlier process left them.
func (m *memory) keep(t testing.TB, list ...core.Transfer) *memory {
	t.Helper()
	if err := m.Commit(context.Background(), core.Batch{Put: list}); err != nil {
		t.Fatal(err)
	}
	return m
}

// A transfer goes to its profile's destination if it was accepted for that, and
// else waits and shows why. If it is the same server by another name, that name is
// saved.
func TestDestinations(t *testing.T) {
	for name, tt := range map[string]struct {
		was   core.Destination
		moves bool
		sent  bool
	}{
		"the same":                      {here, false, true},
		"another form of the address":   {core.Destination{Server: strings.ToUpper(testServer) + "/", Account: testAccount}, false, true},
		"account not kept":              {core.Destination{Server: testServer}, false, true},
		"another server":                {core.Destination{Server: elsewhere, Account: testAccount}, false, false},
		"another server, not kept":      {core.Destination{Server: elsewhere}, false, false},
		"another account":               {core.Destination{Server: testServer, Account: "sa_other"}, false, false},
		"another port":                  {core.Destination{Server: "https://ingester.example:8021", Account: testAccount}, false, false},
		"moved":                         {core.Destination{Server: elsewhere, Account: testAccount}, true, true},
		"moved, another one's":          {core.Destination{Server: elsewhere, Account: "sa_other"}, true, false},
		"moved, account not kept":       {core.Destination{Server: elsewhere}, true, false},
		"not moved, but another one's":  {core.Destination{Server: testServer, Account: "sa_other"}, true, false},
		"nothing is known of it at all": {core.Destination{}, true, false},
	} {
		for _, size := range []int64{10, 2 << 20} {
			for _, state := range []core.State{core.StateQueued, core.StateWaiting, core.StatePaused} {
				synctest.Test(t, func(t *testing.T) {
					s, old := newServer(), left("a", state, size)
					s.moves = tt.moves
					old.Server, old.Account = tt.was.Server, tt.was.Account
					st := newMemory().keep(t, old)
					f := begin(t, s, st)
					if state == core.StatePaused {
						_ = f.Resume(t.Context(), "a")
					}
					<-time.After(time.Hour)
					got := f.get("a")
					switch {
					case tt.sent && (got.State != core.StateStored || got.Destination() != here || !slices.Equal(s.went("a"), []core.Destination{here})):
						t.Errorf("%s, %s: %+v went to %v", name, state, got, s.went("a"))
					case !tt.sent && (got.State != core.StateWaiting || !isHeld(got.Error) || got.Destination() != tt.was || len(s.went("a")) > 0):
						t.Errorf("%s, %s: %+v went to %v", name, state, got, s.went("a"))
					}
					if n := len(st.versions["a"]); n > 6 {
						t.Errorf("%s: it was written %d times in an hour", name, n)
					}
					_ = f.stop()
				})
			}
		}
	}
}

// One profile name stands for two servers, as if two profile files had it. What was
// queued for the first waits while the second's files are sent, over restarts, and
// goes on when the name leads to the first again. There are more files than one
// commit takes.
func TestTwoServersBehindOneName(t *testing.T) {
	s, path := newServer(), filepath.Join(t.TempDir(), "queue.db")
	st := openStore(t, path)
	f := begin(t, s, st, func(c *Config) { c.Paused = true })
	theirs := f.submit(sources(2*chunkSize+10, 10)...)
	_ = f.stop()
	_ = st.Close()

	s.lead(there)
	st = openStore(t, path)
	f = begin(t, s, st)
	ours := f.submit(source("file-000000.tif", 10), source("b", 10)) // the first has the path of one of the other server's files
	if len(ours) != 2 {
		t.Fatalf("%d are queued: another server's were taken for ours", len(ours))
	}
	f.awaitState(core.StateStored, ours...)
	f.awaitState(core.StateWaiting, theirs...)
	snapshot, feed := f.Subscribe()
	feed.Close()
	if snapshot.Halt != nil {
		t.Errorf("all stands still: %v", snapshot.Halt)
	}
	_ = f.stop()
	_ = st.Close()

	s.lead(here)
	st = openStore(t, path)
	f = begin(t, s, st)
	f.awaitState(core.StateStored, theirs...)
	for to, ids := range map[core.Destination][]core.TransferID{here: theirs, there: ours} {
		for _, id := range ids {
			if went := s.went(id); !slices.Equal(went, []core.Destination{to}) || s.committed(id) != 1 {
				t.Errorf("%s, for %v, went to %v", id, to, went)
			}
		}
	}
}

// The engine notices by itself when a profile file is replaced by another program,
// and when it is put back.
func TestProfileIsLookedAtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.url = elsewhere
		f := begin(t, s, newMemory().keep(t, left("a", core.StateQueued, 10)))
		f.awaitState(core.StateWaiting, "a")
		<-time.After(time.Hour)
		s.with(func(s *server) { s.url = testServer })
		<-time.After(longestSleep + time.Second)
		if got := f.get("a"); got.State != core.StateStored {
			t.Errorf("%+v", got)
		}
		_ = f.stop()
	})
}

// slyServer's profile changes its destination as soon as it has been read.
type slyServer struct{ *server }

func (s slyServer) Uploader(ctx context.Context, by Route, to core.Destination) (Uploader, error) {
	s.with(func(s *server) { s.url = elsewhere })
	return s.server.Uploader(ctx, by, to)
}

// A profile may be changed between reading it and sending.
func TestProfileChangesJustNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := begin(t, s, newMemory(), func(c *Config) { c.Uploaders = slyServer{s} })
		ids := f.submit(sources(5, 10)...)
		<-time.After(time.Minute)
		for _, id := range ids {
			if got := f.get(id); got.State != core.StateWaiting || !isHeld(got.Error) || got.Attempts != 0 || len(s.went(id)) != 0 {
				t.Errorf("%+v went to %v", got, s.went(id))
			}
		}
		_ = f.stop()
	})
}

// Transfers that wait for their server can be paused, cancelled and removed;
// retrying them has no effect. If the profile is gone, they fail.
func TestHeldVerbs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newServer(), []core.TransferID{"retried", "paused", "cancelled", "removed", "gone"}
		s.url = elsewhere
		st := newMemory()
		for _, id := range ids {
			st.keep(t, left(string(id), core.StateQueued, 10))
		}
		f := begin(t, s, st)
		ctx := t.Context()
		f.awaitState(core.StateWaiting, ids...)
		for _, err := range []error{f.Retry(ctx, "retried"), f.Pause(ctx, "paused"), f.Cancel(ctx, "cancelled"), f.Remove(ctx, "removed"), f.ResumeAll(ctx)} {
			if err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		for id, want := range map[core.TransferID]core.State{"retried": core.StateWaiting, "paused": core.StatePaused, "cancelled": core.StateCancelled, "removed": "", "gone": core.StateWaiting} {
			if got := f.get(id); got.State != want {
				t.Errorf("%s: %+v", id, got)
			}
		}
		s.with(func(s *server) {
			s.profiles[testProfile] = failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
		})
		_ = f.Lift(ctx)
		f.awaitState(core.StateFailed, "gone", "retried")
		if s.total() != 0 {
			t.Error("something was sent")
		}
		_ = f.stop()
	})
}

// A file counts as stored before only if that was on this server, for this account.
func TestKnownByDestination(t *testing.T) {
	stored := func(profile, url, account string) core.Transfer {
		x := left("old", core.StateStored, 10)
		x.Receipt = &core.Receipt{FileID: "f"}
		x.Options.Profile, x.Server, x.Account = profile, url, account
		return x
	}
	for name, tt := range map[string]struct {
		was   core.Transfer
		known bool
	}{
		"the same":                                {stored(testProfile, testServer, testAccount), true},
		"by another profile":                      {stored("Other", testServer, testAccount), true},
		"another form of the address":             {stored("Other", testServer+"/", testAccount), true},
		"another account":                         {stored(testProfile, testServer, "sa_other"), false},
		"another server":                          {stored(testProfile, elsewhere, testAccount), false},
		"account not kept":                        {stored(testProfile, testServer, ""), true},
		"account not kept, by another profile":    {stored("Other", testServer, ""), false},
		"account not kept, and on another server": {stored(testProfile, elsewhere, ""), false},
	} {
		f := begin(t, newServer(), newMemory().keep(t, tt.was))
		got, err := f.Submit(context.Background(), []core.Source{source("old", 10)}, options())
		if err != nil || len(got.Stored) == 1 != tt.known || len(got.Queued) == 1 == tt.known {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
