package engine

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/retry"
)

func failure(kind core.Kind, code core.Code, outcome core.Outcome) *core.Error {
	return &core.Error{Kind: kind, Code: code, Outcome: outcome}
}

// fail is a script that fails the first attempts with errs, in order.
func fail(errs ...*core.Error) func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
	return func(_ context.Context, _ *server, _ core.Transfer, n int, _ core.Progress) (bool, error) {
		if n <= len(errs) {
			return errs[n-1].Outcome == core.OutcomeUnknown, errs[n-1]
		}
		return true, nil
	}
}

func repeat(e *core.Error, n int) []*core.Error { return slices.Repeat([]*core.Error{e}, n) }

// Every failure is retried when and as long as the policy says, and every attempt
// is recorded.
func TestRetry(t *testing.T) {
	down := failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
	lost := failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	tooLarge := failure(core.KindServer, core.CodeTooLarge, core.OutcomeAnswered)
	token := failure(core.KindAuth, core.CodeTokenRejected, core.OutcomeAnswered)
	mismatch := failure(core.KindIntegrity, core.CodeChecksumMismatch, core.OutcomeAnswered)
	for _, tt := range []struct {
		name     string
		errs     []*core.Error
		rounds   int
		honours  bool
		want     core.State
		attempts int
		took     time.Duration
	}{
		{"stored at once", nil, 0, true, core.StateStored, 1, 0},
		{"network, once", repeat(down, 1), 0, true, core.StateStored, 2, 500 * time.Millisecond},
		{"network, a whole round", repeat(down, 5), 0, true, core.StateStored, 6, 67500 * time.Millisecond},
		{"network, command line", repeat(down, 9), 1, true, core.StateFailed, 5, 7500 * time.Millisecond},
		{"too large", repeat(tooLarge, 1), 0, true, core.StateFailed, 1, 0},
		{"unknown, key honoured", repeat(lost, 1), 0, true, core.StateStored, 2, 500 * time.Millisecond},
		{"unknown, key not honoured", repeat(lost, 1), 0, false, core.StateUnknown, 1, 0},
		{"unknown, key honoured, then down for good", append(repeat(lost, 1), repeat(down, 9)...), 1, true, core.StateUnknown, 5, 7500 * time.Millisecond},
		{"token rejected once", repeat(token, 1), 0, true, core.StateStored, 2, 0},
		{"another hash twice", repeat(mismatch, 2), 0, true, core.StateStored, 3, 1500 * time.Millisecond},
		{"another hash for ever", repeat(mismatch, 9), 0, true, core.StateFailed, 3, 1500 * time.Millisecond},
		{"another hash, not in a row", []*core.Error{mismatch, mismatch, down, mismatch}, 0, true, core.StateStored, 5, 4 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, st := newServer(), newMemory()
				s.honours, s.script = tt.honours, fail(tt.errs...)
				f := begin(t, s, st, func(c *Config) { c.Policy = retry.Policy{Rounds: tt.rounds} })
				f.patience = time.Hour
				start := time.Now()
				id := f.submit(source("a", 10))[0]
				f.awaitState(tt.want, id)
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				got, rows := f.get(id), st.rowsOf(id)
				if got.Attempts != tt.attempts || len(rows) != tt.attempts || s.attempts(id) != tt.attempts {
					t.Errorf("%d attempts, %d rows, %d seen; want %d", got.Attempts, len(rows), s.attempts(id), tt.attempts)
				}
				for i, row := range rows {
					var want core.Code
					if i < len(tt.errs) {
						want = tt.errs[i].Code
					}
					if row.Code != want || row.Number != i+1 || row.Start.IsZero() || row.End.Before(row.Start) {
						t.Errorf("row %d: %+v", i, row)
					}
				}
				if s.committed(id) > 1 {
					t.Errorf("stored %d times", s.committed(id))
				}
				if (got.Error == nil) != (tt.want == core.StateStored) {
					t.Errorf("error %v", got.Error)
				}
				_ = f.stop()
			})
		})
	}
}

func TestWaitingIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.script = fail(failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed))
		f := begin(t, s, newMemory())
		id := f.submit(source("a", 10))[0]
		f.awaitState(core.StateWaiting, id)
		if got := f.get(id); time.Until(got.NotBefore) != 500*time.Millisecond || got.Error == nil || got.Error.Code != core.CodeUnreachable {
			t.Errorf("%+v", got)
		}
		if err := f.Retry(t.Context(), id); err != nil { // at once
			t.Fatal(err)
		}
		start := time.Now()
		f.awaitState(core.StateStored, id)
		if time.Since(start) != 0 || !f.get(id).NotBefore.IsZero() {
			t.Error("it waited")
		}
		_ = f.stop()
	})
}

func TestResumeAllWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.script = fail(failure(core.KindServer, core.CodeStorageFull, core.OutcomeAnswered))
		f := begin(t, s, newMemory())
		ids := f.submit(source("a", 10))
		f.awaitState(core.StateWaiting, ids...)
		s.with(func(s *server) { s.script = nil })
		other := f.submit(source("b", 10))
		synctest.Wait()
		if s.attempts(other[0]) != 0 {
			t.Error("a server without space is sent more")
		}
		start := time.Now()
		if err := f.ResumeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, ids[0], other[0])
		if time.Since(start) != 0 {
			t.Errorf("it took %v", time.Since(start))
		}
		_ = f.stop()
	})
}

// If a server asks for time, all of its workers wait, but no other server's:
// fault 36.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		busy := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
		busy.Status, busy.RetryAfter = 429, 100*time.Second
		var first time.Time
		s.script = func(_ context.Context, _ *server, t core.Transfer, _ int, _ core.Progress) (bool, error) {
			if t.Options.Profile == testProfile && first.IsZero() {
				first = time.Now()
				return false, busy
			}
			if t.Options.Profile == testProfile && time.Since(first) < 105*time.Second {
				return false, failure(core.KindServer, core.CodeInternal, core.OutcomeAnswered)
			}
			return true, nil
		}
		s.streams = 1
		f := begin(t, s, newMemory())
		f.patience = time.Hour
		a := f.submit(sources(3, 10)...)
		f.awaitState(core.StateWaiting, a[0])
		o := options()
		o.Profile = "Other"
		b, err := f.Submit(t.Context(), sources(3, 10), o)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		f.awaitState(core.StateStored, b.Queued...)
		if time.Since(start) != 0 {
			t.Error("the other server waited")
		}
		f.awaitState(core.StateStored, a...)
		if took := time.Since(start); took != 105*time.Second {
			t.Errorf("took %v", took)
		}
		_ = f.stop()
	})
}

// During two hours of 503 for 500 files few requests are made, and no file is lost:
// fault 37.
func TestServerDownForHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		busy := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
		well := time.Now().Add(2 * time.Hour)
		s.script = func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
			if time.Now().Before(well) {
				return false, busy
			}
			return true, nil
		}
		f := begin(t, s, newMemory())
		f.patience = 24 * time.Hour
		ids := f.submit(sources(500, 10)...)
		f.awaitState(core.StateStored, ids...)
		if n := s.total() - len(ids); n > 150 {
			t.Errorf("%d requests failed, more than 150", n)
		}
		if late := time.Since(well); late > 90*time.Minute {
			t.Errorf("the last was stored %v after the server was well", late)
		}
		_ = f.stop()
	})
}

// A failure that would be the same for all files stops the queue after the first;
// faults 1 and 18.
func TestHalt(t *testing.T) {
	for name, halt := range map[string]*core.Error{
		"sign-in refused": failure(core.KindAuth, core.CodeSignInRefused, core.OutcomeNotProcessed),
		"certificate":     failure(core.KindTLS, core.CodeTLSClientRefused, core.OutcomeNotProcessed),
	} {
		for lift, verb := range map[string]func(*fixture, core.TransferID) error{
			"ResumeAll": func(f *fixture, _ core.TransferID) error { return f.ResumeAll(context.Background()) },
			"Lift":      func(f *fixture, _ core.TransferID) error { return f.Lift(context.Background()) },
			"Retry":     func(f *fixture, id core.TransferID) error { return f.Retry(context.Background(), id) },
		} {
			t.Run(name+" "+lift, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newServer()
					s.streams = 1
					s.script = fail(halt)
					f := begin(t, s, newMemory())
					ids := f.submit(sources(100, 10)...)
					f.awaitHalt(halt.Code)
					<-time.After(24 * time.Hour)
					if s.total() != 1 {
						t.Errorf("%d requests", s.total())
					}
					snapshot, feed := f.Subscribe()
					feed.Close()
					for _, tr := range snapshot.Transfers {
						if tr.State != core.StateQueued || tr.Error != nil {
							t.Fatalf("%+v", tr)
						}
					}
					s.with(func(s *server) { s.script = nil })
					if err := verb(f, ids[0]); err != nil {
						t.Fatal(err)
					}
					f.awaitState(core.StateStored, ids...)
					f.awaitHalt("")
					_ = f.stop()
				})
			})
		}
	}
}

// Fault 52: a program that starts with the desktop session finds the keychain
// locked, and goes on by itself once it is unlocked.
func TestHaltEndsByItself(t *testing.T) {
	locked := failure(core.KindConfig, core.CodeKeychainLocked, core.OutcomeNotProcessed)
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.streams = 1
		s.script = func(_ context.Context, s *server, _ core.Transfer, _ int, _ core.Progress) (bool, error) {
			if s.total() <= 3 {
				return false, locked
			}
			return true, nil
		}
		begun := time.Now()
		f := begin(t, s, newMemory())
		f.patience = time.Hour
		ids := f.submit(sources(10, 10)...)
		f.awaitHalt(locked.Code)
		f.awaitState(core.StateStored, ids...)
		f.awaitHalt("")
		if took := time.Since(begun); took < 3*time.Minute || took > 4*time.Minute || s.total() != len(ids)+3 {
			t.Errorf("%d attempts in %v", s.total(), took)
		}
		_ = f.stop()
	})
}

// If a profile is gone, its transfers fail; if it can't be used, they stop. Others
// go on.
func TestProfileTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, st := newServer(), newMemory()
		for _, profile := range []string{"Gone", "Broken", "Good"} {
			o := options()
			o.Profile = profile
			tr := core.Transfer{ID: core.TransferID(profile), Seq: 1, Source: source(profile, 1), Options: o, Server: testServer, State: core.StateQueued}
			if err := st.Commit(t.Context(), core.Batch{Put: []core.Transfer{tr}}); err != nil {
				t.Fatal(err)
			}
		}
		s.profiles["Gone"] = failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
		s.profiles["Broken"] = failure(core.KindConfig, core.CodeProfileInvalid, core.OutcomeNotProcessed)
		f := begin(t, s, st)
		f.awaitState(core.StateStored, "Good")
		f.awaitState(core.StateFailed, "Gone")
		f.awaitHalt(core.CodeProfileInvalid)
		if got := f.get("Broken"); got.State != core.StateQueued {
			t.Errorf("%+v", got)
		}
		s.with(func(s *server) { clear(s.profiles) })
		if err := f.ResumeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, "Broken")
		if err := f.Retry(t.Context(), "Gone"); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, "Gone")
		_ = f.stop()
	})
}

// A server that refuses every token is sent one fresh token only, with whichever
// file comes first: fault 11. Attempts under way end, then the queue stops.
func TestFreshTokenIsRefusedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.streams = 8
		s.script = func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
			<-time.After(time.Second)
			return false, failure(core.KindAuth, core.CodeTokenRejected, core.OutcomeAnswered)
		}
		f := begin(t, s, newMemory())
		f.patience = time.Hour
		ids := f.submit(sources(500, 10)...)
		f.awaitHalt(core.CodeTokenRejected)
		<-time.After(time.Hour)
		if n := s.total(); n > 2*8 {
			t.Errorf("%d requests", n)
		}
		s.with(func(s *server) { s.script = nil })
		if err := f.ResumeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, ids...)
		_ = f.stop()
	})
}
