package engine

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// library is a server that doesn't refuse duplicates, and lists its files from a
// given moment on.
type library struct {
	*server
	files   *catalog
	deaf    bool            // questions don't reach it
	asked   []time.Duration // when it was asked, counted from the begin
	batches []int           // how many files each question was about
	begun   time.Time
}

func newLibrary(own bool) *library {
	l := &library{server: newServer(), begun: time.Now()}
	l.honours = false
	l.files = &catalog{lists: true, own: own}
	l.catalog = l.files
	return l
}

func (l *library) Uploader(context.Context, Route, core.Destination) (Uploader, error) { return l, nil }

func (l *library) Find(ctx context.Context, questions []core.Question) (core.Listing, error) {
	l.with(func(*server) {
		l.asked, l.batches = append(l.asked, time.Since(l.begun)), append(l.batches, len(questions))
	})
	if l.deaf {
		return core.Listing{}, failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
	}
	return l.server.Find(ctx, questions)
}

// when returns when it was asked so far, and about how many files at once.
func (l *library) when() (asked []time.Duration, batches []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked), slices.Clone(l.batches)
}

// questions returns how often it was asked so far.
func (l *library) questions() int {
	asked, _ := l.when()
	return len(asked)
}

// losing is a script that loses the answers for some files. stored says whether a
// file is stored, heard whether its answer arrives.
func losing(stored, heard func(name string) bool) func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
	return func(_ context.Context, _ *server, t core.Transfer, _ int, _ core.Progress) (bool, error) {
		if heard(t.Source.Name) {
			return true, nil
		}
		return stored(t.Source.Name), failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	}
}

func always(string) bool { return true }
func never(string) bool  { return false }

func beginLibrary(t *testing.T, l *library, st Store) *fixture {
	f := begin(t, l.server, st, func(c *Config) { c.Uploaders = l })
	f.patience = 200 * time.Hour
	return f
}

// A server that lists its files late is asked until it does: nothing is sent
// twice, and one list answers for all files.
func TestAskedUntilListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLibrary(false)
		l.files.lag = 90 * time.Second
		l.script = func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
			early := time.Since(l.begun) < 50*time.Millisecond
			<-time.After(100 * time.Millisecond)
			if early { // everything was under way when the server died
				return true, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
			}
			return true, nil
		}
		f := beginLibrary(t, l, newMemory())
		ids := f.submit(sources(300, 10)...)
		f.awaitState(core.StateStored, ids...)
		if took := time.Since(l.begun); took > 3*time.Minute {
			t.Errorf("known after %v", took)
		}
		for _, id := range ids {
			if got := f.get(id); l.committed(id) != 1 || got.Attempts != 1 {
				t.Errorf("stored %d times in %d attempts", l.committed(id), got.Attempts)
			}
		}
		asked, batches := l.when()
		if len(asked) > 20 || asked[0] > firstCooling+time.Second { // a server that failed is left alone first
			t.Errorf("asked at %v", asked)
		}
		if slices.Max(batches) < smallStreams-1 {
			t.Errorf("asked for %v files at once", batches)
		}
		_ = f.stop()
	})
}

// The server goes on being asked about what the user may decide, every hour for
// three days and no longer. A file that it then lists is stored.
func TestAskedHourly(t *testing.T) {
	for name, after := range map[string]time.Duration{"registered after a day": 24 * time.Hour, "never": 1000 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLibrary(false)
				l.files.lag = after
				l.script = losing(always, never)
				f := beginLibrary(t, l, newMemory())
				id := f.submit(source("a", 10))[0]
				f.awaitState(core.StateUnknown, id)
				if took := time.Since(l.begun); took < doubtFor || took > 2*doubtFor {
					t.Errorf("the user is asked after %v", took)
				}
				if again := time.Until(f.get(id).NotBefore); again < askHourly-time.Second || again > askHourly {
					t.Errorf("asked again in %v", again)
				}
				quick := l.questions()
				<-time.After(100 * time.Hour)
				want := core.StateUnknown
				if after < askFor {
					want = core.StateStored
				}
				n := l.questions() - quick
				if got := f.get(id); got.State != want || l.committed(id) != 1 || l.total() != 1 || n < 20 || n > 73 {
					t.Errorf("%s, sent %d times, asked %d times", got.State, l.total(), n)
				}
				_ = f.stop()
			})
		})
	}
}

// The list lacks the file. If it is the list of the server that takes the files,
// and it has later ones of ours, the file never arrived and is sent again. Any
// other server's list is only a hint, and the user decides.
func TestNotListed(t *testing.T) {
	for _, tt := range []struct {
		name       string
		own, later bool
		want       core.State
		code       core.Code
	}{
		{"its own list, later files", true, true, core.StateStored, ""},
		{"its own list, nothing later", true, false, core.StateUnknown, core.CodeConnectionLost},
		{"another's list, later files", false, true, core.StateUnknown, core.CodeNotListed},
		{"another's list, nothing of ours", false, false, core.StateUnknown, core.CodeConnectionLost},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLibrary(tt.own)
				lost := true
				l.script = func(_ context.Context, _ *server, x core.Transfer, _ int, _ core.Progress) (bool, error) {
					if x.Source.Name == "a" && lost {
						lost = false
						return false, failure(core.KindServer, core.CodeServerFailure, core.OutcomeUnknown)
					}
					return true, nil
				}
				if tt.code == core.CodeConnectionLost {
					tt.code = core.CodeServerFailure
				}
				f := beginLibrary(t, l, newMemory())
				id := f.submit(source("a", 10))[0]
				<-time.After(time.Second)
				if tt.later {
					f.awaitState(core.StateStored, f.submit(sources(7, 20)...)...)
				}
				if got := f.get(id); got.State != core.StateWaiting || !got.Doubtful() {
					t.Errorf("%s at first", got.State)
				}
				f.awaitState(tt.want, id)
				if took := time.Since(l.begun); took < doubtFor || took > 2*doubtFor {
					t.Errorf("decided after %v", took)
				}
				got := f.get(id)
				if got.Error == nil != (tt.code == "") || got.Error != nil && got.Error.Code != tt.code {
					t.Errorf("%v", got.Error)
				}
				if tt.code == core.CodeNotListed && got.Error.Fact.With["N"] != 7 {
					t.Errorf("%+v", got.Error)
				}
				want := map[bool]int{true: 1}[tt.want == core.StateStored]
				if l.committed(id) != want || l.attempts(id) != 1+want {
					t.Errorf("stored %d times in %d attempts", l.committed(id), l.attempts(id))
				}
				_ = f.stop()
			})
		})
	}
}

// A server that can't be reached is asked until it can, and no attempt is counted
// for that. In the next run of the program it is asked at once.
func TestAskedInTheNextRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, l := newMemory(), newLibrary(false)
		l.script = losing(always, never)
		l.deaf = true
		f := beginLibrary(t, l, st)
		id := f.submit(source("a", 10))[0]
		<-time.After(50 * time.Hour)
		if got := f.get(id); got.State != core.StateWaiting || got.Attempts != 1 || l.questions() < 100 {
			t.Errorf("%s after %d attempts, asked %d times", got.State, got.Attempts, l.questions())
		}
		_ = f.stop()
		l.deaf = false
		l.files.lists = false // an account that may not read
		f = beginLibrary(t, l, st)
		f.awaitState(core.StateUnknown, id)
		n := l.questions()
		<-time.After(10 * time.Hour)
		if l.questions() != n {
			t.Errorf("a server that can't be asked was asked %d times more", l.questions()-n)
		}
		_ = f.stop()
		l.files.lists = true
		begun := time.Now()
		f = beginLibrary(t, l, st)
		f.awaitState(core.StateStored, id)
		if time.Since(begun) > time.Second || l.total() != 1 {
			t.Errorf("known after %v, sent %d times", time.Since(begun), l.total())
		}
		_ = f.stop()
	})
}

// After the server was asked for five minutes, submitting the file again asks
// once more only: the call doesn't wait another five minutes.
func TestAskedOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, l := newMemory(), newLibrary(false)
		l.script = losing(never, func(name string) bool { return name != "a" })
		f := beginLibrary(t, l, st)
		id := f.submit(source("a", 10))[0]
		<-time.After(time.Second)
		f.awaitState(core.StateStored, f.submit(source("b", 20))...)
		f.awaitState(core.StateUnknown, id)
		_ = f.stop()
		f = beginLibrary(t, l, st)
		<-time.After(time.Minute)
		begun, before := time.Now(), len(l.asked)
		if err := f.Ask(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateUnknown, id)
		if got, took := f.get(id), time.Since(begun); took > 10*time.Second || len(l.asked) == before || got.Error.Code != core.CodeNotListed || l.attempts(id) != 1 {
			t.Errorf("after %v, asked %d times: %+v", took, len(l.asked)-before, got.Error)
		}
		_ = f.stop()
	})
}

// A command also has its server asked about files that other calls left, but
// sends none of them.
func TestAskedForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, l := newMemory(), newLibrary(false)
		l.script = losing(func(name string) bool { return name == "there" }, never)
		l.deaf = true
		f := beginLibrary(t, l, st)
		ids := f.submit(source("there", 10), source("gone", 20))
		<-time.After(time.Minute)
		_ = f.stop()
		l.deaf, l.script = false, nil
		f = begin(t, l.server, st, func(c *Config) { c.Uploaders, c.Own = l, true })
		f.awaitState(core.StateStored, f.submit(source("mine", 30))...)
		f.awaitState(core.StateStored, ids[0])
		<-time.After(time.Hour)
		if got := f.get(ids[1]); got.State != core.StateWaiting || l.attempts(ids[1]) != 1 {
			t.Errorf("%s, sent %d times", got.State, l.attempts(ids[1]))
		}
		_ = f.stop()
	})
}

// A file is submitted again while the server is being asked about it: the
// question ends, and the user decides to send the file again.
func TestAskedNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLibrary(false)
		l.script = losing(never, never)
		f := beginLibrary(t, l, newMemory())
		id := f.submit(source("a", 10))[0]
		<-time.After(time.Second)
		o := options()
		for again, want := range map[bool]core.State{false: core.StateWaiting, true: core.StateUnknown} {
			o.Again = again
			s, err := f.Submit(t.Context(), []core.Source{source("a", 10)}, o)
			if err != nil || len(s.Already) != 1 || again && s.Already[0].State != want {
				t.Errorf("again: %v: %+v, %v", again, s.Already, err)
			}
		}
		l.with(func(s *server) { s.script = nil })
		if err := f.Retry(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, id)
		if l.attempts(id) != 2 {
			t.Errorf("sent %d times", l.attempts(id))
		}
		_ = f.stop()
	})
}
